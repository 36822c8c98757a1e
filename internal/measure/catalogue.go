package measure

import "reflect"

// Doc tells readers what a family is; the reference pages are generated from it.
type Doc struct {
	// Name is the field in the API.
	Name string
	// Title is what people call it; Summary what it tells, in a sentence.
	Title   string
	Summary string
	Formula string
	Unit    string
	// Direction says which way is better: HigherIsBetter, LowerIsBetter, or what decides.
	Direction string
	Interval  string
	// Columns are what the dataset must have.
	Columns   string
	Pitfalls  string
	Reference string
}

// Families is the catalogue, in the order of Spec.
func Families() []Doc {
	var docs []Doc
	for field := range reflect.TypeFor[Spec]().Fields() {
		family := reflect.New(field.Type.Elem()).Interface().(member)
		docs = append(docs, family.doc())
	}
	return docs
}
