package query

// Plan writes the statements that answer the asks, all on one dataset. Additive asks that can share
// a pass over the rows share it; the others run alone. An ask that cannot be answered is refused by
// itself and harms no other.
func Plan(dialect Dialect, rows RowSet, asks []Ask, options Options) ([]Batch, []Refusal) {
	return nil, nil
}
