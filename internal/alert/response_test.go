package alert_test

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Wilson's intervals are those of R 4.2, prop.test(x, n, correct = FALSE)$conf.int: 120 of 1,000 [0.1013, 0.1416], 12 of 100
// [0.0700, 0.1981], 20 of 100 [0.1334, 0.2888], 30 of 100 [0.2189, 0.3958], 0 of 100 [0, 0.0370].
func TestTheResponseRateIsJudgedByItsInterval(t *testing.T) {
	for name, c := range map[string]struct {
		invited, answered int64
		flag              plan.Flag
		want              string
		alerts            string
	}{
		"wholly below":               {1000, 120, "", "False TooFewAnswers", "CPIResponseRateLow/warning/support"},
		"below, of few":              {100, 12, "", "False TooFewAnswers", "CPIResponseRateLow/warning/support"},
		"the interval contains it":   {100, 20, "", "Unknown Inconclusive", ""},
		"wholly above":               {100, 30, "", "True Enough", ""},
		"nobody answered":            {100, 0, plan.NoData, "False TooFewAnswers", "CPIResponseRateLow/warning/support"},
		"nobody was asked":           {0, 0, plan.NoData, "Unknown NoData", ""},
		"so few that none is judged": {100, 12, plan.InsufficientSample, "False TooFewAnswers", "CPISampleTooSmall/warning/support CPIResponseRateLow/warning/support"},
		"rows that collapsed":        {100, 12, plan.SuspectData, "Unknown SuspectData", ""},
	} {
		in := nps(estimate(35, 31, 39, c.answered))
		in.MinResponse = 0.2
		p := &in.Result.Periods[1]
		p.Responded, p.Flag = &plan.Responded{Invited: c.invited, Answered: c.answered}, c.flag
		if c.answered == 0 {
			p.Estimate = measure.Estimate{Reason: measure.NoRows}
		}
		d := alert.Decide(in, now)
		got := d.Condition(alert.Responding)
		if text := string(got.Status) + " " + string(got.Reason); text != c.want {
			t.Errorf("%s: %s (%s), want %s", name, text, got.Message, c.want)
		}
		if got := told(d.Alerts); got != c.alerts {
			t.Errorf("%s: alerts %q, want %q", name, got, c.alerts)
		}
	}
}

func TestWhatIsSaidOfTheResponseRate(t *testing.T) {
	in := nps(estimate(35, 31, 39, 120))
	if d := alert.Decide(in, now); d.Condition(alert.Responding) != nil {
		t.Error("without a minimum there is nothing to say")
	}
	in.MinResponse = 0.2
	in.Result.Periods[1].Responded = &plan.Responded{Invited: 1000, Answered: 120}
	want := "12.0 % [10.1, 14.2] of 1,000 asked have answered in 2026-10, at least 20 % should: too few by the whole interval."
	if got := alert.Decide(in, now).Alerts[0].Message; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q …", got, want)
	}
	in.Kind, in.GoalOn = alert.KPI, "support-nps"
	if d := alert.Decide(in, now); d.Condition(alert.Responding) != nil || len(d.Alerts) != 0 {
		t.Error("a goal repeats what its CPI tells")
	}
}
