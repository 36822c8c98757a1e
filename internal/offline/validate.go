package offline

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/near"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Validate gives what is wrong with the objects of a namespace beyond their schema: what they refer to and whether it
// fits, as the operator's controllers find it. What only waits for another object that is wrong is not told: it is mended there.
func (n *Namespace) Validate() []Finding {
	v := validator{Namespace: n, objects: n.with(n.shells())}
	for i := range n.Sources {
		_, problems := resolve.Source(&n.Sources[i])
		v.problems(n.Sources[i].UID, problems)
	}
	for i := range n.Datasets {
		v.dataset(&n.Datasets[i])
	}
	for i := range n.CPIs {
		_, err := resolve.FollowCPI(&n.CPIs[i], v.objects)
		v.error(n.CPIs[i].UID, err)
	}
	for i := range n.KPIs {
		_, err := resolve.FollowKPI(&n.KPIs[i], v.objects)
		v.error(n.KPIs[i].UID, err)
	}
	for i := range n.Linkages {
		v.linkage(&n.Linkages[i])
	}
	for i := range n.Scorecards {
		v.scorecard(&n.Scorecards[i])
	}
	v.settle()
	return v.findings
}

type validator struct {
	*Namespace
	objects  board.Objects
	findings []Finding
	waiting  []waiting
}

// waiting is an object that refers to one which is not there or not ready.
type waiting struct {
	uid            types.UID
	field, message string
}

// settle tells of what waits, unless it waits for an object of these files that is wrong itself, or waits in its turn.
func (v *validator) settle() {
	wrong := slices.Clone(v.refused) // as kind/name
	for _, f := range v.findings {
		wrong = append(wrong, f.Object)
	}
	// What refers to something that is nowhere comes first: all else may be waiting for it.
	var roots, others []waiting
	for _, w := range v.waiting {
		if nowhere.MatchString(w.message) {
			roots = append(roots, w)
		} else {
			others = append(others, w)
		}
	}
	v.waiting = slices.Concat(roots, others)
	for len(v.waiting) > 0 {
		if len(wrong) == 0 {
			first := v.waiting[0]
			v.find(first.uid, first.field, first.message)
			wrong, v.waiting = []string{string(first.uid)}, v.waiting[1:]
			continue
		}
		// As internal/resolve names an object.
		kind, name, _ := strings.Cut(wrong[0], "/")
		quoted, begun := fmt.Sprintf("%s %q", kind, name), wrong[0]+": "
		wrong = wrong[1:]
		v.waiting = slices.DeleteFunc(v.waiting, func(w waiting) bool {
			waits := strings.Contains(w.message, quoted) || strings.Contains(w.message, begun)
			if waits {
				wrong = append(wrong, string(w.uid))
			}
			return waits
		})
	}
}

func (v *validator) dataset(d *v1alpha1.Dataset) {
	_, problems := resolve.Dataset(d)
	v.problems(d.UID, problems)
	name := d.Spec.DataSourceRef.Name
	if source, _ := v.objects.Source(name); source == nil {
		v.absent(d.UID, "spec.dataSourceRef", "DataSource", name)
	}
}

func (v *validator) linkage(l *v1alpha1.CPILinkage) {
	on, err := resolve.FollowLinkage(l, v.objects)
	if err != nil {
		v.error(l.UID, err)
		return
	}
	if cycle := (resolve.Claims{CPIs: v.CPIs, KPIs: v.KPIs, Linkages: v.Linkages}).Cycle(l); cycle != "" {
		v.find(l.UID, "spec.drivers", cycle)
		return
	}
	if _, refusal := resolve.Linkage(l, on); refusal != nil {
		v.problems(l.UID, refusal.Problems)
	}
}

func (v *validator) scorecard(s *v1alpha1.Scorecard) {
	for i, m := range s.Spec.Members {
		switch {
		case m.CPIRef != nil:
			if cpi, _ := v.objects.CPI(m.CPIRef.Name); cpi == nil {
				v.absent(s.UID, fmt.Sprintf("spec.members[%d].cpiRef", i), resolve.KindCPIDefinition, m.CPIRef.Name)
			}
		case m.KPIRef != nil:
			if kpi, _ := v.objects.KPI(m.KPIRef.Name); kpi == nil {
				v.absent(s.UID, fmt.Sprintf("spec.members[%d].kpiRef", i), resolve.KindKPITarget, m.KPIRef.Name)
			}
		}
	}
}

func (v *validator) find(uid types.UID, field, message string) {
	v.findings = append(v.findings, v.finding(uid, field, message))
}

func (v *validator) problems(uid types.UID, problems resolve.Problems) {
	for _, p := range problems {
		v.find(uid, p.Field, p.Message)
	}
}

// error of following references. Its text begins with the field that it speaks of.
func (v *validator) error(uid types.UID, err error) {
	if invalid, ok := errors.AsType[*resolve.Invalid](err); ok {
		v.problems(uid, invalid.Problems)
		return
	}
	unmet, ok := errors.AsType[*resolve.Unmet](err)
	if !ok {
		return
	}
	field, message, told := strings.Cut(unmet.Message, ": ")
	if !told || !strings.HasPrefix(field, "spec.") {
		field, message = "", unmet.Message
	}
	message = strings.ReplaceAll(message, "in this namespace", "among these files")
	if found := nobody.FindStringSubmatch(message); found != nil {
		message += v.meant(found[1], found[2])
	}
	v.waiting = append(v.waiting, waiting{uid, field, message})
}

// nobody is how internal/resolve says that there is no object of a kind and name.
var nobody = regexp.MustCompile(`([A-Za-z]+) "([^"]+)" does not exist among these files`)

// nowhere is how the message of what refers to nothing at all begins.
var nowhere = regexp.MustCompile(`^[A-Za-z]+ "[^"]+" (does not exist|is not) among these files`)

// absent object that one refers to.
func (v *validator) absent(uid types.UID, field, kind, name string) {
	v.waiting = append(v.waiting, waiting{uid, field, fmt.Sprintf("%s %q is not among these files.", kind, name) + v.meant(kind, name)})
}

// meant asks whether another object of the kind was; empty if none has a name like it.
func (v *validator) meant(kind, name string) string {
	var known []string
	for uid := range v.origins {
		if of, other, _ := strings.Cut(string(uid), "/"); of == kind {
			known = append(known, other)
		}
	}
	if likely := near.Names(name, known); len(likely) > 0 {
		return fmt.Sprintf(" Did you mean %s?", strings.Join(likely, " or "))
	}
	return ""
}

// shells are the reports that the operator would make for indicators, before any run, by kind and name.
func (n *Namespace) shells() map[string]*v1alpha1.IndicatorReport {
	out := map[string]*v1alpha1.IndicatorReport{}
	o := n.with(out)
	shell := func(kind, name string, uid types.UID, found resolve.Followed, err error) {
		if err != nil || found.CPI != nil {
			return
		}
		out[kind+"/"+name] = &v1alpha1.IndicatorReport{
			ObjectMeta: metav1.ObjectMeta{Namespace: n.Name, Name: planstep.ReportName(kind, name)},
			Spec: v1alpha1.IndicatorReportSpec{
				IndicatorRef:  v1alpha1.IndicatorReference{Kind: kind, Name: name, UID: string(uid)},
				RequestHash:   found.Formula.RequestHash,
				DataSourceRef: v1alpha1.LocalReference{Name: found.On.Source.Name}, ServiceAccountName: job.ServiceAccountName(found.On.Source.Name),
			},
		}
	}
	for range 2 { // composites after their parts
		for i := range n.CPIs {
			found, err := resolve.FollowCPI(&n.CPIs[i], o)
			shell(resolve.KindCPIDefinition, n.CPIs[i].Name, n.CPIs[i].UID, found, err)
		}
	}
	for i := range n.KPIs {
		found, err := resolve.FollowKPI(&n.KPIs[i], o)
		shell(resolve.KindKPITarget, n.KPIs[i].Name, n.KPIs[i].UID, found, err)
	}
	return out
}
