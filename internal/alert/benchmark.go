package alert

import "fmt"

// Benchmark is somebody else's value.
type Benchmark struct {
	Value   float64
	Variant string
	Source  string
	Date    string
	// Population it speaks of; empty if unknown.
	Population string
}

// comparable tells whether the benchmark may be held against the value, and how they lie. It never alerts: another
// company's customers are not ours.
func (d *Decision) comparable(in *Indicator) {
	b := in.Benchmark
	if b == nil {
		return
	}
	whose := fmt.Sprintf("%s (%s, %s", in.Level(b.Value), b.Source, b.Date)
	if b.Population != "" {
		whose += ", " + b.Population
	}
	whose += ")"
	p := in.Judged()
	switch {
	case p == nil || p.Value == nil || p.Flag != "":
		d.condition(Comparable, Unknown, ReasonNoData, "No mature value to compare with "+whose+".")
		return
	case in.Result.Variant != b.Variant:
		d.condition(Comparable, False, ReasonOtherVariant,
			fmt.Sprintf("%s is another variant (%q) than this one (%q); the two are not compared.", whose, b.Variant, in.Result.Variant))
		return
	}
	lower, upper := ends(p.Estimate)
	relation := "lies within the interval of"
	switch {
	case b.Value < lower:
		relation = "lies below"
	case b.Value > upper:
		relation = "lies above"
	}
	d.condition(Comparable, True, ReasonSameVariant,
		fmt.Sprintf("%s %s %s. Same formula; customers, channel and time may still differ.", whose, relation, in.told(p.Estimate, p.Label)))
}
