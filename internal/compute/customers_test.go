package compute_test

import (
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// On 16 November the customer of the 2nd has been one for 14 days, though by the end of the month it will be 28. Where
// loads stopped on the 10th, the customer of 25 October has not been one for 20 days either.
func TestHistoriesEndWithWhatIsKnown(t *testing.T) {
	for name, loaded := range map[string]string{"all is loaded": "2026-11-16", "loads stopped": "2026-11-10"} {
		w := newWorld(t)
		w.csv(t, "orders", "customer,at,amount,loaded", "a,2026-09-01T12:00:00Z,10,2026-09-02T00:00:00Z",
			"b,2026-10-25T12:00:00Z,20,2026-10-26T00:00:00Z", "c,2026-11-02T12:00:00Z,90,"+loaded+"T09:00:00Z")
		w.dataset("orders", event("at"), func(d *plan.Dataset) {
			d.Entities, d.Freshness = map[string]string{"customer": "customer"}, &plan.Freshness{Column: "loaded", Within: 24 * time.Hour}
		})
		value := &measure.LifetimeValue{Model: measure.Historic, Form: measure.LifetimeValueForm, Entity: "customer", Amount: "amount", Unit: "EUR", Age: 20 * 24 * time.Hour}
		w.cpi("value", "orders", measure.Spec{LifetimeValue: value}, nil)
		want := map[string]int64{"all is loaded": 2, "loads stopped": 1}[name]
		if running := w.run(t).period("value", "2026-11"); running.N != want || running.State != plan.Running {
			t.Errorf("%s: %+v, want %d customers", name, running, want)
		}
	}
}
