// Package spark draws an indicator's course in the size of a word, as paths of SVG.
package spark

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Drawing is an indicator's course: mature values as a line with their intervals as a band, later ones as rings. A period
// without a value, or with one that must not be acted on, is a gap.
type Drawing struct {
	// Line and Band are paths of SVG.
	Line, Band string
	// Last is the latest mature value; Later are the values of periods that still move.
	Last  *Dot
	Later []Dot
	// First and Until are the labels of the periods at the ends.
	First, Until string
}

// Dot is a place in the drawing.
type Dot struct{ X, Y string }

// Wide and High are the size of a drawing; its numbers are in these units.
const Wide, High, margin = 120.0, 32.0, 3.0

// most periods that are drawn; a report may have hundreds.
const most = 36

// point is a period as it is drawn; its numbers are NaN where there are none.
type point struct{ value, lower, upper float64 }

// Of a result; nil where fewer than two periods have a value.
func Of(result *v1alpha1.ReportResult) *Drawing {
	if result == nil || len(result.Periods) < 2 {
		return nil
	}
	periods := result.Periods[max(0, len(result.Periods)-most):]
	for len(periods) > 0 && math.IsNaN(pointOf(periods[0]).value) { // from before the data begins
		periods = periods[1:]
	}
	points, low, high, drawn := make([]point, len(periods)), math.Inf(1), math.Inf(-1), 0
	for i, p := range periods {
		points[i] = pointOf(p)
		if math.IsNaN(points[i].value) {
			continue
		}
		drawn++
		for _, n := range []float64{points[i].value, points[i].lower, points[i].upper} {
			if !math.IsNaN(n) {
				low, high = min(low, n), max(high, n)
			}
		}
	}
	if drawn < 2 {
		return nil
	}
	if low == high {
		low, high = low-1, high+1
	}
	x := func(i int) float64 {
		return margin + float64(i)/float64(len(periods)-1)*(Wide-2*margin)
	}
	y := func(v float64) float64 {
		return High - margin - (v-low)/(high-low)*(High-2*margin)
	}
	out := &Drawing{First: periods[0].Label, Until: periods[len(periods)-1].Label}
	var line, band strings.Builder
	for from := 0; from < len(points); {
		to := from
		for to < len(points) && isMature(periods[to].State) && !math.IsNaN(points[to].value) {
			to++
		}
		if to == from { // a gap, or a period that still moves
			if !math.IsNaN(points[from].value) {
				out.Later = append(out.Later, Dot{short(x(from)), short(y(points[from].value))})
			}
			from++
			continue
		}
		draw(&line, &band, points[from:to], func(i int) float64 { return x(from + i) }, y)
		out.Last = &Dot{short(x(to - 1)), short(y(points[to-1].value))}
		from = to
	}
	out.Line, out.Band = line.String(), band.String()
	return out
}

// draw a run of neighbouring periods.
func draw(line, band *strings.Builder, points []point, x func(int) float64, y func(float64) float64) {
	closed := true
	for i, p := range points {
		to(line, i == 0, x(i), y(p.value))
		closed = closed && !math.IsNaN(p.lower) && !math.IsNaN(p.upper)
	}
	if len(points) == 1 { // a line of no length is drawn as a dot, by its round ends
		line.WriteString("h0")
	}
	if !closed {
		return // an open end cannot be drawn; the indicator's page tells it
	}
	for i, p := range points {
		to(band, i == 0, x(i), y(p.upper))
	}
	for i, p := range slices.Backward(points) {
		to(band, false, x(i), y(p.lower))
	}
	band.WriteByte('Z')
}

// to adds a point to a path.
func to(path *strings.Builder, first bool, x, y float64) {
	if first {
		path.WriteByte('M')
	} else {
		path.WriteByte('L')
	}
	path.WriteString(short(x))
	path.WriteByte(' ')
	path.WriteString(short(y))
}

func pointOf(p v1alpha1.PeriodValue) point {
	if p.Flag != "" {
		return point{math.NaN(), math.NaN(), math.NaN()}
	}
	return point{parsed(p.Value), parsed(p.Lower), parsed(p.Upper)}
}

// parsed is NaN of what is no number.
func parsed(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(n, 0) {
		return math.NaN()
	}
	return n
}

// short is a coordinate to a tenth.
func short(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// isMature tells whether a period's value is a result.
func isMature(state string) bool {
	return state == "Mature" || state == "Settled" || state == "Undated"
}
