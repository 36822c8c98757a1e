package query

import (
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Claim asks for units (customers, accounts, contacts) by their experience and by what came of it. Units are counted
// where their rows are: no key of one is in an answer.
//
// A unit is one row, by its Index:
//   - OutcomeDecision: its latest outcome in the history, with its responses before that instant and no longer before
//     than Exposure (0: however long).
//   - ForwardExposure: the history is cut into stretches as long as Exposure, back from the last one after which FollowUp
//     is over. A unit belongs to the first in which it responded, so that nothing that came later decides about it; its
//     responses there count, and an outcome after the stretch's end up to FollowUp later. Without one the outcome has
//     not come about.
//   - Vouched: its latest outcome, and all its responses, whenever they were.
//
// Where one of the columns compared is a date, which does not tell what comes first within a day, before means on an
// earlier day. Keys are compared as text, whatever their columns hold.
type Claim struct {
	Level plan.CustomerLevel
	// Known is the instant up to which the rows of all datasets are known.
	Known time.Time
	// TimeZone of days.
	TimeZone string
	// Outcomes that the rows tell of, of those that meet OutcomeWhere.
	Outcomes     measure.Outcomes
	OutcomeRows  RowSet
	OutcomeWhere []measure.Condition
	// Other is the second dataset that Outcomes name; nil if they name none.
	Other *RowSet
	// Score of responses, of those that meet ExposureWhere.
	Score         measure.Score
	ExposureRows  RowSet
	ExposureWhere []measure.Condition
	// Attributes are the datasets that the level's attributes name, by name. Of intervals, the one that covers the index
	// counts, of other dated rows the unit's latest before it, of undated ones the last by primary key.
	Attributes map[string]RowSet
}

// ClaimStatements answer a claim.
type ClaimStatements struct {
	Cells     Statement
	FoldCells func(*Table) ([]Cell, error)
	// Outcomes and Responses account for the rows behind them. Outcomes is zero where units do not begin with one.
	Outcomes      Statement
	FoldOutcomes  func(*Table) ([]FateRows, error)
	Responses     Statement
	FoldResponses func(*Table) (ResponseRows, error)
	// From and To bound the indexes; zero where nothing is dated.
	From, To time.Time
}

// Cell counts units that are alike.
type Cell struct {
	// Strata are the values of Level.StratifyBy as text, nil for none.
	Strata []*string
	// Covariates are the values of Level.Covariates: float64, string, or nil for none.
	Covariates []any
	// Score is nil for units without a response.
	Score   *float64
	Outcome bool
	N       int64
}

// FateRows counts rows of outcomes in the history. Those left out or without the instant of their decision lie there by
// their own time.
type FateRows struct {
	Fate string
	Kind measure.FateKind
	// Untimed rows have no instant at which they were decided, Nobodys no key.
	Untimed, Nobodys bool
	Rows             int64
}

// ResponseRows counts responses in reach of the indexes, and why some are not used.
type ResponseRows struct {
	Read, Nobodys, Missing, Unreadable, OutOfScale int64
}

// maxClaimCells bounds what one claim may bring back.
const maxClaimCells = 100_000

// claim is a Claim on typed columns.
type claim struct {
	Claim
	dialect  Dialect
	zone     *time.Location
	outcome  rowsOf
	fates    []fate
	exposure rowsOf
	// happening are rows that are outcomes (ForwardExposure only).
	happening  rowsOf
	attributes []attribute
	clock      clock
	// from and to bound the indexes, both inclusive; reach and follow are the lengths of exposure and follow-up.
	from, to, reach, follow int64
	// prefix of the names of subqueries: that of no table.
	prefix string
	// apart is set if datasets are in two databases.
	apart *apart
}

// rowsOf is a dataset as a claim reads it.
type rowsOf struct {
	*table
	key   string // column of the unit
	where conjunction
}

// PlanClaim writes the statements that answer a claim. Its errors are *Error.
func PlanClaim(dialect Dialect, ask Claim) (*ClaimStatements, error) {
	c := &claim{Claim: ask, dialect: dialect}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	out, err := c.statements()
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// prepare types what the claim reads and lays out its time.
func (c *claim) prepare() error {
	c.zone, c.prefix = time.UTC, "linked"
	if c.TimeZone != "" {
		zone, err := time.LoadLocation(c.TimeZone)
		if err != nil {
			return fail(plan.UnsupportedCombination, "unknown time zone %q", c.TimeZone)
		}
		c.zone = zone
	}
	for _, step := range []func() error{c.checkLevel, c.readExposures, c.readOutcomes, c.layTime, c.readAttributes} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, rows := range c.rowSets() { // a table's name means the table
		for strings.Contains(Relation(c.dialect, rows.Dataset), c.prefix) {
			c.prefix += "_"
		}
	}
	return nil
}

func (c *claim) statements() (out ClaimStatements, err error) {
	out.FoldCells, out.FoldResponses = c.foldCells, c.foldResponses
	if out.Cells, err = c.joined().write(c.cells); err != nil {
		return out, err
	}
	if out.Responses, err = c.exposure.write(c.responseAccount); err != nil {
		return out, err
	}
	if c.Level.Index != plan.ForwardExposure {
		if out.Outcomes, err = c.outcome.write(c.outcomeAccount); err != nil {
			return out, err
		}
		out.FoldOutcomes = c.foldOutcomes
	}
	if c.dated() {
		out.From, out.To = c.instant(c.from), c.instant(c.to)
	}
	return out, nil
}

// joined is where the parts are laid in one row.
func (c *claim) joined() rowsOf {
	if c.apart != nil {
		return rowsOf{table: &table{dialect: c.dialect}}
	}
	return c.exposure
}

// write makes a statement for the database of the rows.
func (r rowsOf) write(part func(*arguments) string) (Statement, error) {
	args := &arguments{}
	sql := part(args)
	if len(sql) > maxSQL {
		return Statement{}, fail(plan.WhereInvalid, "the query has %d bytes, the limit is %d: use fewer values in where", len(sql), maxSQL)
	}
	return r.statement(sql, args.values), nil
}

func (c *claim) checkLevel() error {
	level := c.Level
	switch level.Index {
	case plan.OutcomeDecision, plan.Vouched:
	case plan.ForwardExposure:
		if level.Exposure <= 0 || level.FollowUp <= 0 {
			return fail(plan.UnsupportedCombination, "index Exposure collects responses for exposureWindow and awaits outcomes for followUp: both are needed")
		}
	default:
		return fail(plan.UnsupportedCombination, "unknown index %q", level.Index)
	}
	switch level.Collapse {
	case plan.CollapseLatest, plan.CollapseMean, plan.CollapseMinimum:
	default:
		return fail(plan.UnsupportedCombination, "unknown collapse %q", level.Collapse)
	}
	if level.History <= 0 && level.Index != plan.Vouched {
		return fail(plan.UnsupportedCombination, "customerLevel has no history: say how far back outcomes are looked for")
	}
	return nil
}

// read opens a dataset for the claim.
func (c *claim) read(rows RowSet, where []measure.Condition) (rowsOf, error) {
	dialect := c.dialect
	if c.apart != nil {
		dialect = c.apart.dialects[rows.Dataset.Name]
	}
	t, err := newTable(dialect, rows)
	if err != nil {
		return rowsOf{}, err
	}
	out := rowsOf{table: t}
	if err := out.keyed(c.Level.Unit); err != nil {
		return out, err
	}
	out.where, err = t.conjunctionOf(where, c.zone)
	return out, err
}

// keyed finds the unit's column, which must hold what reads the same as text everywhere.
func (r *rowsOf) keyed(unit string) error {
	key, err := r.entity(unit)
	if err != nil {
		return err
	}
	switch kind := r.columns[key].kind; kind {
	case KindText, KindInteger, KindOther:
		r.key = key
		return nil
	default:
		return fail(plan.TypeMismatch, "entity %s of dataset %s holds %s, which is not a key that another dataset writes alike; declare it under columns with type Text or Integer",
			unit, r.rows.Dataset.Name, strings.ToLower(string(kind)))
	}
}

// unit is the key as text, inside the base.
func (r *rowsOf) unit() string {
	if r.dialect != MySQL && r.columns[r.key].kind == KindText {
		return r.text(raw(r.key))
	}
	return r.asText(r.own(r.key))
}

// kindOfTime is the kind of a dataset's time; empty if undated.
func (r *rowsOf) kindOfTime() Kind {
	if r.time == "" {
		return ""
	}
	return r.columns[r.time].kind
}

// rowSets are all that the claim reads.
func (c *claim) rowSets() []RowSet {
	sets := []RowSet{c.OutcomeRows, c.ExposureRows}
	if c.Other != nil {
		sets = append(sets, *c.Other)
	}
	for _, rows := range c.Attributes {
		sets = append(sets, rows)
	}
	return sets
}

// name of a subquery.
func (c *claim) name(part string) string { return c.prefix + "_" + part }

func (c *claim) foldCells(result *Table) ([]Cell, error) {
	if result.Len > maxClaimCells {
		return nil, fail(plan.TooManySegments, "strata and covariates tell more than %d kinds of units apart: use columns with fewer values", maxClaimCells)
	}
	in := &cursor{table: result}
	values := in.take(len(c.attributes))
	score, outcome, n := in.next(), in.next(), in.next()
	if in.err != nil {
		return nil, in.err
	}
	cells := make([]Cell, result.Len)
	for row := range cells {
		cell := Cell{Outcome: outcome.int(row) == 1, N: n.int(row)}
		if !score.null(row) {
			cell.Score = new(score.float(row))
		}
		for i, a := range c.attributes {
			value := c.told(i, values[i].value(row))
			if i < len(c.Level.StratifyBy) {
				cell.Strata = append(cell.Strata, segmentText(a.column.kind, value))
			} else {
				cell.Covariates = append(cell.Covariates, covariate(value))
			}
		}
		cells[row] = cell
	}
	return cells, nil
}

// covariate is a value as float64, string or nil. What is no finite number is none.
func covariate(value any) any {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case bool:
		if v {
			return 1.0
		}
		return 0.0
	case float64:
		if v-v != 0 {
			return nil
		}
	}
	return value
}
