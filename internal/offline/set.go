// Package offline does with definitions in files what the operator does with them in a cluster: it checks them, and
// computes them with the operator's own engine.
package offline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/schema"
)

// Finding is something wrong with a file or with an object in it.
type Finding struct {
	manifest.Place
	// Object as kind/name, and the Field's path; both empty of a file that cannot be read.
	Object, Field string
	Message       string
}

// Namespace holds the objects of one namespace.
type Namespace struct {
	Name       string
	Sources    []v1alpha1.DataSource
	Datasets   []v1alpha1.Dataset
	CPIs       []v1alpha1.CPIDefinition
	KPIs       []v1alpha1.KPITarget
	Linkages   []v1alpha1.CPILinkage
	Scorecards []v1alpha1.Scorecard
	Secrets    map[string]*corev1.Secret
	ConfigMaps map[string]*corev1.ConfigMap

	origins map[types.UID]*manifest.Object
	// refused are the objects, as kind/name, that the API server would not take; what refers to them must wait for them.
	refused []string
}

// Load gives the objects of manifests by namespace, in the order of their names, with the defaults that the API server
// would give them. otherwise is the namespace of objects that name none. What the API server would refuse is a finding
// and left out.
func Load(ctx context.Context, objects []*manifest.Object, otherwise string) ([]*Namespace, []Finding, error) {
	l := loader{namespaces: map[string]*Namespace{}, folders: kustomizations(objects), otherwise: otherwise}
	for _, object := range objects {
		if err := l.add(ctx, object); err != nil {
			return nil, nil, err
		}
	}
	for _, k := range l.folders {
		l.generate(k)
	}
	var out []*Namespace
	for _, n := range l.namespaces {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b *Namespace) int { return cmp.Compare(a.Name, b.Name) })
	return out, l.findings, nil
}

type loader struct {
	namespaces map[string]*Namespace
	folders    []kustomization
	otherwise  string
	findings   []Finding
}

// Nothing is a namespace without objects.
func Nothing(name string) *Namespace {
	return &Namespace{
		Name: name, Secrets: map[string]*corev1.Secret{}, ConfigMaps: map[string]*corev1.ConfigMap{},
		origins: map[types.UID]*manifest.Object{},
	}
}

func (l *loader) namespace(name string) *Namespace {
	if l.namespaces[name] == nil {
		l.namespaces[name] = Nothing(name)
	}
	return l.namespaces[name]
}

func (l *loader) find(object *manifest.Object, field, message string) {
	l.findings = append(l.findings, Finding{object.Place(field), object.Reference(), field, message})
}

// add checks an object and takes it in. An error is ours.
func (l *loader) add(ctx context.Context, object *manifest.Object) error {
	ours := strings.HasPrefix(object.APIVersion, v1alpha1.GroupVersion.Group+"/")
	n := l.namespace(cmp.Or(namespaceOf(object, l.folders), object.Namespace, l.otherwise))
	switch {
	case ours && object.APIVersion != v1alpha1.GroupVersion.String():
		l.find(object, "apiVersion", fmt.Sprintf("%q is not served; write %s", object.APIVersion, v1alpha1.GroupVersion))
		return nil
	case ours && !schema.Knows(object.Kind):
		l.find(object, "kind", fmt.Sprintf("there is no kind %q in %s", object.Kind, object.APIVersion))
		return nil
	case ours:
		text, problems, err := schema.Check(ctx, object.Kind, object.JSON)
		if err != nil {
			return err
		}
		for _, p := range problems {
			message := p.Message
			if p.Mistyped && textWanted.MatchString(message) {
				message += quoteIt(object, p.Field)
			}
			l.find(object, p.Field, message)
		}
		if len(problems) > 0 {
			n.refused = append(n.refused, object.Reference())
			return nil
		}
		return l.take(n, object, text)
	case schema.Knows(object.Kind):
		l.find(object, "apiVersion", fmt.Sprintf("a %s of cpi-operator has apiVersion %s", object.Kind, v1alpha1.GroupVersion))
	case object.APIVersion == "v1" && object.Kind == "Secret":
		secret := &corev1.Secret{}
		if l.decode(object, secret) {
			n.Secrets[object.Name] = secret
		}
	case object.APIVersion == "v1" && object.Kind == "ConfigMap":
		config := &corev1.ConfigMap{}
		if l.decode(object, config) {
			n.ConfigMaps[object.Name] = config
		}
	}
	return nil
}

func (l *loader) decode(object *manifest.Object, into any) bool {
	err := json.Unmarshal(object.JSON, into)
	if err != nil {
		l.find(object, "", err.Error())
	}
	return err == nil
}

// take keeps an object of ours under a UID that its name gives it.
func (l *loader) take(n *Namespace, object *manifest.Object, text []byte) error {
	uid := types.UID(object.Reference())
	if earlier := n.origins[uid]; earlier != nil {
		l.find(object, "metadata.name", fmt.Sprintf("%s stands in %s already", object.Reference(), earlier.Place("metadata.name")))
		return nil
	}
	var into client.Object
	switch object.Kind {
	case "DataSource":
		into = grown(&n.Sources)
	case "Dataset":
		into = grown(&n.Datasets)
	case "CPIDefinition":
		into = grown(&n.CPIs)
	case "KPITarget":
		into = grown(&n.KPIs)
	case "CPILinkage":
		into = grown(&n.Linkages)
	case "Scorecard":
		into = grown(&n.Scorecards)
	default:
		return nil // a report is the operator's to write
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", object.Place(""), err)
	}
	into.SetNamespace(n.Name)
	into.SetUID(uid)
	into.SetGeneration(1)
	n.origins[uid] = object
	return nil
}

// grown adds an element to a list and gives it to be filled.
func grown[T any](list *[]T) *T {
	*list = append(*list, *new(T))
	return &(*list)[len(*list)-1]
}

// Empty reports whether no definition is in the namespace.
func (n *Namespace) Empty() bool { return len(n.origins) == 0 }

// finding about a field of an object of the namespace.
func (n *Namespace) finding(uid types.UID, field, message string) Finding {
	object := n.origins[uid]
	return Finding{object.Place(field), object.Reference(), field, message}
}

// textWanted is how the schema says that a field takes text.
var textWanted = regexp.MustCompile(`must be of type [a-z0-9,]*string\b`)

// quoteIt is advice where YAML made something else of a text than what was meant.
func quoteIt(object *manifest.Object, field string) string {
	text, quoted, plain := object.Text(field)
	if !plain || quoted || text == "" {
		return ""
	}
	var read struct{ V any }
	if err := yaml.Unmarshal([]byte("v: "+text), &read); err != nil {
		return ""
	}
	if _, isText := read.V.(string); isText {
		return ""
	}
	return fmt.Sprintf(" (YAML reads %s as a %s; if it should be text, quote it: %q)", text, kindOf(read.V), text)
}

func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return "yes-or-no value"
	case nil:
		return "null"
	}
	return "number"
}

// Len is how many definitions are in the namespace.
func (n *Namespace) Len() int { return len(n.origins) }
