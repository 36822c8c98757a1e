package v1alpha1

// Weighting corrects who answered towards who there is.
// +kubebuilder:validation:ExactlyOneOf=postStratify;column
type Weighting struct {
	// postStratify weighs parts of the population by their known size.
	// +optional
	PostStratify *PostStratification `json:"postStratify,omitempty"`

	// column holds the weight of each row, such as a survey's design weight; only proportions count. Rows without a
	// weight above zero are rejected.
	// +optional
	Column Identifier `json:"column,omitempty"`
}

// PostStratification weighs the answers of each part of the population so that it counts as much as it has members.
// A part without answers leaves the indicator without a value: no other part stands in for it.
type PostStratification struct {
	// by these columns; with two, the keys of shares join their values by /, such as business/north.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	By []Identifier `json:"by,omitempty"`

	// population that the answers speak for.
	// +required
	Population Population `json:"population,omitzero"`

	// maxWeight cuts weights over this multiple of the median answer's. It steadies the value and draws it towards the unweighted one. Default: no limit.
	// +optional
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=1000
	MaxWeight int32 `json:"maxWeight,omitempty"`
}

// Population tells how large its parts are.
type Population struct {
	// shares of the population by value of the columns, such as {starter: 61%, business: 39%}. They add up to 100%.
	// +required
	// +kubebuilder:validation:MinProperties=2
	// +kubebuilder:validation:MaxProperties=64
	Shares map[string]Value `json:"shares,omitempty"`
}

// ResponseRate is how many of those asked have answered.
type ResponseRate struct {
	// invited is EveryRow: the dataset has a row for each invitation, whose score is NULL until it is answered.
	// +required
	// +kubebuilder:validation:Enum=EveryRow
	Invited string `json:"invited,omitempty"`

	// minimum below which answers are told to be few for those asked, such as 15%.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == string && self.endsWith('%')",message="write a percentage, such as 15%"
	Minimum Value `json:"minimum,omitempty"`

	// compareBy columns tells whether those who answered are made up like those asked.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=4
	CompareBy []Identifier `json:"compareBy,omitempty"`

	// late tells whether late answers differ from early ones: those who do not answer at all tend to be like the late.
	// +optional
	Late *LateAnswers `json:"late,omitempty"`
}

// LateAnswers tells early answers from late ones.
type LateAnswers struct {
	// answeredAt is the column with the time of the answer.
	// +required
	AnsweredAt Identifier `json:"answeredAt,omitempty"`

	// after this time from the event time an answer is late, such as 3d.
	// +required
	After Duration `json:"after,omitempty"`
}
