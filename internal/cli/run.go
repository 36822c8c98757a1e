package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/printable"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// runFlags are those of run.
type runFlags struct {
	clusterFlags
	full    bool
	timeout time.Duration
	output  string
}

func runCommand(now time.Time) *cobra.Command {
	flags := runFlags{}
	command := &cobra.Command{
		Use:   "run NAME",
		Short: "Compute an indicator, or test a claim, now, and tell what changed",
		Long: `Asks the operator to compute a CPI or a KPI, or to test a claim, without waiting for the schedule; follows the run; and prints the number
with what changed. The run is of the whole data source, what was asked for first; requests that come while one is under way share
the next. It asks by an annotation on the object, so whoever may patch the object may run it.

Exit code 0: computed. 1: it failed, and the reason is printed. 2: it is not known yet: no answer came in time, or the command was
interrupted; the run goes on.`,
		Example: `  # compute now
  kubectl cpi run software-nps

  # read settled periods again as well, after their data was corrected
  kubectl cpi run cpi/software-nps --full`,
		Args: oneName,
		RunE: func(command *cobra.Command, args []string) error { return flags.run(command, args[0], now) },
	}
	flags.add(command)
	names := lookFlags{}
	command.ValidArgsFunction = func(command *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		names.clusterFlags = flags.clusterFlags
		return names.completeNames(runnable...)(command, args, typed)
	}
	command.Flags().BoolVar(&flags.full, "full", false, "restate: compute settled periods anew as well, and try again what was quarantined")
	command.Flags().DurationVar(&flags.timeout, "timeout", 10*time.Minute, "how long to follow the run; it goes on after that")
	addOutput(command, &flags.output)
	return command
}

// runnable are the kinds that can be run.
var runnable = []string{resolve.KindCPIDefinition, resolve.KindKPITarget, plan.KindLinkage}

func (f *runFlags) run(command *cobra.Command, name string, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	if f.timeout <= 0 {
		return fmt.Errorf("--timeout %s: write how long to follow the run, such as 10m", f.timeout)
	}
	c, err := f.connect()
	if err != nil {
		return err
	}
	ctx := command.Context()
	before, err := board.Read(ctx, c, c.Namespace, now)
	if err != nil {
		return clusterError(err)
	}
	asked, err := find(before, name, runnable...)
	if err != nil {
		return err
	}
	r := &request{cluster: c, before: before, asked: asked, target: asked, text: now.UTC().Format(time.RFC3339Nano), patience: f.timeout}
	if err := r.prepare(f.full); err != nil {
		return err
	}
	progress := func(text string) { fmt.Fprintln(command.ErrOrStderr(), printable.Line(text)) }
	if r.target != asked {
		progress(fmt.Sprintf("%s is a goal on %s, which is what is computed", asked, r.target))
	}
	if err := r.ask(ctx, f.full); err != nil {
		return clusterError(err)
	}
	following, stop := context.WithTimeout(ctx, f.timeout)
	defer stop()
	answer, err := r.follow(following, progress)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("interrupted; the run goes on, and kubectl cpi explain %s will show what came of it", asked)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %s%s; what was asked for stands, and kubectl cpi explain %s will show what came of it", f.timeout, r.hint(), asked)
	case err != nil:
		return clusterError(err)
	case answer.failed():
		progress("failed: " + answer.Reason)
		progress(fmt.Sprintf("%s: %s: %s", r.target, answer.Reason, answer.Message))
		return notInOrder{}
	}
	progress("done")
	d, err := r.outcome(ctx, now)
	if err != nil {
		return clusterError(err)
	}
	return d.print(command.OutOrStdout(), f.output)
}

// request for a run.
type request struct {
	*cluster
	before board.Objects
	// asked is what was named, and target what is computed: of a goal, its CPI.
	asked, target named
	// text that must come back as the answer.
	text string
	// later are texts that others have put in its place: whoever answers one of them has seen this request too.
	later []string
	// patience is how long the run is followed.
	patience time.Duration
	// source whose runs compute the target; alone if the target, a claim over two sources, has runs of its own.
	source string
	alone  bool
	// former identifies the one-off run that was started last before this request, and others are the Jobs that were active.
	former string
	others []string
	// started is the run that the controllers started for it; empty until they have. behind is the one that it waits for.
	started, behind string
}

// prepare finds out who will compute the target, and what is known to keep them from it.
func (r *request) prepare(full bool) error {
	if kpi, _ := r.before.KPI(r.asked.name); r.asked.kind == resolve.KindKPITarget && kpi.Spec.CPIRef != nil {
		r.target = named{resolve.KindCPIDefinition, kpi.Spec.CPIRef.Name}
	}
	conditions, found := r.conditions()
	if !found {
		return fmt.Errorf("%s is a goal on %s, which does not exist", r.asked, r.target)
	}
	if ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); ready != nil && ready.Status == metav1.ConditionFalse {
		return fmt.Errorf("%s cannot be computed as it stands: %s: %s", r.target, ready.Reason, ready.Message)
	}
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionComputed); c != nil && c.Reason == v1alpha1.ReasonQuarantined && !full {
		return fmt.Errorf("%s is quarantined: %s --full tries it again", r.target, c.Message)
	}
	report := r.before.Reports[r.target.kind+"/"+r.target.name]
	if report == nil {
		return fmt.Errorf("%s has no report yet: the operator has not looked at it. If this stays, it does not run, or does not watch namespace %s", r.target, r.Namespace)
	}
	r.source = report.Spec.DataSourceRef.Name
	r.alone = r.target.kind == plan.KindLinkage && report.Spec.ServiceAccountName == job.LinkageAccountName(r.target.name)
	if source, _ := r.before.Source(r.source); source != nil && ptr.Deref(source.Spec.Suspend, false) {
		return fmt.Errorf("%s is read from DataSource %s, which is suspended: take spec.suspend off to have it computed", r.target, r.source)
	}
	return nil
}

// conditions of the target; false if there is none.
func (r *request) conditions() ([]metav1.Condition, bool) {
	switch r.target.kind {
	case plan.KindLinkage:
		return r.before.Linkage(r.target.name).Status.Conditions, true
	case resolve.KindKPITarget:
		kpi, _ := r.before.KPI(r.target.name)
		return kpi.Status.Conditions, true
	}
	cpi, _ := r.before.CPI(r.target.name)
	if cpi == nil {
		return nil, false
	}
	return cpi.Status.Conditions, true
}

// ask by the annotation, having noted which run was started last.
func (r *request) ask(ctx context.Context, full bool) error {
	state, err := r.state(ctx)
	if err != nil {
		return err
	}
	r.former, r.others = state.requested, r.active(ctx)
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(r.target.kind))
	object.Namespace, object.Name = r.Namespace, r.target.name
	before := object.DeepCopy()
	object.Annotations = map[string]string{v1alpha1.ComputeAnnotation: r.text}
	if full {
		object.Annotations[v1alpha1.RestateAnnotation] = r.text
	}
	return r.Patch(ctx, object, client.MergeFrom(before), client.FieldOwner("kubectl-cpi"))
}

// startsWithin is how long an operator that works takes at most to start a run that need not wait.
const startsWithin = time.Minute

// hint at why no answer came; empty where nothing tells.
func (r *request) hint() string {
	switch {
	case r.started != "":
		return ", run " + r.started + " is not over"
	case r.behind != "":
		return ", run " + r.behind + " is still under way"
	case r.patience < startsWithin:
		return ""
	}
	return ", and no run was started: the operator does not work, or is older than this command"
}
