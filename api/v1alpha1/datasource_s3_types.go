package v1alpha1

// S3File is an object of an S3-compatible store, or several of the same columns.
type S3File struct {
	// endpoint of the store: https, such as https://s3.eu-central-1.amazonaws.com. A Service of the cluster (a host name that ends in .svc or in .svc.cluster.local) may be http.
	// +required
	// +kubebuilder:validation:MinLength=9
	// +kubebuilder:validation:MaxLength=512
	Endpoint ServerAddress `json:"endpoint,omitempty"`

	// region of the bucket. Default: us-east-1, which stores that know no regions take.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9-]+$`
	Region string `json:"region,omitempty"`

	// bucket that holds the object.
	// +required
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9][a-z0-9._-]*$`
	Bucket string `json:"bucket,omitempty"`

	// key of the object. * and ? match several objects of one folder, which then must have the same columns; [ab] matches one of several characters, and a backslash takes the next character as it is.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !self.endsWith('/')",message="must name objects, such as exports/orders.csv or exports/*.csv, without a slash at either end"
	Key string `json:"key,omitempty"`

	// pathStyle puts the bucket into the path of the address rather than its host name, as most stores other than Amazon's want. Default: false.
	// +optional
	PathStyle *bool `json:"pathStyle,omitempty"`

	// caRef is a ConfigMap key with the PEM roots that vouch for the server. Default: the image's public roots.
	// +optional
	CARef *KeyReference `json:"caRef,omitempty"`

	// credentialsRef is a Secret with accessKeyID and secretAccessKey, and sessionToken where they need one. Give them the right to read these objects (and to list the bucket, if key is a pattern) and no other.
	// +required
	CredentialsRef LocalReference `json:"credentialsRef,omitzero"`
}
