package measure

// Doc tells readers what a family is; the reference pages are generated from it.
type Doc struct {
	// Name is the field in the API.
	Name     string
	Summary  string
	Formula  string
	Unit     string
	Interval string
	Pitfalls string
}

// Families is the catalogue, in the order of the docs.
func Families() []Doc {
	return []Doc{
		netPromoterScoreDoc,
		customerSatisfactionDoc,
		customerEffortScoreDoc,
		shareDoc,
		aggregateDoc,
		ratioDoc,
		churnDoc,
		retentionDoc,
		revenueRetentionDoc,
		renewalDoc,
	}
}
