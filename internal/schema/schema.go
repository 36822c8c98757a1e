// Package schema checks objects against the project's CustomResourceDefinitions without a cluster, by the API server's
// own code: unknown fields, defaults, types and bounds, lists that are sets or maps, and CEL rules.
package schema

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/json"
	kubevalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/config/crd"
)

// Problem is one thing that the API server would refuse.
type Problem struct {
	// Field is its path, such as spec.drivers[0].cpiRef; empty if it is the whole object's.
	Field   string
	Message string
	// Mistyped: the value is not of the type that is asked for.
	Mistyped bool
}

// Knows reports whether a kind is one of the project's.
func Knows(kind string) bool {
	_, known := files[kind]
	return known
}

// Check gives what is wrong with an object and, where nothing is, the object with its defaults. The kind must be one of
// the project's.
func Check(ctx context.Context, kind string, object []byte) (defaulted []byte, problems []Problem, err error) {
	load, known := files[kind]
	if !known {
		return nil, nil, fmt.Errorf("no schema of kind %q", kind)
	}
	checker, err := load()
	if err != nil {
		return nil, nil, fmt.Errorf("the schema of %s: %w", kind, err)
	}
	content := map[string]any{}
	if err := json.Unmarshal(object, &content); err != nil {
		return nil, []Problem{{Message: err.Error()}}, nil //nolint:nilerr // the object's fault, not ours
	}
	problems = checker.check(ctx, content)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	defaulted, err = json.Marshal(content)
	return defaulted, nil, err
}

// checker of one kind.
type checker struct {
	structural *structural.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
}

// files of the kinds, read when first asked for: rules take a while to compile.
var files = map[string]func() (*checker, error){
	"DataSource":      lazy("datasources"),
	"Dataset":         lazy("datasets"),
	"CPIDefinition":   lazy("cpidefinitions"),
	"KPITarget":       lazy("kpitargets"),
	"CPILinkage":      lazy("cpilinkages"),
	"Scorecard":       lazy("scorecards"),
	"IndicatorReport": lazy("indicatorreports"),
}

func lazy(plural string) func() (*checker, error) {
	return sync.OnceValues(func() (*checker, error) { return newChecker("bases/cpi-operator.io_" + plural + ".yaml") })
}

func newChecker(file string) (*checker, error) {
	text, err := crd.Bases.ReadFile(file)
	if err != nil {
		return nil, err
	}
	declared := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(text, declared); err != nil {
		return nil, err
	}
	props := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(declared.Spec.Versions[0].Schema.OpenAPIV3Schema, props, nil); err != nil {
		return nil, err
	}
	out := &checker{}
	if out.structural, err = structural.NewStructural(props); err != nil {
		return nil, err
	}
	if out.schema, _, err = validation.NewSchemaValidator(props); err != nil {
		return nil, err
	}
	out.rules = cel.NewValidator(out.structural, true, celconfig.PerCallLimit)
	return out, nil
}

// check an object and give it its defaults.
func (c *checker) check(ctx context.Context, object map[string]any) []Problem {
	var problems []Problem
	unknown := structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, c.structural, true, unknown) {
		problems = append(problems, Problem{Field: path, Message: "unknown field"})
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, c.structural)
	defaulting.Default(object, c.structural)
	errs := named(object)
	errs = append(errs, validation.ValidateCustomResource(nil, object, c.schema)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, c.structural, object)...)
	if len(errs) == 0 { // rules speak of objects whose types are right
		found, _ := c.rules.Validate(ctx, nil, c.structural, object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, found...)
	}
	for _, err := range errs {
		if p := problemOf(err); p.Field != "" || !strings.HasPrefix(p.Message, "Checked value must be") { // told of its field already
			problems = append(problems, p)
		}
	}
	return problems
}

// named checks what the API server asks of every object's name.
func named(object map[string]any) field.ErrorList {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	path := field.NewPath("metadata", "name")
	if name == "" {
		return field.ErrorList{field.Required(path, "an object needs a name")}
	}
	var errs field.ErrorList
	for _, why := range kubevalidation.IsDNS1123Subdomain(name) {
		errs = append(errs, field.Invalid(path, name, why))
	}
	return errs
}

func problemOf(err *field.Error) Problem {
	path := err.Field
	if path == "<nil>" {
		path = ""
	}
	message := err.ErrorBody()
	if err.Type == field.ErrorTypeInvalid && err.Detail != "" && strings.Contains(err.Detail, " ") {
		message = err.Detail // the value stands in the file
	}
	return Problem{Field: path, Message: message, Mistyped: err.Type == field.ErrorTypeTypeInvalid}
}
