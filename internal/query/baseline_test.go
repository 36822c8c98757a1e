package query

import (
	"fmt"
	"strings"
	"time"
)

// The benchmark's baselines: the best hand-written query known for each job, and the indicator one by
// one. They were written before the planner was measured and are not to be weakened; what its measurements taught
// about writing them better is in them too. Scores are NPS; every query breaks down by segment and month and counts
// answers, promoters and detractors.

var benchMonths = func() (out []time.Time) {
	for n := range 25 {
		out = append(out, time.Date(2024, time.Month(1+n), 1, 0, 0, 0, 0, time.UTC))
	}
	return out
}()

// handPeriod is the fastest period of a row: a nested CASE over boundaries.
func handPeriod(lo, hi int) string {
	if hi-lo == 1 {
		return fmt.Sprint(lo)
	}
	mid := (lo + hi) / 2
	return fmt.Sprintf("CASE WHEN ts < TIMESTAMP '%s' THEN %s ELSE %s END", benchMonths[mid].Format(time.DateOnly), handPeriod(lo, mid), handPeriod(mid, hi))
}

const (
	handSums  = "count(score) AS n, sum((score >= 9)::int) AS promoters, sum((score <= 6)::int) AS detractors"
	handRange = "ts >= TIMESTAMP '2024-01-01' AND ts < TIMESTAMP '2026-01-01'"
)

// handDirect is one indicator by itself.
func handDirect(where string) string {
	return "SELECT " + handPeriod(0, 24) + " AS p, segment, " + handSums + " FROM surveys WHERE " + handRange + " AND " + where + " GROUP BY 1, 2"
}

// handApart keeps a subquery from being merged into the query around it on Postgres, which then expects few groups.
func handApart(d Dialect) string {
	if d == Postgres {
		return "WITH apart AS (SELECT 1) "
	}
	return ""
}

// handCells groups by the filter columns themselves: stat cells.
func handCells(d Dialect, columns ...string) string {
	list := strings.Join(columns, ", ")
	return "SELECT " + list + ", segment, p, " + handSums + " FROM (" + handApart(d) + "SELECT " + list + ", segment, score, " + handPeriod(0, 24) +
		" AS p FROM surveys WHERE " + handRange + ") AS y GROUP BY " + list + ", segment, p"
}

// handDictionary looks up one bit for each predicate among the distinct values of each filter column,
// ANDs the columns' masks and groups by the result, leaving out rows without a bit.
func handDictionary(d Dialect, predicates []map[string]string, columns ...string) string {
	masks := (len(predicates) + 59) / 60
	with, joins, ands := "", "", make([]string, masks)
	for _, c := range columns {
		list := "v"
		for m := range masks {
			bits := "0::bigint"
			for i := m * 60; i < min(len(predicates), m*60+60); i++ {
				if p := predicates[i][c]; p != "" {
					bits += fmt.Sprintf(" + CASE WHEN %s THEN %d ELSE 0 END", strings.Replace(p, c, "v", 1), int64(1)<<(i%60))
				} else {
					bits += fmt.Sprintf(" + %d", int64(1)<<(i%60))
				}
			}
			list += fmt.Sprintf(", %s AS m%d", bits, m)
			if ands[m] != "" {
				ands[m] += " & "
			}
			ands[m] += fmt.Sprintf("d_%s.m%d", c, m)
		}
		// Materialized, or Postgres computes the bits for each row again.
		with += fmt.Sprintf(", d_%s AS MATERIALIZED (SELECT %s FROM (SELECT DISTINCT %s AS v FROM surveys) AS x)", c, list, c)
		joins += fmt.Sprintf(" JOIN d_%s ON d_%s.v = surveys.%s", c, c, c)
	}
	list, group, some := "", "", ""
	for m := range masks {
		list += fmt.Sprintf("%s AS m%d, ", ands[m], m)
		group += fmt.Sprintf("m%d, ", m)
		some += fmt.Sprintf(" OR m%d <> 0", m)
	}
	return "WITH " + with[2:] + " SELECT " + group + "segment, p, " + handSums + " FROM (" + handApart(d) + "SELECT " + list + "segment, score, " + handPeriod(0, 24) + " AS p FROM surveys" + joins +
		" WHERE " + handRange + ") AS y WHERE " + some[4:] + " GROUP BY " + group + "segment, p"
}

// handInline computes one bit for each predicate on each row.
func handInline(d Dialect, predicates []string) string {
	masks := (len(predicates) + 59) / 60
	list, group := "", ""
	for m := range masks {
		bits := "0::bigint"
		for i := m * 60; i < min(len(predicates), m*60+60); i++ {
			bits += fmt.Sprintf(" + CASE WHEN %s THEN %d ELSE 0 END", predicates[i], int64(1)<<(i%60))
		}
		list += fmt.Sprintf("%s AS m%d, ", bits, m)
		group += fmt.Sprintf("m%d, ", m)
	}
	return "SELECT " + group + "segment, p, " + handSums + " FROM (" + handApart(d) + "SELECT " + list + "segment, score, " + handPeriod(0, 24) + " AS p FROM surveys WHERE " + handRange +
		") AS y GROUP BY " + group + "segment, p"
}

// handChurn is one month's opening-cohort churn where a customer has one spell.
func handChurn(month int) string {
	a, b := benchMonths[month].Format(time.DateOnly), benchMonths[month+1].Format(time.DateOnly)
	return fmt.Sprintf("SELECT count(*), sum((ended <= TIMESTAMP '%s')::int) FROM spells WHERE began <= TIMESTAMP '%s' AND (ended IS NULL OR ended > TIMESTAMP '%s')", b, a, a)
}

// handChurnSpells is one month's where a customer may have several.
func handChurnSpells(month int) string {
	a, b := benchMonths[month].Format(time.DateOnly), benchMonths[month+1].Format(time.DateOnly)
	open := func(t string) string {
		return fmt.Sprintf("max((began <= TIMESTAMP '%s' AND (ended IS NULL OR ended > TIMESTAMP '%s'))::int)", t, t)
	}
	return fmt.Sprintf("SELECT sum(o), sum(o * (1 - c)) FROM (SELECT account, %s AS o, %s AS c FROM spells WHERE began <= TIMESTAMP '%s' AND (ended IS NULL OR ended > TIMESTAMP '%s') GROUP BY account) AS x",
		open(a), open(b), b, a)
}
