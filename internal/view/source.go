package view

import (
	"fmt"

	"github.com/robfig/cron/v3"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// SourceRuns is how runs on a source go, from its status.
func SourceRuns(ds *v1alpha1.DataSource) alert.SourceRuns {
	out := alert.SourceRuns{Name: ds.Name, Created: ds.CreationTimestamp.Time, Suspended: ptr.Deref(ds.Spec.Suspend, false)}
	if s, err := job.ScheduleOf(ds); err == nil { // a bad one is told on the source
		if parsed, err := cron.ParseStandard(fmt.Sprintf("CRON_TZ=%s %s", s.TimeZone, s.Cron)); err == nil {
			out.Schedule = parsed
		}
	}
	if t := ds.Status.LastSuccessTime; t != nil {
		out.LastSuccess = &t.Time
	}
	if c := meta.FindStatusCondition(ds.Status.Conditions, v1alpha1.ConditionComputed); c != nil && c.Status == metav1.ConditionFalse {
		out.Failed, out.Reason, out.FailedSince = true, c.Reason, c.LastTransitionTime.Time
	}
	return out
}
