package history

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/history"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// LabelRevisionOf on a ControllerRevision is the UID of its definition.
const LabelRevisionOf = "cpi-operator.io/revision-of"

// content is what a revision keeps of a version. The API server lets nobody change it.
type content struct {
	// Spec of the definition; nil in the cache.
	Spec       map[string]any `json:"spec,omitempty"`
	Generation int64          `json:"generation"`
	// Formula in force.
	Formula string `json:"formula"`
	// Reads are the generations of what the formula is made of, by Kind/name.
	Reads map[string]int64 `json:"reads,omitempty"`
	// Fields and NewBaseline are what it changed of the version before.
	Fields      []string `json:"fields,omitempty"`
	NewBaseline bool     `json:"newBaseline,omitempty"`
}

// version is a revision with its content.
type version struct {
	revision *appsv1.ControllerRevision
	content  content
}

// change is the version as the status tells it.
func (v version) change() v1alpha1.DefinitionChange {
	seen := v.revision.CreationTimestamp
	return v1alpha1.DefinitionChange{Generation: v.content.Generation, Seen: &seen, Fields: history.Bounded(v.content.Fields), NewBaseline: new(v.content.NewBaseline)}
}

// changedSince fills in what differs from an earlier version; false if nothing does that people would call a change.
func (c *content) changedSince(before content) bool {
	c.Fields = history.Differences("spec", before.Spec, c.Spec)
	if c.NewBaseline = c.Formula != before.Formula; c.NewBaseline {
		c.Fields = history.Bounded(append(c.Fields, c.otherwise(before)...))
	}
	return len(c.Fields) > 0
}

// otherwise is what besides the spec made another formula.
func (c *content) otherwise(before content) []string {
	rules := func(formula string) string { version, _, _ := strings.Cut(formula, "-"); return version }
	if was, is := rules(before.Formula), rules(c.Formula); was != is {
		return []string{fmt.Sprintf("the operator's rules: %s → %s", was, is)}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(c.Reads)) {
		if was, known := before.Reads[name]; known && was != c.Reads[name] {
			out = append(out, name+" was edited")
		}
	}
	if len(out) == 0 && len(c.Fields) == 0 {
		return []string{"what it reads was edited"}
	}
	return out
}

func decode(revision *appsv1.ControllerRevision) (content, error) {
	var out content
	if err := json.Unmarshal(revision.Data.Raw, &out); err != nil {
		return out, fmt.Errorf("ControllerRevision %s: %w", revision.Name, err)
	}
	return out, nil
}

// WithoutSpec leaves the former specs out of a cache: only the last is needed, when there is another.
func WithoutSpec(object any) (any, error) {
	revision, ok := object.(*appsv1.ControllerRevision)
	if !ok {
		return object, nil
	}
	revision.ManagedFields = nil
	kept, err := decode(revision)
	if err != nil {
		return object, nil //nolint:nilerr // not one of ours, by whatever label
	}
	kept.Spec = nil
	revision.Data.Raw, err = json.Marshal(kept)
	return revision, err
}

// versions that are kept of a definition, the oldest first.
func (r *Reconciler) versions(ctx context.Context, d definition) ([]version, error) {
	var list appsv1.ControllerRevisionList
	if err := r.Client.List(ctx, &list, client.InNamespace(d.object.GetNamespace()), client.MatchingLabels(labelsOf(d))); err != nil {
		return nil, err
	}
	var out []version
	for i := range list.Items {
		revision := &list.Items[i]
		if !metav1.IsControlledBy(revision, d.object) {
			continue // anybody can write labels
		}
		if kept, err := decode(revision); err == nil { // or somebody else made it in our name
			out = append(out, version{revision, kept})
		}
	}
	slices.SortFunc(out, func(a, b version) int { return cmp.Compare(a.revision.Revision, b.revision.Revision) })
	return out, nil
}

func labelsOf(d definition) map[string]string {
	return map[string]string{job.LabelManagedBy: job.ManagedBy, LabelRevisionOf: string(d.object.GetUID())}
}

// salts are how many names are tried for a revision before giving up.
const salts = 5

// RevisionName of the revision-th version of a definition: the same version, the same name. Of names that somebody else
// has taken salt makes another.
func RevisionName(kind string, object client.Object, revision int64, salt int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", object.GetUID(), revision, salt))
	name := planstep.ReportName(kind, object.GetName())
	if kind == string(Card) { // which has no report
		name = "card-" + object.GetName()
	}
	return strings.TrimRight(name[:min(len(name), 63-1-10)], "-.") + "-" + hex.EncodeToString(sum[:5])
}

// create keeps a version. One of its name that is ours was kept before, by a reconcile that the cache does not show yet.
// One that is not is left alone, and so is one that somebody took our labels from: the operator may not edit revisions.
func (r *Reconciler) create(ctx context.Context, d definition, number int64, kept content) (version, error) {
	raw, err := json.Marshal(kept)
	if err != nil {
		return version{}, err
	}
	for salt := range salts {
		revision := &appsv1.ControllerRevision{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: d.object.GetNamespace(), Name: RevisionName(string(d.kind), d.object, number, salt), Labels: labelsOf(d),
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(d.object, v1alpha1.GroupVersion.WithKind(string(d.kind)))},
			},
			Revision: number, Data: runtime.RawExtension{Raw: raw},
		}
		err := r.Client.Create(ctx, revision)
		if err == nil {
			return version{revision, kept}, nil
		}
		if !apierrors.IsAlreadyExists(err) {
			return version{}, err
		}
		found := &appsv1.ControllerRevision{}
		switch err := r.Live.Get(ctx, client.ObjectKeyFromObject(revision), found); {
		case apierrors.IsNotFound(err):
			return version{}, errLagging
		case err != nil:
			return version{}, err
		}
		if _, unreadable := decode(found); unreadable == nil && metav1.IsControlledBy(found, d.object) && labelled(found, d) {
			return version{}, errLagging // the cache shows it soon
		}
	}
	return version{}, fmt.Errorf("ControllerRevision %s and others of its kind exist and belong to something else; they are left alone: delete them", RevisionName(string(d.kind), d.object, number, 0))
}

// labelled reports whether a revision has the labels by which those of a definition are found.
func labelled(revision *appsv1.ControllerRevision, d definition) bool {
	for name, value := range labelsOf(d) {
		if revision.Labels[name] != value {
			return false
		}
	}
	return true
}
