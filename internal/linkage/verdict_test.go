package linkage

import (
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

func TestJudge(t *testing.T) {
	simpson := Evidence{Effect: -.04, Lower: -.0991, Upper: .0190, Q: .19, Crude: &Bounds{.125, .069, .180}}
	for name, c := range map[string]struct {
		e         Evidence
		minEffect float64
		want      Judgement
	}{
		"nothing to compare":          {Evidence{Reason: "TooFewPeriods"}, .02, Judgement{Verdict: plan.InsufficientData, Missing: "TooFewPeriods"}},
		"clear and large enough":      {Evidence{Effect: .21, Lower: .134, Upper: .284, Q: 1e-7}, .02, Judgement{Verdict: plan.Supported}},
		"clear without a smallest":    {Evidence{Effect: .21, Lower: .134, Upper: .284, Q: 1e-7}, 0, Judgement{Verdict: plan.Supported}},
		"clear and small":             {Evidence{Effect: .01, Lower: .005, Upper: .015, Q: .001}, .02, Judgement{Verdict: plan.Supported, Reason: SmallerThanMinEffect}},
		"clear, but one of many":      {Evidence{Effect: .05, Lower: .001, Upper: .099, Q: .2}, .02, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}},
		"p small, interval not clear": {Evidence{Effect: .4, Lower: -.002, Upper: .676, Q: .04}, .02, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}},
		"the other way":               {Evidence{Effect: -.21, Lower: -.28, Upper: -.13, Q: 1e-7}, .02, Judgement{Verdict: plan.Conflicting, Reason: OppositeDirection}},
		"too small to matter":         {Evidence{Effect: .001, Lower: -.01, Upper: .012, Q: .8}, .02, Judgement{Verdict: plan.NotSupported}},
		"at another lag it may":       {Evidence{Effect: .001, Lower: -.01, Upper: .012, Q: .8, RuledOut: new(false)}, .02, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}},
		"at no lag":                   {Evidence{Effect: .001, Lower: -.01, Upper: .012, Q: .8, RuledOut: new(true)}, .02, Judgement{Verdict: plan.NotSupported}},
		"nothing shown":               {Evidence{Effect: .01, Lower: -.03, Upper: .05, Q: .6}, .02, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}},
		"never ruled out by itself":   {Evidence{Effect: .001, Lower: -.01, Upper: .012, Q: .8}, 0, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}},
		"Simpson":                     {simpson, .02, Judgement{Verdict: plan.Conflicting, Reason: SignFlipsAfterAdjustment}},
		"explained away": {Evidence{Effect: -.001, Lower: -.01, Upper: .008, Q: .8, Crude: &Bounds{.125, .069, .18}}, .02,
			Judgement{Verdict: plan.NotSupported}},
		"strata disagree": {Evidence{Effect: .1, Lower: .05, Upper: .15, Q: .001, StrataDisagree: true}, .02,
			Judgement{Verdict: plan.Conflicting, Reason: StrataDisagree}},
	} {
		if got := Judge(c.e, c.minEffect, .05); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestJoin(t *testing.T) {
	up := Evidence{Effect: .2, Lower: .1, Upper: .3, Q: .001}
	down := Evidence{Effect: -.2, Lower: -.3, Upper: -.1, Q: .001}
	unclear := Evidence{Effect: .2, Lower: -.1, Upper: .5, Q: .3}
	none := Evidence{Reason: "NoOverlap"}
	for name, c := range map[string]struct {
		first, second Evidence
		want          Judgement
		level         int
	}{
		"both":                    {up, up, Judgement{Verdict: plan.Supported}, 0},
		"opposite":                {up, down, Judgement{Verdict: plan.Conflicting, Reason: LevelsDisagree}, 0},
		"only customers":          {up, none, Judgement{Verdict: plan.Supported}, 0},
		"only periods":            {none, up, Judgement{Verdict: plan.Supported}, 1},
		"customers unclear":       {unclear, up, Judgement{Verdict: plan.Supported}, 1},
		"periods unclear":         {none, unclear, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}, 1},
		"nothing":                 {none, Evidence{Reason: "TooFewPeriods"}, Judgement{Verdict: plan.InsufficientData, Missing: "NoOverlap"}, 0},
		"both unclear":            {unclear, unclear, Judgement{Verdict: plan.InsufficientData, Reason: Underpowered}, 0},
		"customers against claim": {down, unclear, Judgement{Verdict: plan.Conflicting, Reason: OppositeDirection}, 0},
	} {
		got, level := Join(c.first, c.second, [2]float64{.02, .02}, .05)
		if got != c.want || level != c.level {
			t.Errorf("%s: %+v at %d, want %+v at %d", name, got, level, c.want, c.level)
		}
	}
}
