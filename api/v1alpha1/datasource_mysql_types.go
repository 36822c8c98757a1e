package v1alpha1

// MySQLSource is a MySQL (8.0.19 or later) or MariaDB (10.6 or later) database.
type MySQLSource struct {
	// host name or address.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// port of the server. Default: 3306.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`

	// database to read. A dataset's table.schema names another one of the same server.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Database string `json:"database,omitempty"`

	// tls of the connection. Default: VerifyFull with the image's public roots.
	// +optional
	TLS *DatabaseTLS `json:"tls,omitempty"`

	// credentialsRef is a Secret of type kubernetes.io/basic-auth. Its user's grants are the boundary of what definitions can read: give it SELECT on the tables meant to be measured and nothing else.
	// +required
	CredentialsRef LocalReference `json:"credentialsRef,omitzero"`
}
