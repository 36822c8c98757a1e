package interval

import "math"

// Share is a count of hits out of N.
type Share struct {
	Hits, N float64
}

func (s Share) value() float64 { return s.Hits / s.N }

// Corrected is a share freed from the mistakes of whoever or whatever classified the rows.
type Corrected struct {
	Bounded
	// Cut tells that the correction led below 0 or above 1, where it is cut: the stated accuracy does not fit the data.
	Cut bool
}

// RoganGladen corrects an observed share for a classifier whose sensitivity (hits found of true hits) and specificity
// (misses found of true misses) are known exactly: (observed + Sp − 1)/(Se + Sp − 1) (Rogan and Gladen 1978,
// American Journal of Epidemiology 107:71). The ends of Wilson's interval are corrected alike (Reiczigel, Földi and
// Ózsvári 2010, Epidemiology and Infection 138:1674). A classifier no better than chance tells nothing: false.
func RoganGladen(observed Share, sensitivity, specificity, confidence float64) (Corrected, bool) {
	better := sensitivity + specificity - 1
	if better <= 0 || observed.N <= 0 {
		return Corrected{Bounded: Bounded{Interval: None()}}, false
	}
	correct := func(p float64) float64 { return (p + specificity - 1) / better }
	raw := Wilson(observed.value(), observed.N, confidence)
	return cut(correct(observed.value()), Interval{Lower: correct(raw.Lower), Upper: correct(raw.Upper)}), true
}

// RoganGladenEstimated is RoganGladen where sensitivity and specificity were themselves measured, on samples of rows
// known to be hits and misses: the interval of Lang and Reiczigel (2014, Preventive Veterinary Medicine 113:13), which
// adds answers to each of the three samples, as Agresti and Coull do, and shifts the centre. In their formula 4,
// (1+P)² is a misprint for (1−P)².
func RoganGladenEstimated(observed, sensitivity, specificity Share, confidence float64) (Corrected, bool) {
	if observed.N <= 0 || sensitivity.N <= 0 || specificity.N <= 0 {
		return Corrected{Bounded: Bounded{Interval: None()}}, false
	}
	se, sp := sensitivity.value(), specificity.value()
	better := se + sp - 1
	if better <= 0 {
		return Corrected{Bounded: Bounded{Interval: None()}}, false
	}
	value := (observed.value() + sp - 1) / better

	z := Z(confidence)
	added := func(s Share, n float64) (p, variance float64) {
		p = (s.Hits + n/2) / (s.N + n)
		return p, p * (1 - p) / (s.N + n)
	}
	p, vp := added(observed, z*z)
	se, vse := added(sensitivity, 2)
	sp, vsp := added(specificity, 2)
	better = se + sp - 1
	if better <= 0 {
		// Better than chance by a whisker on a handful of rows.
		return Corrected{Bounded: Bounded{Interval: None()}}, false
	}
	centre := (p + sp - 1) / better
	shift := 2 * z * z * (centre*vse - (1-centre)*vsp)
	spread := math.Sqrt(vp+centre*centre*vse+(1-centre)*(1-centre)*vsp) / better
	return cut(value, Normal(centre+shift, spread, confidence)), true
}

func cut(value float64, found Interval) Corrected {
	inside := min(max(value, 0), 1)
	return Corrected{
		Bounded: Bounded{Value: inside, Interval: found.Clamp(0, 1).Around(inside)},
		Cut:     inside != value,
	}
}
