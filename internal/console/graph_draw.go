package console

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// netDrawing is the web in three columns, in units of pixels.
type netDrawing struct {
	Wide, High int
	Nodes      []netNode
	Edges      []netEdge
}

type netNode struct {
	X, Y, Wide, High int
	// Path below the namespace; empty of an objective, and of what does not exist.
	Path     string
	Title    string
	Owner    string
	Standing board.Standing
	// Summary has the number; empty of an objective. Provisional: it is no result yet.
	Summary     v1alpha1.IndicatorSummary
	Provisional bool
}

type netEdge struct {
	// Line is a path of SVG.
	Line string
	// Claim whose line it is; empty from a KPI to its objective, and of a Goal from its CPI.
	Claim, Verdict string
	Goal           bool
	// X, Y of the label's middle.
	X, Y int
}

// The measures of the drawing.
const (
	nodeWide, nodeHigh = 240, 62
	nodeGap            = 16
	columnGap          = 190
	netMargin          = 8
)

// draw puts KPIs in the order of their objectives and CPIs beside what they should move, so that few lines cross. Nothing is
// drawn where nothing is claimed and no objective named.
func (w web) draw() *netDrawing {
	out := &netDrawing{}
	type driver struct {
		board.Entry
		missing   bool
		sum, many int
	}
	drivers, order := map[string]*driver{}, []*driver{}
	rows, objectives := 0, 0
	for _, o := range w.Objectives {
		objectives += btoi(o.Name != "")
		for _, k := range o.KPIs {
			for _, e := range k.into() {
				d := drivers[e.Driver.Name]
				if d == nil {
					d = &driver{Entry: e.Driver, missing: e.Missing}
					drivers[e.Driver.Name], order = d, append(order, d)
				}
				d.sum, d.many = d.sum+rows, d.many+1
			}
			rows++
		}
	}
	if len(order)+objectives == 0 {
		return nil
	}
	slices.SortStableFunc(order, func(a, b *driver) int { return cmp.Compare(a.sum*b.many, b.sum*a.many) })
	high := max(rows, len(order)) * (nodeHigh + nodeGap)
	column := func(i int) int { return netMargin + i*(nodeWide+columnGap) }
	// place the i-th of n nodes of a column, spread over its height.
	place := func(i, n int) int { return netMargin + (2*i+1)*high/(2*n) - nodeHigh/2 }
	out.Wide, out.High = column(1+btoi(objectives > 0))+nodeWide+netMargin, high+2*netMargin
	left := map[string]int{}
	for i, d := range order {
		left[d.Name] = place(i, len(order))
		path := ""
		if !d.missing {
			path = "cpi/" + d.Name
		}
		out.Nodes = append(out.Nodes, nodeOf(d.Entry, path, column(0), left[d.Name]))
	}
	row := 0
	for _, o := range w.Objectives {
		first := row
		for _, k := range o.KPIs {
			y := place(row, rows)
			out.Nodes = append(out.Nodes, nodeOf(k.Entry, "kpi/"+k.Name, column(1), y))
			into := k.into()
			for i, e := range into {
				// Lines that end in one node end apart, so that their labels do not cover each other.
				end := y + (i+1)*nodeHigh/(len(into)+1)
				edge := netEdge{Claim: e.Claim, Verdict: e.Verdict, Goal: e.Claim == "", X: column(1) - 12, Y: end - 6}
				if i > 0 && i == len(into)-1 {
					edge.Y = end + 13 // below the last line, away from the one above
				}
				edge.Line = curve(column(0)+nodeWide, left[e.Driver.Name]+nodeHigh/2, column(1), end)
				out.Edges = append(out.Edges, edge)
			}
			row++
		}
		if o.Name == "" {
			continue
		}
		y := (place(first, rows) + place(row-1, rows)) / 2
		out.Nodes = append(out.Nodes, netNode{X: column(2), Y: y, Wide: nodeWide, High: nodeHigh, Title: o.Name})
		for i := first; i < row; i++ {
			out.Edges = append(out.Edges, netEdge{Line: curve(column(1)+nodeWide, place(i, rows)+nodeHigh/2, column(2), y+nodeHigh/2)})
		}
	}
	return out
}

// into are the lines that end in the KPI: those of claims and, of a goal, that of its CPI.
func (k webKPI) into() []webEdge {
	if k.Goal == nil {
		return k.Edges
	}
	return append(slices.Clone(k.Edges), webEdge{Driver: *k.Goal})
}

// labelWide is the length of the straight end of a line, along which its label stands.
const labelWide = 100

// curve from the right side of one node to the left side of another; it ends straight, so that its label does not lie on it.
func curve(x1, y1, x2, y2 int) string {
	bend := x2 - labelWide
	middle := (x1 + bend) / 2
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %dH%d", x1, y1, middle, y1, middle, y2, bend, y2, x2)
}

// nodeOf an indicator at a place.
func nodeOf(e board.Entry, path string, x, y int) netNode {
	return netNode{
		X: x, Y: y, Wide: nodeWide, High: nodeHigh, Path: path, Title: cmp.Or(e.Title, e.Name), Owner: cmp.Or(e.Department, e.Team),
		Standing: e.Standing(), Summary: e.Summary, Provisional: e.Provisional(),
	}
}

// clipped text fits its node; the whole stands in its tooltip and in the list.
func clipped(text string) string {
	const fits = 31
	if letters := []rune(text); len(letters) > fits {
		return string(letters[:fits-1]) + "…"
	}
	return text
}
