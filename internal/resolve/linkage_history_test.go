package resolve_test

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/linkage/series"
)

// Without another word a claim looks back far enough to be tested once its last periods are over.
func TestUsualHistoryIsLongEnoughForItsSeason(t *testing.T) {
	for _, grain := range []string{"Day", "Week", "Month", "Quarter"} {
		w := cx(t)
		w.cpis["easy"] = &v1alpha1.CPIDefinition{ObjectMeta: metav1.ObjectMeta{Name: "easy", UID: "easy"}, Spec: *parse[v1alpha1.CPIDefinitionSpec](t, fmt.Sprintf(
			"{title: T, theme: Advocacy, owner: {team: a}, datasetRef: {name: survey}, measure: {aggregate: {function: Mean, column: ease, direction: HigherIsBetter}}, period: {grain: %s}}", grain))}
		w.kpis["easy-goal"] = &v1alpha1.KPITarget{ObjectMeta: metav1.ObjectMeta{Name: "easy-goal", UID: "g"}, Spec: *parse[v1alpha1.KPITargetSpec](t,
			"{title: T, cpiRef: {name: easy}, category: CustomerGoal, owner: {team: a}, targets: [{from: \"2027-01-01\", atLeast: 5}]}")}
		got := linked(t, w, "{kpiRef: {name: easy-goal}, drivers: [{cpiRef: {name: support-nps}, expected: Positive}], periodLevel: {}}")
		const running = 4 // the present one, and those that wait for the last rows
		if mature, needed := got.Calendar.History-running, series.Minimum(got.Periods.Season); mature < needed {
			t.Errorf("%s: %d mature ones, needed are %d", grain, mature, needed)
		}
	}
}
