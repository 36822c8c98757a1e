package measure

// Breach tells in what a cell's sums break what the family takes for granted of the data, so that no number may come
// of it: a sentence without its subject, the cell. It is empty if all is well.
func Breach(family Family, sums Sums, in Setting) string {
	if strict, ok := family.(interface{ Breach(Sums, Setting) string }); ok {
		return strict.Breach(sums, in)
	}
	return ""
}

// Cautions are what a reader must know of an estimate beside its numbers, as sentences.
func Cautions(family Family, e Estimate) []string {
	if careful, ok := family.(interface{ Cautions(Estimate) []string }); ok {
		return careful.Cautions(e)
	}
	return nil
}

// PerSegment tells whether the rows of a family stand for a cell each: NULL in the column of a breakdown means all,
// so that the total is a row of its own and not the sum of its segments.
func PerSegment(family Family) bool {
	_, ok := family.(*Precomputed)
	return ok
}
