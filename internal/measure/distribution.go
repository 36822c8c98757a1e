package measure

// DistributionRequest asks for a quantile of a derived column. The engine counts each value and calls Summarise.
type DistributionRequest struct {
	// Value is the column with the seconds so far; Open tells those that had not ended.
	Value string `json:"value"`
	Open  string `json:"open"`
	// Censor takes open ones as lasting at least so long; otherwise they are left out.
	Censor bool `json:"censor,omitempty"`
	// Quantile (0–1) is asked for with its interval at the confidence level (0–1).
	Quantile   float64 `json:"quantile"`
	Confidence float64 `json:"confidence"`
}

// Distribution is the times of a cell: distinct values in ascending order, with how many ended then and how
// many had lasted so long without an end.
type Distribution struct {
	Values, Ended, Open []float64
	// Missing counts rows without a value; Unreadable those of them where there was one that could not be read.
	// Unknown counts open rows of which nothing tells how long they have lasted.
	Missing, Unreadable, Unknown float64
}

// Add counts rows of a value, which must not be below the one before.
func (d *Distribution) Add(value, rows float64, open bool) {
	last := len(d.Values) - 1
	if last < 0 || d.Values[last] != value {
		d.Values, d.Ended, d.Open = append(d.Values, value), append(d.Ended, 0), append(d.Open, 0)
		last++
	}
	if open {
		d.Open[last] += rows
	} else {
		d.Ended[last] += rows
	}
}

// The sums of a DistributionRequest, by index. A number that does not exist is told by its flag.
const (
	distributionEnded = iota
	distributionOpen
	distributionOutOfScale // before the start, or beyond belief
	distributionMissing
	distributionUnreadable
	distributionHasValue
	distributionValue
	distributionHasLower
	distributionLower
	distributionHasUpper
	distributionUpper
	distributionCount
)

// distribution are sums as Summarise lays them out.
type distribution Sums

func (s Sums) distribution() distribution { return distribution(s) }

// estimate is the quantile. One without an upper bound has no interval, but tells its lower bound.
func (d distribution) estimate(censored bool) Estimate {
	if !Sums(d).finite() {
		return Estimate{Reason: NotFinite}
	}
	counts := map[Rejection]float64{
		RejectedOutOfScale: d[distributionOutOfScale],
		RejectedMissing:    d[distributionMissing] - d[distributionUnreadable],
		RejectedUnreadable: d[distributionUnreadable],
	}
	n, method := d[distributionEnded], "order statistics"
	if censored {
		n, method = n+d[distributionOpen], "Brookmeyer–Crowley"
	} else {
		counts[RejectedOpen] = d[distributionOpen]
	}
	e := Estimate{
		N: count(n), Rejected: rejected(counts),
		Detail: map[string]float64{"ended": d[distributionEnded], "open": d[distributionOpen]},
	}
	switch {
	case e.N == 0:
		return e.none(NoRows)
	case d[distributionHasValue] == 0:
		e = e.none(NotReached)
	default:
		e = e.is(d[distributionValue])
	}
	if e.Value == nil {
		return e
	}
	if d[distributionHasLower] != 0 {
		e.Lower, e.Method = known(d[distributionLower]), method
	}
	if d[distributionHasUpper] != 0 {
		e.Upper, e.Method = known(d[distributionUpper]), method
	}
	return e
}
