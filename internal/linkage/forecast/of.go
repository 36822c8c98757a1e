package forecast

import (
	"math"

	"github.com/cpi-operator/cpi-operator/internal/linkage/leastsquares"
	"github.com/cpi-operator/cpi-operator/internal/measure/interval"
)

// fewest is how many periods the first forecast of a backtest takes.
const fewest = 12

// tooFew is how improbable a coverage must be, if intervals were right, for them to be called too narrow.
const tooFew = 0.05

// Of looks ahead. At each horizon the drivers are taken if
//   - in the backtest, their mean absolute error is smaller than that of every method that knows no driver, and
//   - their prediction intervals did not hold so seldom that, were they right, chance would bring that in no more than
//     5 of 100 backtests (one-sided binomial test). Intervals that held too often are no reason: they promise less.
//
// Else the best of the others is taken. It is told what the KPI was, not what happens to it: a forecast is no effect.
func Of(question Question) Forecast {
	question = question.withDefaults()
	all := known(question)
	found := Forecast{N: len(all.kpi), Needed: max(fewest, question.Initial) + MinimumForecasts}
	initial := max(fewest, question.Initial)
	if question.Initial == 0 {
		initial = max(fewest, (found.N+1)/2)
	}
	if found.N < found.Needed {
		found.Reason = TooFewPeriods
		return found
	}
	scale := meanStep(all.kpi[:initial], 1)
	if meanStep(all.kpi, 1) == 0 {
		found.Reason = ConstantSeries
		return found
	}
	for horizon := 1; horizon <= question.Horizon && found.N-initial-horizon+1 >= MinimumForecasts; horizon++ {
		found.Points = append(found.Points, ahead(all, question, horizon, initial, scale))
	}
	found.WhatIf = steps(all, question.Confidence)
	return found
}

func (q Question) withDefaults() Question {
	if q.Level == 0 {
		q.Level = 0.8
	}
	if q.Confidence == 0 {
		q.Confidence = 0.95
	}
	return q
}

// known is what follows the KPI's last gap.
func known(question Question) history {
	start := 0
	for i, v := range question.KPI {
		if !finite(v) {
			start = i + 1
		}
	}
	all := history{kpi: question.KPI[start:], season: question.Season}
	for _, d := range question.Drivers {
		d.Values = d.Values[min(start, len(d.Values)):]
		for len(d.Values) > 0 && !finite(d.Values[len(d.Values)-1]) {
			d.Values = d.Values[:len(d.Values)-1]
		}
		all.drivers = append(all.drivers, d)
		all.ahead = append(all.ahead, len(d.Values)-len(all.kpi))
	}
	return all
}

// contender is a method in a backtest.
type contender struct {
	Candidate
	outcomes []outcome
	now      Predictive
}

// ahead forecasts so many periods ahead, by the method that did best in the backtest.
func ahead(all history, question Question, horizon, initial int, scale float64) Point {
	origins := len(all.kpi) - initial - horizon + 1
	enter := func(name Method, method look, needed int) contender {
		c := contender{Candidate: Candidate{Method: name}}
		var reason Reason
		c.outcomes, reason = replay(method, all, horizon, initial)
		c.Backtest = judge(c.outcomes, scale, question.Level)
		c.now, c.Refused = method(all, horizon)
		if c.Refused == "" && c.Backtest.N < needed {
			c.Refused = reason
		}
		return c
	}
	// Those that know no driver are compared at every origin; the drivers at those at which they are known.
	unaware := []contender{enter(Naive, naive, origins)}
	if all.season > 1 {
		unaware = append(unaware, enter(SeasonalNaive, seasonalNaive, origins))
	}
	unaware = append(unaware, enter(Drift, drift, origins), enter(Average, average, origins))
	winner := best(unaware, unaware[0].outcomes)
	point := Point{Horizon: horizon, Naive: winner.Backtest}
	if len(all.drivers) > 0 {
		aware := enter(Drivers, regression, MinimumForecasts)
		rival := best(unaware, aware.outcomes)
		against := alongside(rival.outcomes, aware.outcomes)
		aware.Backtest.Better = compare(aware.outcomes, against, horizon)
		than := judge(against, scale, question.Level)
		switch {
		case aware.Refused != "":
		case aware.Backtest.MAE >= than.MAE:
			aware.Refused = NoBetterThanNaive
		case aware.Backtest.CoverageP <= tooFew:
			aware.Refused = IntervalsMiss
		default:
			winner, point.Naive = aware, than
		}
		unaware = append(unaware, aware)
	}
	for _, c := range unaware {
		point.Candidates = append(point.Candidates, c.Candidate)
	}
	point.Method, point.Backtest, point.Predictive = winner.Method, winner.Backtest, winner.now
	point.Value, point.Interval = point.Mean, point.Holding(question.Level)
	if question.Range != nil {
		point.Value = min(max(point.Value, question.Range.Lower), question.Range.Upper)
		point.Interval = point.Interval.Clamp(question.Range.Lower, question.Range.Upper)
	}
	return point
}

// best of the methods that know no driver: that with the smallest error in the periods in which another made a forecast.
func best(unaware []contender, other []outcome) contender {
	found, least := unaware[0], math.Inf(1)
	for _, c := range unaware {
		if c.Refused != "" {
			continue
		}
		if mae := judge(alongside(c.outcomes, other), 0, 0.5).MAE; mae < least {
			found, least = c, mae
		}
	}
	return found
}

// steps are what goes with the drivers' steps by the regression of all periods, with errors that allow for residuals
// which hang together (Newey and West).
func steps(all history, confidence float64) []Step {
	if len(all.drivers) == 0 {
		return nil
	}
	lags := make([]int, len(all.drivers))
	for j, d := range all.drivers {
		lags[j] = d.Lag
	}
	fit, reason := fitted(all, lags)
	var errors []float64
	if reason == "" {
		errors = fit.HAC(leastsquares.BartlettLags(len(fit.Residuals)))
	}
	var found []Step
	for j, d := range all.drivers {
		if d.Step == 0 {
			continue
		}
		step := Step{Driver: d.Name, Step: d.Step, Lag: d.Lag, Reason: reason}
		step.Interval = interval.None()
		if reason == "" {
			slope := fit.Coefficients[1+j]
			step.Bounded = Times(interval.Bounded{Value: slope, Interval: interval.Student(slope, errors[1+j], float64(fit.Freedom), confidence)}, d.Step)
		}
		found = append(found, step)
	}
	return found
}

// Times is what goes with a step, given what goes with a step of 1.
func Times(slope interval.Bounded, step float64) interval.Bounded {
	a, b := slope.Interval.Lower*step, slope.Interval.Upper*step
	return interval.Bounded{Value: slope.Value * step, Interval: interval.Interval{Lower: min(a, b), Upper: max(a, b)}}
}
