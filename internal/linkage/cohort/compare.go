package cohort

import (
	"math"
	"slices"
)

// Compare does everything that a claim needs. It does not depend on the order of units, nor on how they are split.
func Compare(units []Unit, opts Options) Finding {
	opts.Levels = max(opts.Levels, 2)
	units = merge(units, opts)
	found := Finding{Cohorts: make([]Count, opts.Levels)}
	for _, u := range units {
		if u.Level < 0 {
			found.Uncohorted += u.N
			continue
		}
		found.Cohorts[u.Level].count(u)
	}
	table := found.Table()
	found.Reason = table.refused(opts.MinPerCohort)
	found.Needed = table.needed(found.Reason, opts)
	if found.Reason != "" {
		return found
	}
	found.Crude = table.Crude(opts.Confidence)
	found.DoseResponse = doseResponse(found.Cohorts)
	if len(opts.Strata) > 0 {
		found.Stratified = stratify(units, opts)
		found.Stratified.flips(found.Crude)
	}
	if len(opts.Covariates) > 0 {
		found.Regressed = adjust(units, opts)
		found.Regressed.flips(found.Crude)
		if found.Stratified != nil {
			found.Regressed.Heterogeneity = found.Stratified.Heterogeneity
		}
	}
	found.PerScore = perScore(units, opts)
	return found
}

// Table is the best cohort and the worst.
func (f Finding) Table() Table {
	return Table{Best: f.Cohorts[len(f.Cohorts)-1], Worst: f.Cohorts[0]}
}

// Adjusted is the strictest comparison that was asked for: by regression, else by strata, else nil.
func (f Finding) Adjusted() *Adjustment {
	if f.Regressed != nil {
		return f.Regressed
	}
	return f.Stratified
}

// refused says why the table is not compared.
func (t Table) refused(minimum int64) Reason {
	switch {
	case t.n() == 0:
		return NoUnits
	case t.Best.N == 0 || t.Worst.N == 0:
		return OneCohortOnly
	case t.Best.N < minimum || t.Worst.N < minimum:
		return CohortTooSmall
	case t.constant():
		return OutcomeConstant
	}
	return ""
}

func (t Table) needed(reason Reason, opts Options) Needed {
	var found Needed
	if reason == "" {
		found.Observed = t.sizes(t.Best.Share(), t.Worst.Share(), opts.MinPerCohort)
	}
	if opts.MinEffect > 0 && reason != NoUnits {
		best, worst := t.declared(opts.MinEffect)
		found.Declared = t.sizes(best, worst, opts.MinPerCohort)
	}
	return found
}

// doseResponse is a trend only over three cohorts or more: over two it is the comparison itself.
func doseResponse(cohorts []Count) *DoseResponse {
	found := CochranArmitage(cohorts)
	if found == nil || found.Levels < 3 {
		return nil
	}
	return found
}

func stratify(units []Unit, opts Options) *Adjustment {
	found := &Adjustment{Method: MantelHaenszel, By: opts.Strata}
	pooled, reason := Pool(strata(units, opts))
	found.Strata, found.OneSided, found.Reason = len(pooled.Tables), pooled.OneSided, reason
	if reason != "" {
		return found
	}
	for _, t := range pooled.Tables {
		found.N += t.n()
	}
	found.Effects = pooled.Effects(opts.Confidence)
	found.Heterogeneity = pooled.Heterogeneity()
	return found
}

func adjust(units []Unit, opts Options) *Adjustment {
	found := &Adjustment{Method: Logistic, By: slices.Concat(opts.Covariates, opts.Strata)}
	var compared []Unit
	for _, u := range units {
		switch {
		case u.Level != 0 && u.Level != opts.Levels-1:
		case !u.known(opts):
			found.Unknown += u.N
		default:
			compared = append(compared, u)
		}
	}
	var twoSided []Unit
	for _, stratum := range byStratum(compared) {
		if bothCohorts(stratum, opts) {
			found.Strata++
			twoSided = append(twoSided, stratum...)
		} else {
			found.OneSided++
		}
	}
	if len(opts.Strata) == 0 {
		found.Strata, found.OneSided = 0, 0
	}
	if len(twoSided) == 0 {
		found.Reason = NoSharedStratum
		if len(opts.Strata) == 0 {
			found.Reason = OneCohortOnly
		}
		return found
	}
	fitted, reason := regress(twoSided, func(u Unit) float64 {
		if u.Level == 0 {
			return 0
		}
		return 1
	}, opts)
	found.Reason, found.Redundant = reason, fitted.redundant
	if reason == "" {
		found.N = int64(fitted.n)
		found.Effects = fitted.cohorts(opts.Confidence)
	}
	return found
}

func bothCohorts(units []Unit, opts Options) bool {
	has := func(level int) bool {
		return slices.ContainsFunc(units, func(u Unit) bool { return u.Level == level })
	}
	return has(0) && has(opts.Levels-1)
}

// perScore takes all units with a score, in whatever cohort.
func perScore(units []Unit, opts Options) *Marginal {
	var scored []Unit
	for _, u := range units {
		if u.known(opts) && !unknown(u.Score) {
			scored = append(scored, u)
		}
	}
	fitted, reason := regress(scored, func(u Unit) float64 { return u.Score }, opts)
	if reason != "" {
		return nil
	}
	return fitted.marginal(opts.Confidence)
}

// flips tells whether what is seen crudely turns round among units that are alike.
func (a *Adjustment) flips(crude *Effects) {
	if a.Effects == nil {
		return
	}
	seen, value := crude.RiskDifference.Interval, a.Effects.RiskDifference.Value
	a.SignFlips = seen.Lower > 0 && value < 0 || seen.Upper < 0 && value > 0
}

func unknown(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
