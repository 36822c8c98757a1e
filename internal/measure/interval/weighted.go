package interval

// Weighted is the mean of rows that have weights of their own, such as those of a survey's design: Σwy/Σw with the
// linearised error of that ratio (R's survey gives the same), on rows − 1 degrees of freedom. rows has Y = Σwy and
// X = Σw; extreme is, of a net score, the weighted share of answers for or against. It is told like a mean of strata, all
// of which are there; false where the weights add up to nothing.
func Weighted(rows Paired, extreme float64) (PostStratified, bool) {
	if rows.Count < 1 || rows.X <= 0 {
		return PostStratified{}, false
	}
	found := PostStratified{
		Measured: Measured{Value: rows.Ratio(), Freedom: rows.Count - 1}, N: rows.Count, EffectiveN: Kish(rows.X, rows.XX), Covered: 1, Extreme: extreme,
	}
	found.DesignEffect = found.N / found.EffectiveN
	found.Error, found.Known = rows.Error()
	return found, true
}
