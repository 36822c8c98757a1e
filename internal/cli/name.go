package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/near"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// kindNames are what people may write before a slash, as kubectl takes it.
var kindNames = map[string]string{
	"cpi": resolve.KindCPIDefinition, "cpidefinition": resolve.KindCPIDefinition, "cpidefinitions": resolve.KindCPIDefinition,
	"kpi": resolve.KindKPITarget, "kpitarget": resolve.KindKPITarget, "kpitargets": resolve.KindKPITarget,
	"scorecard": kindScorecard, "scorecards": kindScorecard, "cpicard": kindScorecard,
	"cpilink": plan.KindLinkage, "cpilinkage": plan.KindLinkage, "cpilinkages": plan.KindLinkage, "link": plan.KindLinkage,
}

// named is an object of a namespace.
type named struct{ kind, name string }

func (n named) String() string { return called(n.kind, n.name) }

// namesOf the objects of kinds, in the kinds' order.
func namesOf(o board.Objects, kinds ...string) []named {
	var out []named
	for _, kind := range kinds {
		switch kind {
		case resolve.KindCPIDefinition:
			for i := range o.CPIs {
				out = append(out, named{kind, o.CPIs[i].Name})
			}
		case resolve.KindKPITarget:
			for i := range o.KPIs {
				out = append(out, named{kind, o.KPIs[i].Name})
			}
		case plan.KindLinkage:
			for i := range o.Linkages {
				out = append(out, named{kind, o.Linkages[i].Name})
			}
		case kindScorecard:
			for i := range o.Scorecards {
				out = append(out, named{kind, o.Scorecards[i].Name})
			}
		}
	}
	return out
}

// tellers are the commands that tell of a kind.
var tellers = map[string]string{resolve.KindCPIDefinition: "explain", resolve.KindKPITarget: "explain", plan.KindLinkage: "link", kindScorecard: "report"}

// find the object that text names, as NAME or KIND/NAME, among those of kinds.
func find(o board.Objects, text string, kinds ...string) (named, error) {
	kind, name, qualified := strings.Cut(text, "/")
	if !qualified {
		name = text
	} else if kind = kindNames[strings.ToLower(kind)]; !slices.Contains(kinds, kind) {
		if command := tellers[kind]; command != "" {
			return named{}, fmt.Errorf("%s: the kind must be %s; kubectl cpi %s %s tells of that one", text, shortOf(kinds, " or "), command, name)
		}
		return named{}, fmt.Errorf("%s: the kind must be %s", text, shortOf(kinds, " or "))
	}
	var found []named
	for _, n := range namesOf(o, kinds...) {
		if n.name == name && (!qualified || n.kind == kind) {
			found = append(found, n)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return named{}, fmt.Errorf("%s may be %s: write which", name, list(found, " or "))
	}
	asked := shortOf(kinds, " or ")
	if qualified {
		asked = shortNames[kind]
	}
	return named{}, fmt.Errorf("there is no %s %q in namespace %s; %s", asked, name, o.Namespace, meant(o, name, kinds))
}

// namesAtOnce are as many as are worth reading.
const namesAtOnce = 10

// meant says which object of kinds somebody may have meant, or of another kind that is called so.
func meant(o board.Objects, name string, kinds []string) string {
	var known []string
	all := namesOf(o, kinds...)
	for _, n := range all {
		known = append(known, n.name)
	}
	var likely []named
	for _, guess := range near.Names(name, known) {
		for _, n := range all {
			if n.name == guess && !slices.Contains(likely, n) {
				likely = append(likely, n)
			}
		}
	}
	for _, n := range namesOf(o, resolve.KindCPIDefinition, resolve.KindKPITarget, plan.KindLinkage, kindScorecard) {
		if n.name == name && !slices.Contains(kinds, n.kind) {
			return fmt.Sprintf("kubectl cpi %s %s tells of %s", tellers[n.kind], name, n)
		}
	}
	if len(likely) > 0 {
		return fmt.Sprintf("did you mean %s?", list(likely, " or "))
	}
	if slices.Equal(kinds, []string{kindScorecard}) && len(all) > 0 { // which status does not list
		return fmt.Sprintf("there is %s", list(all[:min(len(all), namesAtOnce)], ", "))
	}
	return "kubectl cpi status lists what there is"
}

func shortOf(kinds []string, separator string) string {
	var short []string
	for _, kind := range kinds {
		short = append(short, shortNames[kind])
	}
	return strings.Join(short, separator)
}

func list(names []named, separator string) string {
	var out []string
	for _, n := range names {
		out = append(out, n.String())
	}
	return strings.Join(out, separator)
}
