package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ScorecardSpec names the indicators that an audience looks at together. It computes nothing and has no score: a sum over a
// recommendation, a churn rate and a revenue has no unit. An index with a formula is a CPI with measure composite.
type ScorecardSpec struct {
	// title for people.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Title string `json:"title,omitempty"`

	// description of what the set is for and what it leaves out.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Description string `json:"description,omitempty"`

	// audience that looks at it, such as the board or the support team.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Audience string `json:"audience,omitempty"`

	// objective of the strategy that the set serves.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	Objective string `json:"objective,omitempty"`

	// owner keeps the set and reviews it.
	// +required
	Owner Owner `json:"owner,omitzero"`

	// departments whose work the audience expects to see. Each must own a member: owner.department of an indicator says whose it is.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	Departments []string `json:"departments,omitempty"`

	// members are the indicators of the set. Claims between them are found and need not be listed.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:XValidation:rule="self.all(m, !has(m.cpiRef) || self.exists_one(o, has(o.cpiRef) && o.cpiRef.name == m.cpiRef.name))",message="a CPI may stand only once among the members"
	// +kubebuilder:validation:XValidation:rule="self.all(m, !has(m.kpiRef) || self.exists_one(o, has(o.kpiRef) && o.kpiRef.name == m.kpiRef.name))",message="a KPI may stand only once among the members"
	Members []ScorecardMember `json:"members,omitempty"`

	// review of the set by people. What has changed is told since its last day.
	// +optional
	Review *Review `json:"review,omitempty"`
}

// ScorecardMember is one indicator of the set. Exactly one of cpiRef and kpiRef is set.
// +kubebuilder:validation:ExactlyOneOf=cpiRef;kpiRef
// +kubebuilder:validation:XValidation:rule="!has(self.guardrail) || has(self.cpiRef)",message="a guardrail is what customers get: it goes with cpiRef",fieldPath=".guardrail"
type ScorecardMember struct {
	// cpiRef names a CPIDefinition.
	// +optional
	CPIRef *LocalReference `json:"cpiRef,omitempty"`

	// kpiRef names a KPITarget.
	// +optional
	KPIRef *LocalReference `json:"kpiRef,omitempty"`

	// weight beside the other members, such as 2 or "0.5": of two equally grave things the one of the heavier member is told first, and no single topic should carry most of it. It enters no number. Default: 1.
	// +optional
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? self > 0 : self.matches('^[0-9]+([.][0-9]+)?$') && double(self) > 0.0",message="write a number above zero, such as 2 or \"0.5\""
	Weight *Value `json:"weight,omitempty"`

	// guardrail says that this CPI must not get worse while the others look good.
	// +optional
	Guardrail *bool `json:"guardrail,omitempty"`
}

// ScorecardStatus is how the set stands.
type ScorecardStatus struct {
	// conditions are Ready, Covered, Balanced, ReviewDue.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation the status speaks of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// summary counts how the members stand.
	// +optional
	Summary *ScorecardSummary `json:"summary,omitempty"`

	// actions that matter most, the first of them first; none where nothing asks for one.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=3
	Actions []ScorecardAction `json:"actions,omitempty"`

	// changes of the set, the latest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	Changes []DefinitionChange `json:"changes,omitempty"`
}

// ScorecardSummary counts members. One can be in several counts, or in none but the first.
type ScorecardSummary struct {
	// members of the set.
	// +optional
	Members *int32 `json:"members,omitempty"`

	// attention is how many need it now: something about them is wrong, late or doubtful.
	// +optional
	Attention *int32 `json:"attention,omitempty"`

	// onTarget is how many KPIs are on target, by their whole interval.
	// +optional
	OnTarget *int32 `json:"onTarget,omitempty"`

	// offTarget is how many KPIs miss their target, by their whole interval.
	// +optional
	OffTarget *int32 `json:"offTarget,omitempty"`

	// unknown is how many cannot be judged: no data, too small a sample, data in doubt, a run that fails, or an interval that contains the target.
	// +optional
	Unknown *int32 `json:"unknown,omitempty"`
}

// ScorecardAction is something to do, for somebody, for a reason that was decided elsewhere.
type ScorecardAction struct {
	// do says what, in plain words.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Do string `json:"do,omitempty"`

	// team that can do it.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Team string `json:"team,omitempty"`

	// why is the decision's own sentence, with number, interval and n.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Why string `json:"why,omitempty"`

	// kind of the object that it is about.
	// +required
	// +kubebuilder:validation:Enum=CPIDefinition;KPITarget;CPILinkage;DataSource;Dataset;Scorecard
	Kind string `json:"kind,omitempty"`

	// name of the object that it is about.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// Scorecard is a set of indicators for an audience: what it covers, whether it is balanced, what asks for action. It has no score.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=cpicard
// +kubebuilder:printcolumn:name="Audience",type=string,JSONPath=`.spec.audience`
// +kubebuilder:printcolumn:name="Members",type=integer,JSONPath=`.status.summary.members`
// +kubebuilder:printcolumn:name="Attention",type=integer,JSONPath=`.status.summary.attention`
// +kubebuilder:printcolumn:name="On Target",type=integer,JSONPath=`.status.summary.onTarget`
// +kubebuilder:printcolumn:name="Off Target",type=integer,JSONPath=`.status.summary.offTarget`
// +kubebuilder:printcolumn:name="Unknown",type=integer,JSONPath=`.status.summary.unknown`
// +kubebuilder:printcolumn:name="Covered",type=string,JSONPath=`.status.conditions[?(@.type=="Covered")].reason`
// +kubebuilder:printcolumn:name="Balanced",type=string,JSONPath=`.status.conditions[?(@.type=="Balanced")].reason`
// +kubebuilder:printcolumn:name="Ready",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Review",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="ReviewDue")].reason`
// +kubebuilder:printcolumn:name="Owner",type=string,priority=1,JSONPath=`.spec.owner.team`
// +kubebuilder:printcolumn:name="Title",type=string,priority=1,JSONPath=`.spec.title`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 52",message="name must be at most 52 characters"
type Scorecard struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the set.
	// +required
	Spec ScorecardSpec `json:"spec,omitzero"`

	// status is how it stands.
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status ScorecardStatus `json:"status,omitzero"`
}

// ScorecardList is a list of Scorecards.
// +kubebuilder:object:root=true
type ScorecardList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Scorecard `json:"items"`
}
