package state

// Size is how many are behind a segment: people where they are told apart, rows otherwise.
type Size struct {
	// Counted are those that its value is made of, All those and whoever else its numbers tell of: pending, rejected.
	Counted, All int64
}

func (s Size) plus(o Size) Size { return Size{s.Counted + o.Counted, s.All + o.All} }

// few reports whether somebody is behind it, but fewer than k.
func (s Size) few(k int64) bool {
	return s.Counted > 0 && s.Counted < k || s.All > 0 && s.All < k
}

// Part is a set of segments, by their places, whose sum people can know beside the total of all: a segment of a
// coarser breakdown.
type Part struct {
	Places []int
	// Hidden: the sum itself is not shown. What is in it is not either, or adding it up would give the sum.
	Hidden bool
}

// Suppress tells which segments of one breakdown must not be shown, so that nobody can be recognised in them: those
// with fewer than k people, and, while all those hidden, of the whole or of a part, have fewer than k together, the next
// smallest too, since what is known of the sum less the shown segments would give them away. Where there are parts, two
// at least are hidden of each, or the others' sums would tell the one. Ties are broken by the order of sizes. Empty
// segments hide nobody and are shown.
func Suppress(sizes []Size, k int64, parts ...Part) []bool {
	hidden := make([]bool, len(sizes))
	whole := make([]int, len(sizes))
	for i, size := range sizes {
		whole[i], hidden[i] = i, size.few(k)
	}
	sums := [][]int{whole}
	for _, part := range parts {
		sums = append(sums, part.Places)
		for _, i := range part.Places {
			hidden[i] = hidden[i] || part.Hidden && sizes[i].All > 0
		}
	}
	for again := true; again; {
		again = false
		for _, places := range sums {
			for cover(sizes, hidden, places, k, len(parts) > 0) {
				again = true
			}
		}
	}
	return hidden
}

// cover hides the next smallest of the segments at places if those hidden there do not cover each other, and reports
// whether it did.
func cover(sizes []Size, hidden []bool, places []int, k int64, pairs bool) bool {
	var sum Size
	count := 0
	for _, i := range places {
		if hidden[i] {
			sum, count = sum.plus(sizes[i]), count+1
		}
	}
	if count == 0 || !sum.few(k) && (count > 1 || !pairs) {
		return false
	}
	next := -1
	for _, i := range places {
		switch {
		case hidden[i] || sizes[i].All <= 0:
		case sum.Counted > 0 && sizes[i].Counted == 0: // covers nobody whose value is made
		case next < 0 || sizes[i].All < sizes[next].All:
			next = i
		}
	}
	if next >= 0 {
		hidden[next] = true
	}
	return next >= 0
}
