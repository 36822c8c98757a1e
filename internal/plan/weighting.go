package plan

import "time"

// Weighting weighs answers by parts of the population, whose sizes are known, or by a column.
type Weighting struct {
	By     []string  `json:"by,omitempty"`
	Strata []Stratum `json:"strata,omitempty"`
	// Largest cuts weights over this multiple of the median answer's; 0 cuts none.
	Largest float64 `json:"largest,omitempty"`
	// Column holds each row's weight; with it there are no strata.
	Column string `json:"column,omitempty"`
}

// Stratum is a part of the population: rows with these values of the columns, as text.
type Stratum struct {
	Values []string `json:"values"`
	Share  float64  `json:"share"` // 0–1
}

// ResponseRate asks how many rows, each an invitation, have an answer.
type ResponseRate struct {
	// Column with the answer, NULL until there is one.
	Column string `json:"column"`
	// Minimum share (0–1) below which a warning is told; 0 for none.
	Minimum float64 `json:"minimum,omitempty"`
	// CompareBy columns: are those who answered made up like those asked?
	CompareBy []string `json:"compareBy,omitempty"`
	// AnsweredAt is the column with the time of the answer, empty if late ones are not compared; After the event
	// time plus this they are late.
	AnsweredAt string        `json:"answeredAt,omitempty"`
	After      time.Duration `json:"after,omitempty"`
}

// Responded counts the answers to invitations.
type Responded struct {
	Invited  int64 `json:"invited"`
	Answered int64 `json:"answered"`
}

// BiasCheck asks whether those who answered stand for those who were asked.
type BiasCheck struct {
	Check      string   `json:"check"`            // LateAnswers or Composition
	Column     string   `json:"column,omitempty"` // of Composition
	Value      *string  `json:"value,omitempty"`  // that differs most; nil is NULL
	Difference *float64 `json:"difference,omitempty"`
	Lower      *float64 `json:"lower,omitempty"`
	Upper      *float64 `json:"upper,omitempty"`
	N          int64    `json:"n"` // answers
	Suspicious bool     `json:"suspicious,omitempty"`
	Reason     string   `json:"reason,omitempty"`
}

// The bias checks.
const (
	LateAnswers = "LateAnswers"
	Composition = "Composition"
)
