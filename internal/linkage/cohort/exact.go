package cohort

// exact is the two-sided p value that the cohorts have one share of outcomes in each table, given all margins: the
// probability of every sum of the best cohorts' outcomes that is no likelier than the observed one (Fisher 1935; over
// several tables Mehta, Patel and Gray 1985, as in R's mantelhaen.test).
func exact(tables []Table) float64 {
	sum := []float64{1}
	var observed int64
	for _, t := range tables {
		lowest, chances := t.hypergeometric()
		observed += t.Best.Outcomes - lowest
		sum = convolve(sum, chances)
	}
	const rounding = 1 + 1e-7
	var p float64
	for _, chance := range sum {
		if chance <= sum[observed]*rounding {
			p += chance
		}
	}
	return min(p, 1)
}

// hypergeometric are the probabilities of how many of the outcomes fall on the best cohort, from the lowest number that
// the margins allow. Each is a ratio of whole numbers to its neighbour, so that no factorial is needed.
func (t Table) hypergeometric() (lowest int64, chances []float64) {
	outcomes := t.Best.Outcomes + t.Worst.Outcomes
	lowest, highest := max(0, outcomes-t.Worst.N), min(outcomes, t.Best.N)
	step := func(x int64) float64 { // the chance of x+1 over that of x
		return float64(outcomes-x) / float64(x+1) * float64(t.Best.N-x) / float64(t.Worst.N-outcomes+x+1)
	}
	// From the most likely number outwards, so that nothing overflows.
	mode := int64(float64(outcomes+1) * float64(t.Best.N+1) / float64(t.n()+2))
	mode = min(max(mode, lowest), highest)
	chances = make([]float64, highest-lowest+1)
	total, weight := 1.0, 1.0
	chances[mode-lowest] = 1
	for x := mode; x < highest; x++ {
		weight *= step(x)
		chances[x+1-lowest] = weight
		total += weight
	}
	weight = 1
	for x := mode; x > lowest; x-- {
		weight /= step(x - 1)
		chances[x-1-lowest] = weight
		total += weight
	}
	for i := range chances {
		chances[i] /= total
	}
	return lowest, chances
}

// convolve are the probabilities of the sum of two independent counts.
func convolve(a, b []float64) []float64 {
	sum := make([]float64, len(a)+len(b)-1)
	for i, x := range a {
		for j, y := range b {
			sum[i+j] += x * y
		}
	}
	return sum
}
