package indicator_test

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// internal/alert knows no Kubernetes and spells types and reasons itself; they must be the API's.
func TestDecisionsSpeakTheAPIsLanguage(t *testing.T) {
	for got, want := range map[string]string{
		string(alert.Computed): v1alpha1.ConditionComputed, string(alert.Fresh): v1alpha1.ConditionFresh,
		string(alert.SampleSufficient): v1alpha1.ConditionSampleSufficient, string(alert.WithinThresholds): v1alpha1.ConditionWithinThresholds,
		string(alert.TargetMet): v1alpha1.ConditionTargetMet, string(alert.ReviewDue): v1alpha1.ConditionReviewDue,
		string(alert.ReasonSucceeded): v1alpha1.ReasonSucceeded, string(alert.ReasonPending): v1alpha1.ReasonPending,
		string(alert.ReasonQuarantined): v1alpha1.ReasonQuarantined, string(alert.ReasonSourceFailed): v1alpha1.ReasonSourceFailed,
		string(alert.ReasonRunFailed): v1alpha1.ReasonRunFailed, string(alert.ReasonUpToDate): v1alpha1.ReasonUpToDate,
		string(alert.ReasonRunOverdue): v1alpha1.ReasonRunOverdue, string(alert.ReasonDataStale): v1alpha1.ReasonDataStale,
		string(alert.ReasonEnough): v1alpha1.ReasonEnough, string(alert.ReasonTooSmall): v1alpha1.ReasonTooSmall,
		string(alert.ReasonNoData): v1alpha1.ReasonNoData, string(alert.ReasonSuspectData): v1alpha1.ReasonSuspectData,
		string(alert.ReasonNoThresholds): v1alpha1.ReasonNoThresholds, string(alert.ReasonWithin): v1alpha1.ReasonWithin,
		string(alert.ReasonWarning): v1alpha1.ReasonWarning, string(alert.ReasonCritical): v1alpha1.ReasonCritical,
		string(alert.ReasonOnTarget): v1alpha1.ReasonOnTarget, string(alert.ReasonOffTarget): v1alpha1.ReasonOffTarget,
		string(alert.ReasonInconclusive): v1alpha1.ReasonInconclusive, string(alert.ReasonNotYet): v1alpha1.ReasonNotYet,
		string(alert.Worsening): v1alpha1.ConditionDeteriorating, string(alert.Responding): v1alpha1.ConditionResponding,
		string(alert.TargetInReach): v1alpha1.ConditionTargetInReach, string(alert.Alerting): v1alpha1.ConditionAlerting,
		string(alert.ReasonWorsening): v1alpha1.ReasonWorsening, string(alert.ReasonNotWorsening): v1alpha1.ReasonNotWorsening,
		string(alert.ReasonTooFewPeriods): v1alpha1.ReasonTooFewPeriods, string(alert.ReasonTooFewAnswers): v1alpha1.ReasonTooFewAnswers,
		string(alert.ReasonInReach): v1alpha1.ReasonInReach, string(alert.ReasonAtRisk): v1alpha1.ReasonAtRisk, string(alert.ReasonNoForecast): v1alpha1.ReasonNoForecast,
		string(alert.ReasonTelling): v1alpha1.ReasonTelling, string(alert.ReasonPaused): v1alpha1.ReasonPaused, string(alert.ReasonDryRun): v1alpha1.ReasonDryRun,
		string(alert.ReasonDueSoon): v1alpha1.ReasonDueSoon,
		string(alert.PromiseKept):   v1alpha1.ConditionPromiseKept, string(alert.ReasonKept): v1alpha1.ReasonKept,
		string(alert.ReasonBurningFast): v1alpha1.ReasonBurningFast, string(alert.ReasonBurningSlowly): v1alpha1.ReasonBurningSlowly,
		string(alert.ReasonBudgetSpent): v1alpha1.ReasonBudgetSpent,
		string(alert.ReasonReviewed):    v1alpha1.ReasonReviewed, string(alert.ReasonOverdue): v1alpha1.ReasonOverdue,
	} {
		if got != want {
			t.Errorf("%q is spelled %q in the API", got, want)
		}
	}
}
