package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DatasetSpec is one row set at a declared grain. All SQL lives here.
// +kubebuilder:validation:ExactlyOneOf=table;query
// +kubebuilder:validation:XValidation:rule="!has(self.query) || has(self.tables)",message="a query must list the tables it may read in tables"
// +kubebuilder:validation:XValidation:rule="!has(self.table) || !has(self.tables)",message="tables goes with query, not with table"
type DatasetSpec struct {
	// dataSourceRef is the source that holds the rows.
	// +required
	DataSourceRef LocalReference `json:"dataSourceRef,omitzero"`

	// table to read whole.
	// +optional
	Table *TableReference `json:"table,omitempty"`

	// query is one SELECT over the declared tables, in the source's dialect.
	// +optional
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=32768
	Query string `json:"query,omitempty"`

	// tables that the query may read, as schema.table or table.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=127
	Tables []string `json:"tables,omitempty"`

	// primaryKey columns; verified at every run, so that a fanned-out join or a double load is an error and not a bigger sample.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	PrimaryKey []Identifier `json:"primaryKey,omitempty"`

	// entities name the keys of the rows: account, contact, customer … to the column that holds each.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=16
	Entities map[string]Identifier `json:"entities,omitempty"`

	// time says how rows stand in time. Without it the row set is undated: one value, no trend.
	// +optional
	Time *DatasetTime `json:"time,omitempty"`

	// columns computed or cast from the row set's own. A text that its type cannot hold is counted as unreadable; it does not fail the query.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=100
	Columns []DatasetColumn `json:"columns,omitempty"`

	// filters keep the rows for which the expression is true, in order; the rows each one drops are counted by its name.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Filters []DatasetFilter `json:"filters,omitempty"`

	// consent names the column that is true for rows which people have agreed to have evaluated. Others, and those where it is NULL, are dropped before every filter and counted as filter/consent. Text is declared under columns as Boolean.
	// +optional
	Consent *ColumnReference `json:"consent,omitempty"`

	// freshness names the load time of rows, from which it is known up to when the data is complete.
	// +optional
	Freshness *Freshness `json:"freshness,omitempty"`

	// changedAt is the column that tells when a row last changed. A settled period whose rows changed since is read again, and only it. A row that is deleted or moves to another time tells nothing: ask for a restatement then.
	// +optional
	ChangedAt Identifier `json:"changedAt,omitempty"`

	// timeZone of timestamps without one. A date is never shifted. Default: UTC.
	// +optional
	TimeZone TimeZone `json:"timeZone,omitempty"`
}

// TableReference names a table of the source.
type TableReference struct {
	// schema of the table, where the source has schemas. Default: the source's own search path.
	// +optional
	Schema Identifier `json:"schema,omitempty"`

	// name of the table.
	// +required
	Name Identifier `json:"name,omitempty"`
}

// DatasetTime is how rows stand in time.
// +kubebuilder:validation:ExactlyOneOf=event;interval;snapshot
type DatasetTime struct {
	// event says that each row happened at an instant.
	// +optional
	Event *TimeColumn `json:"event,omitempty"`

	// interval says that each row is a state that held from start until before end.
	// +optional
	Interval *IntervalColumns `json:"interval,omitempty"`

	// snapshot says that rows of one date show the state of everything on that date.
	// +optional
	Snapshot *TimeColumn `json:"snapshot,omitempty"`
}

// TimeColumn is a date or timestamp column.
type TimeColumn struct {
	// column of the row set.
	// +required
	Column Identifier `json:"column,omitempty"`
}

// IntervalColumns bound a state in time.
type IntervalColumns struct {
	// start column, inclusive.
	// +required
	Start Identifier `json:"start,omitempty"`

	// end column, exclusive; NULL while the state holds.
	// +required
	End Identifier `json:"end,omitempty"`
}

// DatasetColumn is a typed expression.
type DatasetColumn struct {
	// name by which indicators refer to the column.
	// +required
	Name Identifier `json:"name,omitempty"`

	// type that the expression's text is cast to.
	// +required
	Type ColumnType `json:"type,omitempty"`

	// expr is a SQL expression over the row set's own columns.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	Expr string `json:"expr,omitempty"`
}

// ColumnType of a column.
// +kubebuilder:validation:Enum=Text;Integer;Number;Boolean;Date;Timestamp
type ColumnType string

// The column types.
const (
	TextColumn      ColumnType = "Text"
	IntegerColumn   ColumnType = "Integer"
	NumberColumn    ColumnType = "Number"
	BooleanColumn   ColumnType = "Boolean"
	DateColumn      ColumnType = "Date"
	TimestampColumn ColumnType = "Timestamp"
)

// DatasetFilter is a named condition in SQL.
type DatasetFilter struct {
	// name under which dropped rows are counted.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Name string `json:"name,omitempty"`

	// expr is a SQL condition; rows for which it is true stay. A row for which it is NULL is dropped under a reason of its own.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	Expr string `json:"expr,omitempty"`
}

// Freshness is the watermark of a row set.
type Freshness struct {
	// column with the load time of each row; never the event time: contracts due next year are not fresh until then.
	// +required
	Column Identifier `json:"column,omitempty"`

	// within which the newest load must lie for the data to count as fresh.
	// +required
	Within Duration `json:"within,omitempty"`
}

// DatasetStatus tells whether the row set is usable.
type DatasetStatus struct {
	// conditions are Ready (valid, its source exists), Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation the status speaks of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// indicators that read this row set.
	// +optional
	Indicators *int32 `json:"indicators,omitempty"`
}

// Dataset is one row set at a declared grain: table or query, key, entities, time, typed columns, filters, freshness.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=cpidata
// +kubebuilder:printcolumn:name="Source",type=string,JSONPath=`.spec.dataSourceRef.name`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Indicators",type=integer,JSONPath=`.status.indicators`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 52",message="name must be at most 52 characters"
type Dataset struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec of the row set.
	// +required
	Spec DatasetSpec `json:"spec,omitzero"`

	// status of the row set.
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status DatasetStatus `json:"status,omitzero"`
}

// DatasetList is a list of Datasets.
// +kubebuilder:object:root=true
type DatasetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Dataset `json:"items"`
}
