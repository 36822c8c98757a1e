package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DataSourceSpec says where rows live. Exactly one engine is set.
// +kubebuilder:validation:ExactlyOneOf=files;postgres;mysql;prometheus
type DataSourceSpec struct {
	// files reads CSV, Parquet or NDJSON files with the embedded engine.
	// +optional
	Files *FilesSource `json:"files,omitempty"`

	// postgres reads a PostgreSQL database; the SQL runs there.
	// +optional
	Postgres *PostgresSource `json:"postgres,omitempty"`

	// mysql reads a MySQL or MariaDB database; the SQL runs there.
	// +optional
	MySQL *MySQLSource `json:"mysql,omitempty"`

	// prometheus asks a Prometheus for numbers; it holds no rows.
	// +optional
	Prometheus *PrometheusSource `json:"prometheus,omitempty"`

	// schedule is a cron expression of five fields. Without it the source runs hourly, at a minute derived from its UID.
	// +optional
	// +kubebuilder:validation:MinLength=9
	// +kubebuilder:validation:MaxLength=100
	Schedule string `json:"schedule,omitempty"`

	// timeZone of the schedule only. Default: UTC.
	// +optional
	TimeZone TimeZone `json:"timeZone,omitempty"`

	// owner is told when the source fails. Default: team platform.
	// +optional
	Owner *Owner `json:"owner,omitempty"`

	// suspend stops scheduled and one-off runs. Numbers stay and grow old.
	// +optional
	Suspend *bool `json:"suspend,omitempty"`

	// limits of one run.
	// +optional
	Limits *SourceLimits `json:"limits,omitempty"`

	// pod settings that a platform team may choose.
	// +optional
	Pod *PodSettings `json:"pod,omitempty"`
}

// FilesSource is a set of flat files.
type FilesSource struct {
	// tables by name, one file or set of files each.
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Tables []FileTable `json:"tables,omitempty"`
}

// FileTable is one table read from files.
// +kubebuilder:validation:ExactlyOneOf=configMap;persistentVolumeClaim;url;s3
type FileTable struct {
	// name by which datasets refer to the table.
	// +required
	Name Identifier `json:"name,omitempty"`

	// format of the file. Compression follows from the file name: .gz or .zst.
	// +required
	Format FileFormat `json:"format,omitempty"`

	// configMap holds the file in data or binaryData.
	// +optional
	ConfigMap *KeyReference `json:"configMap,omitempty"`

	// persistentVolumeClaim holds the file; it is mounted read-only.
	// +optional
	PersistentVolumeClaim *ClaimFile `json:"persistentVolumeClaim,omitempty"`

	// url is an https address that the run downloads.
	// +optional
	URL *URLFile `json:"url,omitempty"`

	// s3 is an object, or several, of an S3-compatible store that the run downloads.
	// +optional
	S3 *S3File `json:"s3,omitempty"`

	// columns fixes the types of columns whose text the engine would otherwise guess.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=200
	Columns []FileColumn `json:"columns,omitempty"`

	// delimiter of a CSV file. Default: detected.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1
	Delimiter string `json:"delimiter,omitempty"`

	// nullText lists the texts that mean no value in a CSV file, besides the empty one.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=32
	NullText []string `json:"nullText,omitempty"`
}

// FileFormat of a file.
// +kubebuilder:validation:Enum=CSV;Parquet;NDJSON
type FileFormat string

// The file formats.
const (
	FormatCSV     FileFormat = "CSV"
	FormatParquet FileFormat = "Parquet"
	FormatNDJSON  FileFormat = "NDJSON"
)

// FileColumn fixes a column's type.
type FileColumn struct {
	// name of the column in the file.
	// +required
	Name Identifier `json:"name,omitempty"`

	// type of its values. A value that does not fit is counted as unreadable; it does not fail the run.
	// +required
	Type ColumnType `json:"type,omitempty"`
}

// ClaimFile is a file on a PersistentVolumeClaim.
type ClaimFile struct {
	// name of the claim.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// path of the file within the volume; * matches several files of the same columns.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !self.contains('..')",message="must be relative to the volume and must not contain '..'"
	Path string `json:"path,omitempty"`
}

// URLFile is a file behind an https address.
type URLFile struct {
	// address is https only.
	// +required
	// +kubebuilder:validation:MinLength=9
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:Pattern=`^https://[^\s]+$`
	Address string `json:"address,omitempty"`

	// caRef is a ConfigMap key with the PEM roots that vouch for the server. Default: the image's public roots.
	// +optional
	CARef *KeyReference `json:"caRef,omitempty"`

	// authorizationRef is a Secret key whose content is sent as the Authorization header.
	// +optional
	AuthorizationRef *KeyReference `json:"authorizationRef,omitempty"`
}

// PostgresSource is a PostgreSQL database.
type PostgresSource struct {
	// host name or address.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// port of the server. Default: 5432.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`

	// database to connect to.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Database string `json:"database,omitempty"`

	// tls of the connection. Default: VerifyFull with the image's public roots.
	// +optional
	TLS *DatabaseTLS `json:"tls,omitempty"`

	// credentialsRef is a Secret of type kubernetes.io/basic-auth. Its role's grants are the boundary of what definitions can read: give it SELECT on the tables meant to be measured and nothing else.
	// +required
	CredentialsRef LocalReference `json:"credentialsRef,omitzero"`
}

// DatabaseTLS says how the server is trusted.
// +kubebuilder:validation:XValidation:rule="!has(self.caRef) || self.mode in ['VerifyCA', 'VerifyFull']",message="caRef needs mode VerifyCA or VerifyFull"
type DatabaseTLS struct {
	// mode is Disable, Require (encrypted, server not verified), VerifyCA, or VerifyFull (certificate and host name).
	// +required
	Mode TLSMode `json:"mode,omitempty"`

	// caRef is a ConfigMap key with the PEM roots that vouch for the server.
	// +optional
	CARef *KeyReference `json:"caRef,omitempty"`
}

// TLSMode of a database connection.
// +kubebuilder:validation:Enum=Disable;Require;VerifyCA;VerifyFull
type TLSMode string

// The TLS modes.
const (
	TLSDisable    TLSMode = "Disable"
	TLSRequire    TLSMode = "Require"
	TLSVerifyCA   TLSMode = "VerifyCA"
	TLSVerifyFull TLSMode = "VerifyFull"
)

// SourceLimits bound one run.
type SourceLimits struct {
	// queryTimeout of a single statement. Default: 2m.
	// +optional
	QueryTimeout Duration `json:"queryTimeout,omitempty"`

	// maxSegments of one breakdown; the largest stay. Default: 50.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	MaxSegments int32 `json:"maxSegments,omitempty"`
}

// PodSettings are what a platform team may choose for a source's pods. Image, service account,
// volumes and security context are the operator's.
type PodSettings struct {
	// resources of the compute container. Default: requests 100m and 128Mi, limits 1 CPU and 512Mi.
	// +optional
	Resources *PodResources `json:"resources,omitempty"`

	// nodeSelector of the pods.
	// +optional
	// +kubebuilder:validation:MaxProperties=16
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`

	// tolerations of the pods.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// priorityClassName of the pods.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	PriorityClassName string `json:"priorityClassName,omitempty"`

	// imagePullSecrets for the operator's images.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	ImagePullSecrets []LocalReference `json:"imagePullSecrets,omitempty"`

	// labels added to the pods; those of the operator win.
	// +optional
	// +kubebuilder:validation:MaxProperties=16
	Labels map[string]string `json:"labels,omitempty"`

	// annotations added to the pods; only keys that control a service mesh's injection or cluster autoscaling are taken.
	// +optional
	// +kubebuilder:validation:MaxProperties=16
	Annotations map[string]string `json:"annotations,omitempty"`
}

// PodResources are the compute container's requests and limits.
type PodResources struct {
	// requests of cpu and memory.
	// +optional
	Requests corev1.ResourceList `json:"requests,omitempty"`

	// limits of cpu and memory.
	// +optional
	Limits corev1.ResourceList `json:"limits,omitempty"`
}

// DataSourceStatus tells how runs on the source go.
type DataSourceStatus struct {
	// conditions are Ready (valid, children in place), Computed (the last run reached the data), Stalled, Alerting (in a dry run).
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation the status speaks of; -1 before the first look.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// schedule in force, spelled out.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Schedule string `json:"schedule,omitempty"`

	// indicators that are computed from this source.
	// +optional
	Indicators *int32 `json:"indicators,omitempty"`

	// requested identifies the set of new and edited indicators for which a one-off run was last started.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Requested string `json:"requested,omitempty"`

	// lastRun is the latest finished run.
	// +optional
	LastRun *RunStatus `json:"lastRun,omitempty"`

	// lastSuccessTime is when a run last finished without a source failure.
	// +optional
	LastSuccessTime *metav1.Time `json:"lastSuccessTime,omitempty"`
}

// RunStatus is one finished run.
type RunStatus struct {
	// job that ran.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Job string `json:"job,omitempty"`

	// startTime of the job.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`

	// completionTime of the job.
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`

	// succeeded indicators.
	// +optional
	Succeeded *int32 `json:"succeeded,omitempty"`

	// failed indicators.
	// +optional
	Failed *int32 `json:"failed,omitempty"`
}

// DataSource says where rows live, with which secret they are read, and when.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=cpi-operator,shortName=cpisource
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Computed",type=string,JSONPath=`.status.conditions[?(@.type=="Computed")].reason`
// +kubebuilder:printcolumn:name="Schedule",type=string,JSONPath=`.status.schedule`
// +kubebuilder:printcolumn:name="Indicators",type=integer,JSONPath=`.status.indicators`
// +kubebuilder:printcolumn:name="Last Run",type=date,JSONPath=`.status.lastRun.completionTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 52",message="name must be at most 52 characters: it is part of the names of the objects made for it"
type DataSource struct {
	metav1.TypeMeta `json:",inline"`

	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says where rows live.
	// +required
	Spec DataSourceSpec `json:"spec,omitzero"`

	// status tells how runs go.
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status DataSourceStatus `json:"status,omitzero"`
}

// DataSourceList is a list of DataSources.
// +kubebuilder:object:root=true
type DataSourceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DataSource `json:"items"`
}
