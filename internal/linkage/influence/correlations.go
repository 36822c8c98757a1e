package influence

import "math"

// table holds complete rows, one column for each driver and the KPI's last. Columns are standardised.
type table struct {
	rows    [][]float64
	columns int
}

// complete takes the rows in which every value is known.
func complete(kpi []float64, drivers []Driver) table {
	t := table{columns: len(drivers) + 1}
rows:
	for i, y := range kpi {
		row := make([]float64, 0, t.columns)
		for _, d := range drivers {
			if i >= len(d.Values) || !known(d.Values[i]) {
				continue rows
			}
			row = append(row, d.Values[i])
		}
		if known(y) {
			t.rows = append(t.rows, append(row, y))
		}
	}
	return t
}

func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// standardise brings all columns to the mean 0 and the variance 1, and tells which never vary.
func (t table) standardise() (constant []int) {
	n := float64(len(t.rows))
	for j := range t.columns {
		var mean, squares float64
		for _, row := range t.rows {
			mean += row[j] / n
		}
		for _, row := range t.rows {
			squares += (row[j] - mean) * (row[j] - mean)
		}
		scale := math.Sqrt(squares / n)
		// Values that are all the same leave the rounding of their mean.
		if scale <= 1e-12*math.Abs(mean) {
			constant = append(constant, j)
			scale = 1
		}
		for _, row := range t.rows {
			row[j] = (row[j] - mean) / scale
		}
	}
	return constant
}

// square is a symmetric matrix of which the upper triangle is kept.
type square struct {
	size   int
	values []float64
}

func newSquare(size int) square { return square{size: size, values: make([]float64, size*size)} }

func (s square) at(i, j int) float64 { return s.values[i*s.size+j] }

// correlations fills in those of all columns, where each row counts as often as counts says. A column that does not
// vary among them correlates with none. It is false if that is the KPI.
func (t table) correlations(counts []int, into square) bool {
	clear(into.values)
	sums := make([]float64, t.columns)
	var n float64
	for i, row := range t.rows {
		if counts[i] == 0 {
			continue
		}
		weight := float64(counts[i])
		n += weight
		for a, left := range row {
			left *= weight
			sums[a] += left
			line := into.values[a*t.columns : (a+1)*t.columns]
			for b := a; b < t.columns; b++ {
				line[b] += left * row[b]
			}
		}
	}
	scale := make([]float64, t.columns)
	for a := range t.columns {
		variance := into.at(a, a)/n - sums[a]*sums[a]/(n*n)
		// In standardised columns, whose whole variance is 1.
		if variance > 1e-12 {
			scale[a] = 1 / math.Sqrt(variance)
		}
	}
	for a := range t.columns {
		for b := a; b < t.columns; b++ {
			covariance := into.at(a, b)/n - sums[a]*sums[b]/(n*n)
			into.values[a*t.columns+b] = covariance * scale[a] * scale[b]
		}
		into.values[a*t.columns+a] = 1
	}
	return scale[t.columns-1] > 0
}
