package simulate

// claim is the band in which a cell must lie, in percent, and why it is not the usual one.
type claim struct {
	low, high float64
	why       string
}

var (
	// nominal is what theory promises of an interval that suits its data.
	nominal = claim{low: 93, high: 97}
	// alarms is what it promises of a test.
	alarms = claim{low: 0, high: 5.5}
)

// because is a claim for a reason.
func because(why string) func(low, high float64) claim {
	return func(low, high float64) claim { return claim{low, high, why} }
}

var (
	steps       = because("Few results are possible, so that coverage moves in steps.")
	exact       = because("Exact: at least 95 % whatever the truth, and more where few results are possible.")
	rare        = because("Hardly anybody is for or against: the three added answers weigh more than what was seen.")
	rareHits    = because("Hits are rare: Wilson's intervals of both shares err on the wide side.")
	scarce      = because("Few customers have one of the two outcomes: the interval errs on the wide side.")
	tiny        = because("Three answers in the stratum that counts most.")
	skewed      = because("Skewed: a small sample misses the rare values that carry the mean. A median or a geometric mean does without them.")
	few         = because("The normal distribution needs about 20 amounts.")
	unequal     = because("Customers of unequal size: in a small sample the error is itself unsure, and too small. Fieller is nearer to 95 %.")
	ranks       = because("Ranks are whole numbers, and an end that does not exist bounds nothing.")
	tied        = because("Values tie: the interval covers whole days.")
	fewClusters = because("A rare answer of few customers: their differences are hard to see.")
	ignored     = because("What it costs to take a customer's answers for independent.")
	careful     = because("A stratum of few answers may seem to have no error; counting no more answers than the weights are worth errs on the safe side.")
	wider       = because("Intervals that cover more than 95 % make differences that do.")
	carries     = because("Surprises that last look like trends; from so few periods they cannot be told apart.")
	ignorant    = because("The textbook test takes periods to be independent.")
	narrow      = because("Surprises last, and the interval allows for that only in part.")
	limits      = because("Limits from few periods are unsure themselves.")
	lasting     = because("Surprises last, so that neighbours are close and limits narrow.")
	long        = because("Skewed values reach far out on one side.")
)

// ok stands for the usual claim in a row of others.
var ok claim

// claimed are rows named by their truths, with claims for those that are not usual.
func claimed(labels []string, claims map[int][]claim) []row {
	var rows []row
	for i, label := range labels {
		rows = append(rows, row{label: label, claims: claims[i]})
	}
	return rows
}
