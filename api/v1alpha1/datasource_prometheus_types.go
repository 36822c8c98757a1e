package v1alpha1

// PrometheusSource is a Prometheus, or a server that speaks its HTTP API (Thanos, Mimir, VictoriaMetrics). It holds no
// rows: indicators with measure promql name it in dataSourceRef.
// +kubebuilder:validation:XValidation:rule="!(has(self.credentialsRef) && has(self.tokenRef))",message="set at most one of credentialsRef and tokenRef"
// +kubebuilder:validation:XValidation:rule="!(has(self.credentialsRef) || has(self.tokenRef)) || self.address.startsWith('https://')",message="a password or token is sent to an https address only",fieldPath=".address"
type PrometheusSource struct {
	// address of the server, with the path under which its API lies: https. A Service of the cluster (a host name that ends in .svc or in .svc.cluster.local) may be http.
	// +required
	// +kubebuilder:validation:MinLength=9
	// +kubebuilder:validation:MaxLength=512
	Address ServerAddress `json:"address,omitempty"`

	// caRef is a ConfigMap key with the PEM roots that vouch for the server. Default: the image's public roots.
	// +optional
	CARef *KeyReference `json:"caRef,omitempty"`

	// credentialsRef is a Secret of type kubernetes.io/basic-auth.
	// +optional
	CredentialsRef *LocalReference `json:"credentialsRef,omitempty"`

	// tokenRef is a Secret key with a bearer token.
	// +optional
	TokenRef *KeyReference `json:"tokenRef,omitempty"`

	// tenant whose series are read, where the server keeps several apart.
	// +optional
	Tenant *PrometheusTenant `json:"tenant,omitempty"`
}

// PrometheusTenant is sent with each request.
type PrometheusTenant struct {
	// header that carries the name. Default: X-Scope-OrgID.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9-]*$`
	// +kubebuilder:validation:XValidation:rule="!(self.lowerAscii() in ['authorization', 'host', 'content-type', 'content-length', 'cookie', 'transfer-encoding', 'connection'])",message="is not a header that names a tenant"
	Header string `json:"header,omitempty"`

	// name of the tenant.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[!-~]+$`
	Name string `json:"name,omitempty"`
}
