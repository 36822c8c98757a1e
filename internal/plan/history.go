package plan

// History is what an indicator's mature values say of the latest of them, which stands at Label. Differences and
// slopes are in the indicator's unit, a slope per grain. Where Reason is set there is no verdict, and why.
type History struct {
	Label   string   `json:"label"`
	Trend   Trend    `json:"trend"`
	Changes []Change `json:"changes,omitempty"`
	Control Control  `json:"control"`
}

// Trend tells whether values that share no rows rise or fall (Mann–Kendall), and by how much (Theil–Sen).
type Trend struct {
	Direction string   `json:"direction,omitempty"` // Rising, Falling or NoTrend
	Slope     *float64 `json:"slope,omitempty"`
	Lower     *float64 `json:"lower,omitempty"`
	Upper     *float64 `json:"upper,omitempty"`
	P         *float64 `json:"p,omitempty"` // two-sided
	N         int      `json:"n"`           // periods
	// Dependent: neighbouring periods are alike; P allows for it, but not wholly.
	Dependent bool   `json:"dependent,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// Change is the latest value less an earlier one, of which it shares no rows.
type Change struct {
	Against    ChangeBase `json:"against"`
	Label      string     `json:"label,omitempty"` // of the earlier period
	Difference *float64   `json:"difference,omitempty"`
	Lower      *float64   `json:"lower,omitempty"`
	Upper      *float64   `json:"upper,omitempty"`
	P          *float64   `json:"p,omitempty"` // two-sided
	Clear      bool       `json:"clear,omitempty"`
	Reason     string     `json:"reason,omitempty"`
}

// ChangeBase is what a change is told against.
type ChangeBase string

const (
	PreviousPeriod ChangeBase = "PreviousPeriod"
	LastYear       ChangeBase = "LastYear" // the same period of the year before
)

// Control tells whether the latest value is more than the usual noise of those before it (XmR chart).
type Control struct {
	Centre *float64 `json:"centre,omitempty"`
	Lower  *float64 `json:"lower,omitempty"`
	Upper  *float64 `json:"upper,omitempty"`
	Side   string   `json:"side,omitempty"` // Within, Above or Below
	N      int      `json:"n"`              // earlier periods
	Reason string   `json:"reason,omitempty"`
}
