package offline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/publish"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/runner"
	"github.com/cpi-operator/cpi-operator/internal/view"
)

// Options of a computation.
type Options struct {
	// Now is the instant as of which periods are running, maturing or mature.
	Now time.Time
	// Scratch is a folder that the computation may fill; the caller removes it.
	Scratch string
	// Binds put files and databases in the place of those that sources declare.
	Binds []Bind
	// Given are read in the place of Secrets of the namespace.
	Given []Secret
	// ConfigMap is asked for those that are not in the namespace; nil if there is nobody to ask. It gives nil for one that is
	// not there.
	ConfigMap func(name string) (*corev1.ConfigMap, error)
	Log       *slog.Logger
	// Progress is told what is being done, in a few words; nil for nobody.
	Progress func(string)
}

// Computed is what came of the definitions of a namespace.
type Computed struct {
	// Reports of indicators and claims, by kind and name, as the operator would write them.
	Reports map[string]*v1alpha1.IndicatorReport
	// Failed are the sources that could not be read, by name.
	Failed map[string]plan.Failure
	// Skipped are the indicators and claims that were left out, with the reason.
	Skipped []planstep.Skipped
}

// Compute computes all that is valid. What cannot be computed says so in its report; an error is about the scratch
// folder or the caller's context.
func (n *Namespace) Compute(ctx context.Context, opts Options) (Computed, error) {
	c := computation{Namespace: n, Options: opts}
	return c.compute(ctx)
}

func (c *computation) compute(ctx context.Context) (Computed, error) {
	c.out = Computed{Reports: c.shells(), Failed: map[string]plan.Failure{}}
	c.keepIndicators()
	for i := range c.Linkages {
		c.claim(&c.Linkages[i])
	}
	rounds := 1
	if c.lookBack() {
		rounds = 2 // what rests on other reports is computed once these are there
	}
	for round := range rounds {
		c.out.Skipped = nil
		for i := range c.Sources {
			if err := c.source(ctx, &c.Sources[i], round); err != nil {
				return c.out, err
			}
		}
	}
	return c.out, c.apart(ctx)
}

// invalid is the reason of a source that only an edit, or another bind, can mend.
const invalid plan.Reason = v1alpha1.ReasonInvalid

type computation struct {
	*Namespace
	Options
	// known results, which are not computed again; nil where all are computed.
	known *known
	// lacking are the paths of files that would be mounted if their ConfigMaps had them, with what to say of it.
	lacking map[string]string
	out     Computed
}

// claim gives a linkage its report, if it can be tested.
func (c *computation) claim(l *v1alpha1.CPILinkage) {
	found, err := view.ResolveClaim(l, c.with(c.out.Reports), func() (resolve.Claims, error) {
		return resolve.Claims{CPIs: c.CPIs, KPIs: c.KPIs, Linkages: c.Linkages}, nil
	})
	if err != nil {
		return // its status says why
	}
	account := job.ServiceAccountName(found.Source.Name)
	if found.Claim.Other != "" {
		account = job.LinkageAccountName(l.Name)
	}
	report := &v1alpha1.IndicatorReport{
		ObjectMeta: metav1.ObjectMeta{Namespace: c.Name, Name: planstep.ReportName(plan.KindLinkage, l.Name)},
		Spec: v1alpha1.IndicatorReportSpec{
			IndicatorRef:  v1alpha1.IndicatorReference{Kind: plan.KindLinkage, Name: l.Name, UID: string(l.UID)},
			RequestHash:   found.Claim.RequestHash,
			DataSourceRef: v1alpha1.LocalReference{Name: found.Source.Name}, ServiceAccountName: account,
		},
	}
	c.out.Reports[plan.KindLinkage+"/"+l.Name] = c.known.keep(plan.KindLinkage+"/"+l.Name, report)
}

// lookBack reports whether anything rests on the reports of other indicators: composites, and claims over two sources.
func (c *computation) lookBack() bool {
	for i := range c.CPIs {
		if resolve.Parts(&c.CPIs[i].Spec.Indicator) != nil {
			return true
		}
	}
	for i := range c.KPIs {
		if resolve.Parts(&c.KPIs[i].Spec.Indicator) != nil {
			return true
		}
	}
	return len(c.Linkages) > 0 && len(c.Sources) > 1
}

// inputs of a source's run.
func (c *computation) inputs(source *v1alpha1.DataSource) planstep.Inputs {
	in := planstep.Inputs{
		Source: source, Datasets: c.Datasets, CPIs: c.CPIs, KPIs: c.KPIs, Linkages: c.Linkages, Sources: c.Sources,
		Run: "offline", Now: c.Now,
	}
	for _, report := range c.out.Reports {
		in.Reports = append(in.Reports, *report)
	}
	return in
}

// source computes what is of one source. In a later round, only what rests on reports.
func (c *computation) source(ctx context.Context, source *v1alpha1.DataSource, round int) error {
	work, skipped, err := planstep.Assemble(c.inputs(source))
	if err != nil {
		c.fail(source.Name, plan.Failure{Reason: invalid, Message: err.Error()})
		return nil //nolint:nilerr // it is the source's, and told there
	}
	c.skip(skipped)
	if round > 0 {
		work = resting(work)
	}
	work = c.known.without(work)
	if len(work.Indicators)+len(work.Linkages) == 0 {
		return nil
	}
	return c.run(ctx, work, source)
}

// resting keeps of a plan what rests on reports of earlier rounds.
func resting(work plan.Plan) plan.Plan {
	var indicators []plan.Indicator
	for _, i := range work.Indicators {
		if i.Measure.Composite != nil {
			indicators = append(indicators, i)
		}
	}
	work.Indicators = indicators
	return work
}

// apart tests the claims whose customers are in two sources.
func (c *computation) apart(ctx context.Context) error {
	for i := range c.Linkages {
		l := &c.Linkages[i]
		on, err := resolve.FollowLinkage(l, c.with(c.out.Reports))
		if err != nil {
			continue // told by Validate
		}
		claim, refusal := resolve.Linkage(l, on)
		if refusal != nil || claim.Other == "" {
			continue
		}
		o := c.with(c.out.Reports)
		own, _ := o.Source(on.KPI.Source)
		other, _ := o.Source(claim.Other)
		if own == nil || other == nil {
			continue
		}
		in := c.inputs(own)
		in.Linkage = l.Name
		work, skipped, err := planstep.Assemble(in)
		if err != nil {
			c.fail(other.Name, plan.Failure{Reason: invalid, Message: err.Error()})
			continue
		}
		c.skip(skipped)
		if work = c.known.without(work); len(work.Linkages) == 0 {
			continue
		}
		if err := c.run(ctx, work, own, other); err != nil {
			return err
		}
	}
	return nil
}

// skip tells what is left out, unless its result is known.
func (c *computation) skip(skipped []planstep.Skipped) {
	for _, s := range skipped {
		if !c.known.has(s.Key) {
			c.out.Skipped = append(c.out.Skipped, s)
		}
	}
}

func (c *computation) fail(source string, failure plan.Failure) { c.out.Failed[source] = failure }

// run computes a plan over its source and, of a claim, the other one.
func (c *computation) run(ctx context.Context, work plan.Plan, sources ...*v1alpha1.DataSource) error {
	if c.Progress != nil {
		c.Progress(fmt.Sprintf("%s: indicators %d, claims %d", sources[0].Name, len(work.Indicators), len(work.Linkages)))
	}
	folder, err := os.MkdirTemp(c.Scratch, "run-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // the caller removes what is left
	places := []*plan.Source{&work.Source}
	for i := range work.Others {
		places = append(places, &work.Others[i])
	}
	for i, source := range sources {
		mounts := filepath.Join(folder, fmt.Sprint(i))
		if failure := c.place(places[i], source, mounts, i > 0); failure != "" {
			c.fail(source.Name, plan.Failure{Reason: invalid, Message: failure})
			return nil
		}
	}
	done, err := runner.Compute(ctx, work, runner.Scratch{Dir: folder}, sink{c, work}, c.Log)
	if done.Source != nil {
		c.fail(sources[0].Name, *done.Source)
	}
	return errors.Join(err, ctx.Err())
}

// place puts what a source needs into a folder and its plan's paths there, or other data in its place. It says why it
// cannot, if so.
func (c *computation) place(into *plan.Source, source *v1alpha1.DataSource, folder string, other bool) string {
	if other { // laid out as if it were the only one
		own, problems := resolve.Source(source)
		if len(problems) > 0 {
			return problems.String()
		}
		own.Limits = into.Limits
		*into = own
	}
	bound, whole, err := bind(c.Binds, source, filepath.Join(folder, "bound"))
	if err == nil && !whole {
		err = c.mount(folder, bound.left)
	}
	if err != nil {
		return err.Error()
	}
	*into = under(folder, *into)
	bound.apply(into)
	return ""
}

// sink takes results into reports.
type sink struct {
	*computation
	work plan.Plan
}

// Attempt is of no interest: nobody kills us.
func (sink) Attempt(plan.Attempt) error { return nil }

// Result writes one to its report.
func (s sink) Result(_ int, result plan.Result) error {
	report := s.out.Reports[result.String()]
	if report == nil {
		return fmt.Errorf("a result of %s, which has no report", result.Key)
	}
	if s.known.has(result.Key) { // it was a part of something that is new
		return nil
	}
	if result.Failure != nil {
		failure := *result.Failure
		failure.Message = s.local(failure.Message)
		result.Failure = &failure
	}
	report.Status = publish.Status(report.Status, s.work, result, metav1.NewTime(s.Now))
	return nil
}
