package measure

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
)

type indexOracle struct {
	Rows                       [][]float64
	Weights, Lo, Hi            []float64
	Value, Lower, Upper, Alpha float64
}

func (o indexOracle) index() *Index {
	m := &Index{}
	for i, w := range o.Weights {
		m.Items = append(m.Items, IndexItem{Column: fmt.Sprint("q", i), Weight: w, Scale: Scale{Min: o.Lo[i], Max: o.Hi[i]}})
	}
	return m
}

func (o indexOracle) rows() []row {
	rows := make([]row, len(o.Rows))
	for i, answers := range o.Rows {
		rows[i] = row{}
		for j, v := range answers {
			rows[i][fmt.Sprint("q", j)] = v
		}
	}
	return rows
}

func TestIndexOracles(t *testing.T) {
	var want struct {
		ACSI, Equal, Mixed indexOracle
		Cluster            struct {
			By        []string
			Value, SE float64
		}
	}
	oracle(t, "index.json", &want)
	for name, o := range map[string]indexOracle{"ACSI form": want.ACSI, "equal weights": want.Equal, "three scales": want.Mixed} {
		m := o.index()
		if err := m.check(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := estimateRows(m, Setting{}, o.rows())
		near(t, name, got.Value, o.Value)
		interval95(t, name, got, [2]float64{o.Lower, o.Upper})
		near(t, name+" alpha", new(got.Detail["alpha"]), o.Alpha)
		if got.N != int64(len(o.Rows)) || *got.Denominator != float64(got.N) {
			t.Errorf("%s: n %d of %v", name, got.N, *got.Denominator)
		}
		near(t, name+" numerator", got.Numerator, o.Value*float64(len(o.Rows)))
		if cautions := m.Cautions(got); (len(cautions) > 0) != (o.Alpha < LowAlpha) {
			t.Errorf("%s: alpha %v, cautions %q", name, o.Alpha, cautions)
		}
	}

	rows := want.ACSI.rows()
	for i, by := range want.Cluster.By {
		rows[i]["customer"] = by
	}
	got := estimateRows(want.ACSI.index(), Setting{KeepAll: "customer"}, rows)
	near(t, "clustered", got.Value, want.Cluster.Value)
	half := want.Cluster.SE * 2.7764451051977987 // t(4) at 95 %
	if math.Abs(*got.Upper-*got.Value-half) > 1e-8 || *got.Entities != 5 {
		t.Errorf("clustered: upper %v, want %v above; %d clusters", *got.Upper, half, *got.Entities)
	}
}

// The domain's worked example, to the digits it is told in.
func TestIndexOfTheField(t *testing.T) {
	var want struct{ ACSI, Equal indexOracle }
	oracle(t, "index.json", &want)
	got := estimateRows(want.ACSI.index(), Setting{}, want.ACSI.rows())
	for what, c := range map[string][2]float64{
		"value": {*got.Value, 67.6430556}, "lower": {*got.Lower, 48.5383714}, "upper": {*got.Upper, 86.7477397},
		"equal weights": {*estimateRows(want.Equal.index(), Setting{}, want.Equal.rows()).Value, 67.1296296},
	} {
		if math.Abs(c[0]-c[1]) > 5e-8 {
			t.Errorf("%s: got %.7f, want %.7f", what, c[0], c[1])
		}
	}
}

func TestIndexRejectsARowOnceForWhatIsWrongFirst(t *testing.T) {
	m := &Index{Items: []IndexItem{
		{Column: "a", Weight: 0.5, Scale: Scale{1, 5}}, {Column: "b", Weight: 0.5, Scale: Scale{1, 5}},
	}}
	rows := []row{
		{"a": 1.0, "b": 5.0}, {"a": 3.0, "b": 3.0},
		{"a": 9.0, "b": 9.0}, {"a": 0.0, "b": 3.0}, // out of scale
		{"a": nil, "b": unreadable("N/A")}, {"a": 9.0, "b": nil}, {"a": nil, "b": nil}, // missing first
		{"a": unreadable("x"), "b": nil}, {"a": 2.0, "b": unreadable("x")}, // unreadable first
	}
	got := estimateRows(m, Setting{}, rows)
	near(t, "index", got.Value, 50)
	want := map[Rejection]int64{RejectedOutOfScale: 2, RejectedMissing: 3, RejectedUnreadable: 2}
	if got.N != 2 || !maps.Equal(got.Rejected, want) {
		t.Errorf("n %d, rejected %v, want 2 and %v", got.N, got.Rejected, want)
	}
	if none := estimateRows(m, Setting{}, rows[2:]); none.Value != nil || none.Reason != NoRows || none.Detail != nil {
		t.Errorf("without a whole answer: %+v", none)
	}
	if one := estimateRows(m, Setting{}, rows[:1]); one.Lower != nil || one.Detail != nil {
		t.Errorf("one answer has no spread: %+v", one)
	}
}

func TestIndexSpecsThatContradictThemselves(t *testing.T) {
	good := func() *Index {
		return &Index{Items: []IndexItem{{"a", 0.4, Scale{1, 5}}, {"b", 0.6, Scale{1, 7}}}}
	}
	for want, spoil := range map[string]func(*Index){
		"two items":      func(m *Index) { m.Items = m.Items[:1] },
		"no column":      func(m *Index) { m.Items[0].Column = "" },
		"min < max":      func(m *Index) { m.Items[1].Scale = Scale{7, 7} },
		"not above zero": func(m *Index) { m.Items[0].Weight = 0 },
		"add up to 0.9":  func(m *Index) { m.Items[0].Weight = 0.3 },
	} {
		m := good()
		spoil(m)
		if err := m.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
