package lifetime

import "math"

// sample is a set of customers with a fitted BG/NBD, arranged so that nothing is computed twice: the probability of being
// alive depends on the history, the purchases of those alive, which cost far more, on frequency and age only.
type sample struct {
	customers float64
	fit       bgnbdFit
	time      float64
	discount  float64 // each time unit, continuous

	groups    []Group
	history   []int32 // of each group
	histories []Group // equal in all but spend
	alike     []alike

	expected expected // with the fitted parameters
	up, down [4]expected
}

// alike are the histories of one frequency, by place, with the range of their ages.
type alike struct {
	histories        []int32
	youngest, oldest float64
}

// expected are the purchases of a customer of each history over the horizon, plain and discounted.
type expected struct{ count, discounted []float64 }

// step of the derivatives by the logarithms of the parameters; the error goes with its square.
const step = 1e-4

func newSample(groups []Group, horizon Horizon) (*sample, error) {
	s := &sample{groups: groups, time: horizon.Time, discount: horizon.rate()}
	s.histories, s.history = collect(groups, func(g Group) key {
		return key{frequency: g.Frequency, recency: g.Recency, age: g.Age}
	})
	s.alike = byFrequency(s.histories)
	customers, _ := Counts(groups)
	s.customers = float64(customers)
	var err error
	if s.fit, err = fitBGNBD(s.histories); err != nil {
		return nil, err
	}
	s.expected = s.expect(s.fit.params)
	for i := range s.fit.params {
		s.up[i], s.down[i] = s.expect(moved(s.fit.params, i, step)), s.expect(moved(s.fit.params, i, -step))
	}
	return s, nil
}

func byFrequency(histories []Group) []alike {
	places := map[int]int{}
	var all []alike
	for i, g := range histories {
		at, known := places[g.Frequency]
		if !known {
			at = len(all)
			places[g.Frequency] = at
			all = append(all, alike{youngest: g.Age, oldest: g.Age})
		}
		a := &all[at]
		a.histories = append(a.histories, int32(i))
		a.youngest, a.oldest = min(a.youngest, g.Age), max(a.oldest, g.Age)
	}
	return all
}

func moved(params []float64, i int, by float64) []float64 {
	p := append([]float64(nil), params...)
	p[i] *= math.Exp(by)
	return p
}

func (s *sample) expect(params []float64) expected {
	m := BGNBD{params[0], params[1], params[2], params[3]}
	e := expected{make([]float64, len(s.histories)), make([]float64, len(s.histories))}
	for _, a := range s.alike {
		ifAlive := func(age float64) (count, discounted float64) {
			return m.ifAlive(Group{Frequency: s.histories[a.histories[0]].Frequency, Age: age}, s.time, s.discount)
		}
		// On a logarithmic scale of alpha + age, these are smooth.
		if len(a.histories) > curvePoints {
			c := newCurve(math.Log(m.Alpha+a.youngest), math.Log(m.Alpha+a.oldest), func(old float64) (float64, float64) {
				return ifAlive(math.Exp(old) - m.Alpha)
			})
			ifAlive = func(age float64) (count, discounted float64) { return c.at(math.Log(m.Alpha + age)) }
		}
		for _, h := range a.histories {
			alive := m.Alive(s.histories[h])
			count, discounted := ifAlive(s.histories[h].Age)
			e.count[h], e.discounted[h] = alive*count, alive*discounted
		}
	}
	return e
}

// share is the part of all customers that the group is.
func (s *sample) share(g Group) float64 { return float64(g.Customers) / s.customers }
