package state

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// counted are segments all of whose people are in their values.
func counted(people ...int64) []Size {
	var sizes []Size
	for _, n := range people {
		sizes = append(sizes, Size{n, n})
	}
	return sizes
}

// marks are x for hidden.
func marks(hidden []bool) string {
	var out strings.Builder
	for _, h := range hidden {
		out.WriteByte(map[bool]byte{true: 'x', false: '.'}[h])
	}
	return out.String()
}

func TestSuppress(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []Size
		want  string
	}{
		"all large": {counted(50, 10, 30), "..."},
		"one small takes the next smallest along": {counted(50, 9, 30), ".xx"},
		"two small ones cover each other":         {counted(50, 9, 30, 8), ".x.x"},
		"two tiny ones do not":                    {counted(50, 4, 30, 5), ".xxx"},
		"nothing left to take along":              {counted(3), "x"},
		"all small":                               {counted(3, 2, 4), "xxx"},
		"an empty segment hides nobody":           {counted(0, 20, 30), "..."},
		"nor does it cover anybody":               {counted(0, 20, 3, 30), ".xx."},
		"ties go by order":                        {counted(20, 3, 20), "xx."},
		"none":                                    {nil, ""},
		"one pending contract is one customer":    {[]Size{{0, 1}, {40, 40}, {30, 30}}, "x.x"},
		"rejected answers only":                   {[]Size{{0, 4}, {40, 40}, {30, 30}, {0, 7}}, "x..x"},
		"the rejected do not hide who answered":   {[]Size{{4, 12}, {40, 40}, {30, 30}}, "x.x"},
		"nor do they cover them":                  {[]Size{{4, 4}, {0, 20}, {40, 40}, {30, 30}}, "x..x"},
		"many without a value":                    {[]Size{{0, 20}, {40, 40}}, ".."},
	} {
		if got := marks(Suppress(c.sizes, 10)); got != c.want {
			t.Errorf("%s %v: got %q, want %q", name, c.sizes, got, c.want)
		}
	}
}

func TestSuppressWithinCoarserSegments(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []Size
		parts []Part
		want  string
	}{
		"each coarser segment covers its own": { // A/X, A/Y, B/X, B/Y: plan A has 20, so A/X would give A/Y away
			counted(15, 5, 15, 6), []Part{{Places: []int{0, 1}}, {Places: []int{2, 3}}}, "xxxx",
		},
		"rows and columns": { // A/X, A/Y, A/Z, B/X, B/Y, B/Z, by plan and by region
			counted(5, 12, 40, 50, 20, 60),
			[]Part{{Places: []int{0, 1, 2}}, {Places: []int{3, 4, 5}}, {Places: []int{0, 3}}, {Places: []int{1, 4}}, {Places: []int{2, 5}}}, "xx.xx.",
		},
		"the parts of what is hidden are hidden": {counted(12, 13, 40, 50), []Part{{Places: []int{0, 1}, Hidden: true}, {Places: []int{2, 3}}}, "xx.."},
		"nothing small":                          {counted(12, 13, 40, 50), []Part{{Places: []int{0, 1}}, {Places: []int{2, 3}}}, "...."},
	} {
		if got := marks(Suppress(c.sizes, 10, c.parts...)); got != c.want {
			t.Errorf("%s %v: got %q, want %q", name, c.sizes, got, c.want)
		}
	}
}

// What can be worked out by subtraction, from the total or from a row's or a column's sum, is never a group of fewer than k.
func TestSuppressedSegmentsCannotBeSubtracted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for round := range 5000 {
		rows, columns := 1, 1+random.IntN(8)
		if round%2 == 1 {
			rows = 1 + random.IntN(4)
		}
		sizes := make([]Size, rows*columns)
		whole := Part{}
		lines := make([]Part, rows+columns)
		for i := range sizes {
			n := random.Int64N(25)
			sizes[i] = Size{n, n + random.Int64N(3)*random.Int64N(8)}
			whole.Places = append(whole.Places, i)
			for _, line := range []int{i / columns, rows + i%columns} {
				lines[line].Places = append(lines[line].Places, i)
			}
		}
		parts := lines
		if rows == 1 {
			parts = nil
		}
		k := 1 + random.Int64N(12)
		hidden := Suppress(sizes, k, parts...)
		for _, sum := range append([]Part{whole}, parts...) {
			var secret, shown Size
			for _, i := range sum.Places {
				if hidden[i] {
					secret = secret.plus(sizes[i])
					continue
				}
				shown = shown.plus(sizes[i])
				if sizes[i].few(k) {
					t.Fatalf("%v at %d shows %v", sizes, k, sizes[i])
				}
			}
			if secret.few(k) && shown.Counted > 0 {
				t.Fatalf("%v at %d, hidden %s, leaves %v to be worked out of %v", sizes, k, marks(hidden), secret, sum.Places)
			}
		}
	}
}
