package cohort

// Needed is how many units in each of the two cohorts find a difference with a power of 80 % at a level of 5 %, as the
// rows stand; nil where there is no difference to find.
type Needed struct {
	// Observed is for the shares as they are, Declared for the smallest difference that matters.
	Observed, Declared *Sizes
}

// Sizes of the two cohorts.
type Sizes struct {
	// Each is the size of both, if they are of one size.
	Each int64
	// Best and Worst are the sizes in the proportion that the cohorts have now.
	Best, Worst int64
}
