package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// Wish stands for what a report waits for. It holds all that makes the same wish a new one: what was honoured in between,
// and when.
func Wish(report *v1alpha1.IndicatorReport, circumstances planstep.Circumstances) string {
	changed := ""
	switch s := report.Status; {
	case s.Result != nil:
		changed = instant(s.Result.ChangedTime)
	case s.Link != nil:
		changed = instant(s.Link.ChangedTime)
	}
	answered := ""
	if attempt := report.Status.Attempt; attempt != nil {
		answered = attempt.Requested
	}
	ref := report.Spec.IndicatorRef
	return fmt.Sprintf("%s/%s %s %s %s %d %q %q %s %q %q", ref.Kind, ref.Name, ref.UID, report.UID, report.Spec.RequestHash, report.Generation,
		circumstances.Restatement, planstep.Honoured(report), changed, circumstances.Requested, answered)
}

// Asked is news of a definition: somebody asks for a run, or for a restatement.
func Asked(e event.UpdateEvent) bool {
	before, after := e.ObjectOld.GetAnnotations(), e.ObjectNew.GetAnnotations()
	return before[v1alpha1.ComputeAnnotation] != after[v1alpha1.ComputeAnnotation] ||
		before[v1alpha1.RestateAnnotation] != after[v1alpha1.RestateAnnotation]
}

// OnceMore is the wish to run again because results were lost: once, and not again before a run succeeds, for what was
// lost twice waits for the schedule.
func OnceMore(lastSuccess *metav1.Time) string { return "once more " + instant(lastSuccess) }

// Identity of a set of wishes.
func Identity(wishes []string) string {
	sum := sha256.Sum256([]byte(strings.Join(wishes, "\n")))
	return hex.EncodeToString(sum[:16])
}

// instant spells a time out; empty for none.
func instant(t *metav1.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
