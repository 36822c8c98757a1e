package measure

import "time"

// A family asks the engine for sums over rows and estimates from them; it never sees a row.

// Combination says how a family's statistics may be merged over days, segments and shards.
type Combination string

const (
	// Additive statistics of cells add up to those of the whole.
	Additive Combination = "Additive"
	// PerEntity statistics depend on a choice within each entity and window (latest answer, cluster sums), or on the
	// order of all rows (quantiles): adding months gives wrong numbers.
	PerEntity Combination = "PerEntity"
	// AsOf statistics read every row before an instant.
	AsOf Combination = "AsOf"
)

// Term is one sum over the rows of a cell. Rows outside Any do not contribute.
type Term struct {
	Op TermOp `json:"op"`
	// Column and Other name dataset columns; Other only for SumProduct.
	Column string `json:"column,omitempty"`
	Other  string `json:"other,omitempty"`
	// Lo and Hi bound InRange, both inclusive.
	Lo float64 `json:"lo,omitempty"`
	Hi float64 `json:"hi,omitempty"`
	// Any restricts the term to rows that meet every condition of at least one group; empty means all rows.
	Any [][]Condition `json:"any,omitempty"`
}

// TermOp is the function of a term.
type TermOp string

const (
	Rows       TermOp = "Rows"       // number of rows
	Present    TermOp = "Present"    // rows where Column is not NULL after its cast
	Unreadable TermOp = "Unreadable" // rows where Column had a value that its declared type cannot hold
	InRange    TermOp = "InRange"    // rows with Lo ≤ Column ≤ Hi
	SumOf      TermOp = "Sum"        // Σ Column, over rows where Lo ≤ Column ≤ Hi when Lo < Hi, over all non-NULL rows otherwise
	SumSquares TermOp = "SumSquares" // Σ Column², same rows as SumOf
	SumProduct TermOp = "SumProduct" // Σ Column·Other, rows where both are not NULL
	SumPaired  TermOp = "SumPaired"  // Σ Column over rows where Other is not NULL too
)

// Pair asks for cluster sums: with Y and X summed within each cluster c first, the engine appends to the
// terms' sums the six numbers G (clusters with a non-zero row count of X's rows), ΣY_c, ΣX_c, ΣY_c², ΣX_c², ΣX_cY_c.
// Y is the weighted combination of its terms (NPS: promoters − detractors).
type Pair struct {
	Entity string         `json:"entity"` // entity name, not its column
	Y      []WeightedTerm `json:"y"`
	X      []WeightedTerm `json:"x"`
}

// WeightedTerm is a term times a constant.
type WeightedTerm struct {
	Weight float64 `json:"weight"`
	Term   Term    `json:"term"`
}

// ClusterSums is how many sums a Pair appends.
const ClusterSums = 6

// Request is everything a family needs of one cell (period × segment).
type Request struct {
	Combination Combination `json:"combination"`
	Terms       []Term      `json:"terms,omitempty"`
	Cluster     *Pair       `json:"cluster,omitempty"`
	// Second asks the indicator's second dataset for sums too, in the same windows and segments.
	Second *SecondRequest `json:"second,omitempty"`
	// Follow adds to each row whether an outcome follows it, for the terms to count.
	Follow *FollowRequest `json:"follow,omitempty"`
	// State asks for a stateful computation instead of terms (churn, retention, revenue retention).
	State *StateRequest `json:"state,omitempty"`
	// Derived are columns that terms and conditions may name beside the dataset's.
	Derived []Derived `json:"derived,omitempty"`
	// Customers asks for what each customer has done so far instead of terms.
	Customers *CustomersRequest `json:"customers,omitempty"`
	// Distribution asks for a summary of one derived column instead of terms.
	Distribution *DistributionRequest `json:"distribution,omitempty"`
}

// SecondRequest asks for sums over the rows of a second dataset that meet Where.
type SecondRequest struct {
	Where []Condition `json:"where,omitempty"`
	Terms []Term      `json:"terms"`
}

// FollowRequest chooses an entity's base rows and tells of each whether an outcome follows it. Terms name what is told
// by FollowFound and FollowOver.
type FollowRequest struct {
	Entity     string     `json:"entity"`
	Occurrence Occurrence `json:"occurrence"`
	// Dataset of the outcomes: the second one, or empty for strictly later rows of the same.
	Dataset string `json:"dataset,omitempty"`
	// Where restricts the outcomes.
	Where []Condition `json:"where,omitempty"`
	// An outcome counts from After up to Within after the base row, both inclusive.
	After  time.Duration `json:"after,omitempty"`
	Within time.Duration `json:"within"`
}

// Columns that a FollowRequest adds: booleans that are never NULL.
const (
	// FollowFound tells that an outcome follows, as far as is known.
	FollowFound = "outcome follows"
	// FollowOver tells that the time in which it could is over.
	FollowOver = "time is over"
)

// StateRequest compares the customers open at the start of a period with those at its end.
type StateRequest struct {
	Entity string `json:"entity"`
	Amount string `json:"amount,omitempty"` // recurring revenue column; empty for churn and retention
	// ToleratedGapSeconds bridges pauses between spells of one entity.
	ToleratedGapSeconds int64 `json:"toleratedGapSeconds,omitempty"`
}

// The sums of a StateRequest without Amount, by index.
const (
	StateOpen     = iota // customers open at the start
	StateLostOpen        // of them, not open at the end
	StateLostAll         // losses of any customer in the period, counted once a customer
	StateNew             // customers not open at the start who opened in the period
	StateClose           // customers open at the end
	StateExposure        // customer-seconds open within the period
	stateCount
)

// The sums of a StateRequest with Amount, over opening customers only, by index.
// s is the amount at the start, e at the end (0 when gone), m = min(s, e).
const (
	RevenueOpen    = iota // opening customers
	RevenueLost           // of them, gone at the end
	RevenueS              // Σs
	RevenueE              // Σe
	RevenueM              // Σm
	RevenueSS             // Σs²
	RevenueEE             // Σe²
	RevenueMM             // Σm²
	RevenueSE             // Σse
	RevenueSM             // Σsm
	RevenueClose          // customers present at the end, opening or not
	RevenueMissing        // customers open at the start but left out everywhere above: an amount is NULL or unreadable
	revenueCount
)

// Sums are the numbers the engine returns for one cell: the request's terms in order, then its cluster sums, then
// those of the second dataset; or the state sums.
type Sums []float64

// Size is how many sums a request yields.
func (r Request) Size() int {
	switch {
	case r.State != nil && r.State.Amount != "":
		return revenueCount
	case r.State != nil:
		return stateCount
	case r.Distribution != nil:
		return distributionCount
	case r.Customers != nil && r.Customers.Unit > 0:
		return valueCount
	case r.Customers != nil && r.Customers.Months > 0:
		return 1 + 2*r.Customers.Months
	case r.Customers != nil:
		return customersCount
	case r.Cluster != nil:
		return len(r.Terms) + ClusterSums + r.secondSize()
	default:
		return len(r.Terms) + r.secondSize()
	}
}

// secondSize is how many of the sums are the second dataset's.
func (r Request) secondSize() int {
	if r.Second == nil {
		return 0
	}
	return len(r.Second.Terms)
}
