// Package publish brings a run's results from the folder where compute leaves them to the reports in the
// cluster. It runs beside compute, holds the token that compute must not have, and never sees the data.
package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// Publisher watches one run's results and writes them to the reports. Starting it anew in the middle of a
// run does no harm: what the reports already say is not written again.
type Publisher struct {
	Client            client.Client
	Namespace, Source string
	// Linkage names the one that the run is for; empty for a run of all that reads Source.
	Linkage string
	Plan    plan.Plan
	Results plan.ResultsFolder
	// Message is the file of the termination message.
	Message string
	// Every is how often the folder is looked at, and how soon a failed write is tried again.
	Every time.Duration
	// Flush is how long to go on trying after the run has ended.
	Flush time.Duration
	Clock clock.WithTicker
	Log   *slog.Logger

	tasks   []task
	found   map[plan.Key]outcome // not yet brought home
	settled map[plan.Key]bool    // nothing more to do
	read    map[string]bool      // result files
	summary Summary
	told    []byte
	ended   bool // done.json was read, or compute is known to be dead
}

// Run publishes results as they arrive until ctx ends, which says that compute has ended; then it brings
// home what is left.
func (p *Publisher) Run(ctx context.Context) error {
	p.found, p.settled, p.read = map[plan.Key]outcome{}, map[plan.Key]bool{}, map[string]bool{}
	p.tasks = tasksOf(p.Plan)
	p.summary.Expected = len(p.tasks)
	tick := p.Clock.NewTicker(p.Every)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := p.pass(ctx); err != nil && ctx.Err() == nil {
			p.Log.Warn("publishing is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C():
		}
	}
	return p.flush(context.WithoutCancel(ctx), tick)
}

// flush runs after compute: what is in the folder now is all there will be.
func (p *Publisher) flush(ctx context.Context, tick clock.Ticker) error {
	ctx, cancel := context.WithTimeout(ctx, p.Flush)
	defer cancel()
	for {
		err := errors.Join(p.collect(), p.autopsy())
		if err == nil {
			err = p.bring(ctx)
		}
		if err == nil {
			return p.tell()
		}
		p.Log.Warn("publishing is tried again", "error", err)
		select {
		case <-ctx.Done():
			p.summary.Unwritten += len(p.found)
			return errors.Join(fmt.Errorf("%d results could not be written: %w", len(p.found), err), p.tell())
		case <-tick.C():
		}
	}
}

// pass looks at the folder once and writes what is new.
func (p *Publisher) pass(ctx context.Context) error {
	if err := p.collect(); err != nil {
		return err
	}
	if err := p.bring(ctx); err != nil {
		return err
	}
	if p.ended {
		return p.tell()
	}
	return nil
}

// collect reads the results that are new in the folder, and the run's end.
func (p *Publisher) collect() error {
	done, ended, err := p.Results.ReadDone()
	if err != nil {
		return err
	}
	names, err := p.Results.Results()
	if err != nil {
		return err
	}
	for _, name := range names {
		if p.read[name] {
			continue
		}
		result, err := p.Results.ReadResult(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		p.read[name] = true
		if err != nil {
			p.Log.Error("a result cannot be read", "file", name, "error", err)
			continue
		}
		p.take(result)
	}
	if ended && !p.ended {
		p.end(done)
	}
	return nil
}

// take notes a result of the plan's.
func (p *Publisher) take(result plan.Result) {
	task, planned := p.task(result.Key)
	if !planned || task.uid != result.UID || task.requestHash != result.RequestHash {
		p.Log.Error("a result is not of this run's plan", "object", result.String())
		return
	}
	if result.Numbers != nil || result.Link != nil {
		p.summary.Succeeded++
		p.found[result.Key] = outcome{numbers: result.Numbers, link: result.Link}
		return
	}
	p.summary.Failed++
	if result.Failure == nil || result.Failure.Source && p.Linkage == "" {
		p.settled[result.Key] = true // told once, on the source
		return
	}
	p.found[result.Key] = outcome{failure: result.Failure}
}

// end notes how the run ended. What had no turn comes first in the next run.
func (p *Publisher) end(done plan.Done) {
	p.ended = true
	p.summary.Interrupted = done.Interrupted
	if done.Source != nil {
		p.summary.SourceFailure = &SourceFailure{Reason: done.Source.Reason, Message: done.Source.Message}
	}
	if !done.Interrupted {
		return
	}
	for _, task := range p.tasks {
		if p.open(task.Key) {
			p.found[task.Key] = outcome{failure: &plan.Failure{
				Reason:  plan.ComputeInterrupted,
				Message: "The run was told to stop before this one's turn: at its deadline, or because its pod was moved. It is tried again in the next run.",
			}}
		}
	}
}

// autopsy is held when compute ended without done.json: it was killed. What it was computing is suspect,
// unless it was opening a dataset on behalf of all.
func (p *Publisher) autopsy() error {
	if p.ended {
		return nil
	}
	attempt, attempting, err := p.Results.ReadAttempt()
	if err != nil {
		return err
	}
	p.ended, p.summary.Died = true, true
	if !attempting {
		return nil
	}
	for _, key := range attempt.Keys {
		if _, planned := p.task(key); !planned || !p.open(key) {
			continue
		}
		doing := "computed this indicator"
		if key.Kind == plan.KindLinkage {
			doing = "tested this claim"
		}
		message := fmt.Sprintf("The run was killed while it %s, most often for want of memory; it is tried alone next, and not again after a second time. Ask for less, or raise the memory limit of DataSource %s.", doing, p.Source)
		if attempt.Dataset != "" {
			message = fmt.Sprintf("The run was killed while it opened dataset %s, most often for want of memory. Raise the memory limit of DataSource %s.", attempt.Dataset, p.Source)
		}
		p.summary.Failed++
		p.found[key] = outcome{
			failure: &plan.Failure{Reason: plan.EngineCrashed, Message: message},
			killed:  attempt.Dataset == "",
		}
	}
	return nil
}

// bring writes what was found to the reports. What fails stays for the next time.
func (p *Publisher) bring(ctx context.Context) error {
	if len(p.found) == 0 {
		return nil
	}
	var failed []error
	for _, task := range p.tasks {
		found, waiting := p.found[task.Key]
		if !waiting {
			continue
		}
		if err := p.publish(ctx, task, found); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", task.Key, err))
			continue
		}
		delete(p.found, task.Key)
		p.settled[task.Key] = true
	}
	return errors.Join(failed...)
}

// publish writes one task's outcome. An error means: try again.
func (p *Publisher) publish(ctx context.Context, task task, found outcome) error {
	report := &v1alpha1.IndicatorReport{}
	key := client.ObjectKey{Namespace: p.Namespace, Name: planstep.ReportName(task.Kind, task.Name)}
	err := p.Client.Get(ctx, key, report)
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("read its report: %w", err)
	}
	accepted, why := false, "its definition was deleted"
	if err == nil {
		accepted, why = accepts(report, p.Source, task, p.Plan)
	}
	if !accepted {
		p.summary.Dropped++
		p.Log.Info("result dropped", "object", task.String(), "why", why)
		return nil
	}
	change := decide(report.Status, task, found, p.Plan, metav1.NewTime(p.Clock.Now().Truncate(time.Second)))
	if change.empty() {
		p.summary.Unchanged++
		return nil
	}
	err = write(ctx, p.Client, report, change)
	switch {
	case err == nil:
		p.Log.Info("report written", "object", task.String(), "numbers", change.result != nil || change.link != nil, "attempt", change.attempt != nil)
	case apierrors.IsNotFound(err):
		p.summary.Dropped++
	case apierrors.IsInvalid(err) && found.failure == nil: // a second try would be refused as well
		p.Log.Error("the API server refuses a result", "object", task.String(), "error", err)
		p.summary.Succeeded, p.summary.Failed = p.summary.Succeeded-1, p.summary.Failed+1
		p.found[task.Key] = refusal(err)
		return p.publish(ctx, task, p.found[task.Key])
	case apierrors.IsInvalid(err):
		p.summary.Unwritten++
		p.Log.Error("the API server refuses a report", "object", task.String(), "error", err)
	default:
		return err
	}
	return nil
}

// refusal is what becomes of numbers that the API server does not take: at least their report says so.
func refusal(err error) outcome {
	return outcome{failure: &plan.Failure{
		Reason:  v1alpha1.ReasonResultRefused,
		Message: "The run gave numbers, but the API server refuses the report; the last good ones stay. It says: " + err.Error(),
	}}
}

// tell leaves the summary where the controller finds it.
func (p *Publisher) tell() error {
	message := p.summary.Encode()
	if bytes.Equal(message, p.told) {
		return nil
	}
	p.told = message
	return os.WriteFile(p.Message, message, 0o644)
}

func (p *Publisher) open(key plan.Key) bool {
	_, waiting := p.found[key]
	return !waiting && !p.settled[key]
}

func (p *Publisher) task(key plan.Key) (task, bool) {
	for _, t := range p.tasks {
		if t.Key == key {
			return t, true
		}
	}
	return task{}, false
}
