// Package datasource keeps what a DataSource needs to be computed: an account, a CronJob while any indicator
// reads it, and one-off Jobs for what is new or edited. It tells how the runs go and computes nothing.
package datasource

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/controllers/children"
	"github.com/cpi-operator/cpi-operator/controllers/runs"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// Reconciler of DataSources.
type Reconciler struct {
	// Client reads from the cache and writes.
	Client client.Client
	// Live reads around the cache, which holds only objects with the operator's label.
	Live   client.Reader
	Events events.EventRecorder
	Clock  clock.Clock
	Images job.Images
	// Debounce is how long new and edited indicators must have been left alone before a one-off run starts.
	Debounce time.Duration
	// DryRun: nobody is told of its failures.
	DryRun bool

	settling children.Debouncer
}

// +kubebuilder:rbac:groups=cpi-operator.io,resources=datasources;datasets;cpidefinitions;kpitargets;cpilinkages;indicatorreports,verbs=get;list;watch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=datasources/status,verbs=update;patch
// +kubebuilder:rbac:groups=cpi-operator.io,resources=datasources/finalizers,verbs=update
// +kubebuilder:rbac:groups=batch,resources=cronjobs;jobs,verbs=get;list;watch;create;update;delete
// +kubebuilder:rbac:groups="",resources=serviceaccounts,verbs=get;list;watch;create;update
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=rolebindings,verbs=get;list;watch;create;update
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles,verbs=bind,resourceNames=cpi-operator-job
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=events,verbs=list
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// scope is one source on its way through the steps.
type scope struct {
	source *v1alpha1.DataSource
	before *v1alpha1.DataSource
	// schedule in force; valid only after validate.
	schedule   job.Schedule
	indicators []indicator
	runs       runs.Runs
	// requeue is when to look again without being told, 0 for never.
	requeue time.Duration
}

// again asks for another look after a while; the soonest wish wins.
func (s *scope) again(after time.Duration) {
	if s.requeue == 0 || after < s.requeue {
		s.requeue = max(after, time.Millisecond)
	}
}

// hinderedRetry is how soon to look whether a foreign object is gone, or a refused one taken.
const hinderedRetry = 5 * time.Minute

// Reconcile brings one source's objects in line and its status up to date.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (result ctrl.Result, err error) {
	source := &v1alpha1.DataSource{}
	if err := r.Client.Get(ctx, request.NamespacedName, source); err != nil {
		if apierrors.IsNotFound(err) {
			r.settling.Forget(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !source.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil // what was made for it goes with it
	}
	s := &scope{source: source, before: source.DeepCopy()}
	defer func() { result, err = r.conclude(ctx, s, err) }()
	return ctrl.Result{}, r.reconcile(ctx, s)
}

func (r *Reconciler) reconcile(ctx context.Context, s *scope) error {
	if err := r.observe(ctx, s); err != nil {
		return err
	}
	if problems := r.validate(s); len(problems) > 0 {
		setInvalid(s.source, problems)
		return r.suspend(ctx, s)
	}
	if err := r.ensureChildren(ctx, s); err != nil {
		return err
	}
	if err := r.requestRun(ctx, s); err != nil {
		return err
	}
	setReady(s.source)
	return nil
}

// observe reads the source's indicators and runs, and takes in what its runs told.
func (r *Reconciler) observe(ctx context.Context, s *scope) error {
	var err error
	if s.indicators, err = r.indicatorsOf(ctx, s.source); err != nil {
		return err
	}
	if s.runs, err = r.watcher().Of(ctx, job.OfSource(s.source)); err != nil {
		return err
	}
	count := countOf(s.indicators)
	s.source.Status.Indicators = &count
	return r.tellRuns(ctx, s)
}

func (r *Reconciler) watcher() runs.Watcher {
	return runs.Watcher{Client: r.Client, Live: r.Live, Clock: r.Clock}
}

// tellRuns puts into the status what is new of the source's runs.
func (r *Reconciler) tellRuns(ctx context.Context, s *scope) error {
	known := runs.Known{Last: s.source.Status.LastRun}
	known.Unstarted, known.Edited = neverStarted(s.source)
	news, err := r.watcher().Look(ctx, s.runs, known)
	if err != nil {
		return err
	}
	if news.Verdict != nil {
		setComputed(s.source, *news.Verdict)
	}
	if news.Ended != nil {
		s.source.Status.LastRun = news.Ended
	}
	if news.Success != nil {
		s.source.Status.LastSuccessTime = news.Success
	}
	if news.Again > 0 {
		s.again(news.Again)
	}
	return nil
}

func (r *Reconciler) validate(s *scope) resolve.Problems {
	_, problems := resolve.Source(s.source)
	known := map[string]bool{}
	for _, p := range problems {
		known[p.Field] = true
	}
	for _, p := range job.Check(s.source) {
		if !known[p.Field] {
			problems = append(problems, p)
		}
	}
	if len(problems) == 0 {
		s.schedule, _ = job.ScheduleOf(s.source) // checked just now
		s.source.Status.Schedule = s.schedule.String()
	}
	return problems
}

// countRun counts a run once its end stands in the status.
func countRun(before, after *v1alpha1.DataSource) {
	if equality.Semantic.DeepEqual(before.Status.LastRun, after.Status.LastRun) {
		return
	}
	if computed := meta.FindStatusCondition(after.Status.Conditions, v1alpha1.ConditionComputed); computed != nil {
		metrics.RunFinished(computed.Reason)
	}
}

// conclude is the end of every reconcile: conditions, status, events, and when to look again.
func (r *Reconciler) conclude(ctx context.Context, s *scope, err error) (ctrl.Result, error) {
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return ctrl.Result{}, nil // everything here is going
	}
	if foreign, ok := errors.AsType[*children.ForeignError](err); ok {
		setHindered(s.source, v1alpha1.ReasonConflict, foreign)
		s.again(hinderedRetry)
		err = nil
	}
	if refused, ok := errors.AsType[*children.RefusedError](err); ok {
		setHindered(s.source, v1alpha1.ReasonChildRefused, refused)
		s.again(hinderedRetry)
		err = nil
	}
	setDefaults(s.source)
	setAlerting(s.source, r.DryRun)
	if err == nil { // otherwise this generation is not dealt with yet
		s.source.Status.ObservedGeneration = s.source.Generation
	}
	if !equality.Semantic.DeepEqual(s.before.Status, s.source.Status) {
		if updateErr := r.Client.Status().Update(ctx, s.source); updateErr != nil {
			if apierrors.IsConflict(updateErr) && err == nil {
				return ctrl.Result{RequeueAfter: time.Second}, nil // the cache lags behind
			}
			return ctrl.Result{}, errors.Join(err, client.IgnoreNotFound(updateErr))
		}
		r.tellTransitions(s.before, s.source)
		countRun(s.before, s.source)
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: s.requeue}, nil
}
