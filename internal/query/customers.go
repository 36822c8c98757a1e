package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/lifetime"
	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// customersStatement tells what each customer has done up to the end of one window, by every row before it.
type customersStatement struct {
	*table
	reading *reading
	window  int
	key     string
	wish    measure.CustomersRequest
}

// customers plans a reading by itself, a statement for each window.
func (p *planner) customers(r *reading) {
	for w := range r.windows {
		s := &customersStatement{table: p.table, reading: r, window: w, key: r.customer, wish: *r.ask.Request.Customers}
		args := &arguments{}
		var sql string
		if s.wish.Unit > 0 {
			sql = s.histories(args)
		} else {
			sql = s.amounts(args)
		}
		p.emit(PerEntity, []*reading{r}, sql, args, s.fold)
	}
}

// end of the window as microseconds of the time column.
func (s *customersStatement) end() int64 {
	kind := s.columns[s.time].kind
	if kind == KindDate {
		return s.reading.windows[s.window].End.UnixMicro()
	}
	return s.reading.ask.Windows[s.window].End.UnixMicro()
}

// micros of an instant as the time column has it.
func (s *customersStatement) micros(at time.Time) int64 {
	if s.columns[s.time].kind == KindDate {
		return s.wall(KindDate, at, s.reading.zone).UnixMicro()
	}
	return at.UnixMicro()
}

// purchases selects e, t (when), a (amount) and c (cost) of the rows before the end that have an amount.
func (s *customersStatement) purchases(when string, args *arguments) string {
	b, kind := s.base(args), s.columns[s.time].kind
	cost := "0"
	if s.wish.Cost != "" {
		cost = "coalesce(" + raw(s.wish.Cost) + ", 0)"
	}
	b.extra = []string{s.own(s.key) + " AS e", when + " AS t", s.double(raw(s.wish.Amount)) + " AS a", s.double(cost) + " AS c"}
	b.filter(raw(s.time) + " < " + timeLiteral(s.dialect.literalKind(kind), s.reading.windows[s.window].End))
	b.filter(raw(s.key) + " IS NOT NULL")
	b.filter(raw(s.wish.Amount) + " IS NOT NULL")
	b.filter(s.reading.where.sql(s.table, s.own, args))
	return b.sql()
}

// amounts adds up over customers, those first seen in time.
func (s *customersStatement) amounts(args *arguments) string {
	when := s.microseconds(raw(s.time), s.columns[s.time].kind)
	keep := "true"
	if age := s.wish.Age.Microseconds(); age > 0 {
		keep = fmt.Sprintf("b.f <= %d AND b.t < b.f + %d", s.end()-age, age)
	}
	if !s.wish.From.IsZero() {
		keep += fmt.Sprintf(" AND b.f >= %d", s.micros(s.wish.From))
	}
	each, over := "sum(b.a) AS a, sum(b.c) AS c", "sum(b.a) AS a, sum(b.c) AS c, sum(b.a * b.a) AS aa, sum(b.c * b.c) AS cc, sum(b.a * b.c) AS ac"
	if s.wish.Months > 0 {
		each, over = s.byMonth()
	}
	return "SELECT count(*) AS n, " + over + "\n" +
		"FROM (SELECT b.e, " + each + "\n" +
		"FROM (SELECT b.*, min(b.t) OVER (PARTITION BY b.e) AS f\nFROM (" + s.purchases(when, args) + ") AS b) AS b\n" +
		"WHERE " + keep + "\nGROUP BY b.e) AS b\nHAVING count(*) > 0"
}

// byMonth writes what a customer has brought in less what it cost by the end of each month of age, and its sums over customers.
func (s *customersStatement) byMonth() (each, over string) {
	var columns, sums []string
	for month := 1; month <= s.wish.Months; month++ {
		name := "m" + strconv.Itoa(month)
		so := "b.a - b.c"
		if month < s.wish.Months { // the last ends with the age, beyond which no row is kept
			so = fmt.Sprintf("CASE WHEN b.t < b.f + %d THEN %s ELSE 0 END", int64(month)*measure.CustomerMonth.Microseconds(), so)
		}
		columns = append(columns, "sum("+so+") AS "+name)
		sums = append(sums, fmt.Sprintf("sum(b.%s) AS %s, sum(b.%s * b.%s) AS s%s", name, name, name, name, name))
	}
	return strings.Join(columns, ", "), strings.Join(sums, ", ")
}

// histories counts customers by how often they came back, when first and last, and for how much. What one bought in a day
// is one purchase, as in the published fits: in time units, a week say, those who come often would seem to come less often
// and to spend more.
func (s *customersStatement) histories(args *arguments) string {
	when := clock{days: true, zone: s.reading.zone}.number(s.table, raw(s.time), s.columns[s.time].kind)
	keep := "true"
	if !s.wish.From.IsZero() {
		keep = fmt.Sprintf("b.f <= %d", s.lastDay()-dayNumber(s.wish.From))
	}
	spend := "CASE WHEN b.x > 0 THEN b.s / b.x ELSE 0 END"
	return "SELECT " + s.bigint("b.x") + " AS x, " + s.bigint("b.r") + " AS r, " + s.bigint("b.f") + " AS f, " + spend + " AS z, count(*) AS n\n" +
		"FROM (SELECT b.e, b.f, b.f - min(b.k) AS r, count(*) - 1 AS x, sum(CASE WHEN b.k < b.f THEN b.a ELSE 0 END) AS s\n" +
		"FROM (SELECT b.*, max(b.k) OVER (PARTITION BY b.e) AS f\n" +
		"FROM (SELECT b.e, " + strconv.FormatInt(s.lastDay(), 10) + " - b.t AS k, sum(b.a) AS a\nFROM (" + s.purchases(when, args) + ") AS b\n" +
		"GROUP BY b.e, b.t) AS b) AS b\nGROUP BY b.e, b.f) AS b\nWHERE " + keep + "\nGROUP BY b.x, b.r, b.f, " + spend
}

// lastDay is the number of the last day that begins before the end: of a customer, of naive times the dataset's.
func (s *customersStatement) lastDay() int64 {
	end := s.reading.windows[s.window].End.Add(-time.Microsecond)
	if s.columns[s.time].kind == KindInstant {
		end = civil(end.In(s.reading.zone))
	}
	return dayNumber(end)
}

// dayNumber is the days since 1970 of a civil time, written as if in UTC.
func dayNumber(at time.Time) int64 { return civil(at).Unix() / int64(oneDay/time.Second) }

func (s *customersStatement) fold(result *Table) (map[int][]Group, error) {
	in := &cursor{table: result}
	var sums measure.Sums
	if s.wish.Unit > 0 {
		x, recency, age, spend, n := in.next(), in.next(), in.next(), in.next(), in.next()
		if in.err != nil {
			return nil, in.err
		}
		unit := float64(s.wish.Unit) / float64(oneDay)
		groups := make([]lifetime.Group, result.Len)
		for row := range groups {
			groups[row] = lifetime.Group{
				Frequency: int(x.int(row)), Recency: recency.float(row) / unit, Age: age.float(row) / unit, Spend: spend.float(row), Customers: n.int(row),
			}
			if v := groups[row].Spend; v-v != 0 {
				return nil, errNotFinite
			}
		}
		var err error
		if sums, err = measure.SummariseCustomers(s.wish, groups); err != nil {
			return nil, err
		}
	} else if result.Len == 1 {
		for range s.reading.ask.Request.Size() {
			sums = append(sums, in.next().float(0))
		}
		if in.err != nil {
			return nil, in.err
		}
		if err := checkFinite(sums); err != nil {
			return nil, err
		}
	}
	var groups []Group
	if len(sums) > 0 && result.Len > 0 {
		groups = []Group{{Window: s.reading.offset + s.window, Breakdown: -1, Sums: sums}}
	}
	out := map[int][]Group{}
	groupsFor(out, s.reading, groups)
	return out, nil
}
