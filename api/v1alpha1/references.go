package v1alpha1

// LocalReference names an object of the same namespace.
type LocalReference struct {
	// name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// KeyReference names one key of a ConfigMap or Secret of the same namespace.
type KeyReference struct {
	// name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// key within the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[-._a-zA-Z0-9]+$`
	Key string `json:"key,omitempty"`
}

// Identifier names a table, column, entity or filter of the data.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=63
type Identifier string

// Duration is a length of time such as 90m, 26h or 30d: a number and one of s, m, h, d, w.
// +kubebuilder:validation:MinLength=2
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Pattern=`^[0-9]{1,9}(\.[0-9]{1,3})?(s|m|h|d|w)$`
type Duration string

// TimeZone is an IANA time zone name such as Europe/Berlin.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9_+/-]*$`
type TimeZone string

// ServerAddress is where a server answers: https, or http for a Service of the cluster, whose traffic does not leave it.
// +kubebuilder:validation:XValidation:rule="self.matches('^https://[^/?#@\\\\s]+(/[^?#\\\\s]*)?$') || self.matches('^http://([a-z0-9-]+[.]){1,2}svc([.]cluster[.]local)?(:[0-9]+)?(/[^?#\\\\s]*)?$')",message="must begin with https://; http:// is taken for a Service of the cluster only, such as http://NAME.NAMESPACE.svc:9000"
type ServerAddress string

// Owner is who is told and who acts.
type Owner struct {
	// team that owns the indicator; alerts are routed by it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Team string `json:"team,omitempty"`

	// department the team belongs to.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Department string `json:"department,omitempty"`
}

// ColumnReference names a column of the dataset.
type ColumnReference struct {
	// column of the dataset.
	// +required
	Column Identifier `json:"column,omitempty"`
}
