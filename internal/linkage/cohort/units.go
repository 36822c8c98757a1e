package cohort

import (
	"cmp"
	"slices"
)

// merge brings units into one order and adds up those that are alike, so that neither their order nor how they are split
// changes a digit of what follows. Attributes that the options do not name are forgotten.
func merge(units []Unit, opts Options) []Unit {
	kept := make([]Unit, 0, len(units))
	for _, u := range units {
		if u.N <= 0 {
			continue
		}
		if len(opts.Strata) == 0 {
			u.Stratum = ""
		}
		if len(opts.Covariates) == 0 {
			u.Covariates = nil
		}
		if u.Level < 0 || u.Level >= opts.Levels {
			u.Level = -1
		}
		kept = append(kept, u)
	}
	slices.SortFunc(kept, Unit.compare)
	merged := kept[:0]
	for _, u := range kept {
		if n := len(merged); n > 0 && merged[n-1].compare(u) == 0 {
			merged[n-1].N += u.N
			continue
		}
		merged = append(merged, u)
	}
	return merged
}

func (u Unit) compare(v Unit) int {
	return cmp.Or(
		cmp.Compare(u.Stratum, v.Stratum),
		cmp.Compare(u.Level, v.Level),
		compareBool(u.Outcome, v.Outcome),
		cmp.Compare(u.Score, v.Score),
		slices.Compare(u.Covariates, v.Covariates),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// count adds the unit's customers to a cohort.
func (c *Count) count(u Unit) {
	c.N += u.N
	if u.Outcome {
		c.Outcomes += u.N
	}
}

// known tells that every named covariate is a number.
func (u Unit) known(opts Options) bool {
	if len(u.Covariates) != len(opts.Covariates) {
		return false
	}
	return !slices.ContainsFunc(u.Covariates, unknown)
}

// strata are the tables of best and worst cohort, stratum by stratum.
func strata(units []Unit, opts Options) []Table {
	var tables []Table
	var last string
	for _, u := range units {
		if u.Level != 0 && u.Level != opts.Levels-1 {
			continue
		}
		if len(tables) == 0 || last != u.Stratum {
			last = u.Stratum
			tables = append(tables, Table{})
		}
		t := &tables[len(tables)-1]
		if u.Level == 0 {
			t.Worst.count(u)
		} else {
			t.Best.count(u)
		}
	}
	return tables
}
