package plan

import "time"

// Source says where rows live: exactly one engine is set. Secrets are not in it: they are files
// mounted beside the compute process.
type Source struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Files     *Files    `json:"files,omitempty"`
	Postgres  *Postgres `json:"postgres,omitempty"`
	MySQL     *MySQL    `json:"mysql,omitempty"`
	// Prometheus is asked for numbers rather than rows.
	Prometheus *Prometheus `json:"prometheus,omitempty"`
	Limits     Limits      `json:"limits"`
}

// Limits bound what one run may ask of the source.
type Limits struct {
	QueryTimeout time.Duration `json:"queryTimeout"`
	MaxSegments  int           `json:"maxSegments"` // per indicator and breakdown
	// MemoryBytes is the compute container's memory limit, 0 if unknown.
	MemoryBytes int64 `json:"memoryBytes,omitempty"`
	CPUs        int   `json:"cpus,omitempty"`
}

// Files is a source of flat files, read by the embedded engine.
type Files struct {
	Tables []FileTable `json:"tables"`
}

// FileTable is one table: a mounted path (a file or a glob), an https URL, or objects of an S3-compatible store.
type FileTable struct {
	Name   string     `json:"name"`
	Format FileFormat `json:"format"`
	// Path within the pod; empty for URL and S3.
	Path string `json:"path,omitempty"`
	URL  string `json:"url,omitempty"`
	S3   *S3    `json:"s3,omitempty"`
	// CAPath is a file with the PEM roots that vouch for the server of URL or S3; the image's own roots otherwise.
	CAPath string `json:"caPath,omitempty"`
	// HeaderPath is a file whose content is sent as Authorization header.
	HeaderPath string `json:"headerPath,omitempty"`
	// Columns fixes the types of columns, by name; others are detected.
	Columns map[string]ColumnType `json:"columns,omitempty"`
	// Delimiter and NullText of CSV; defaults: detected, empty.
	Delimiter string   `json:"delimiter,omitempty"`
	NullText  []string `json:"nullText,omitempty"`
}

// S3 names objects of an S3-compatible store.
type S3 struct {
	// Endpoint is the store's address, https or, within the cluster, http.
	Endpoint string `json:"endpoint"`
	Region   string `json:"region"`
	Bucket   string `json:"bucket"`
	// Key of one object, or a pattern of several: * and ? match within a folder, [ab] one of several characters.
	Key string `json:"key"`
	// PathStyle puts the bucket into the path of a request rather than the host name.
	PathStyle bool `json:"pathStyle,omitempty"`
	// CredentialsDir holds the files accessKeyID and secretAccessKey, and sessionToken where there is one.
	CredentialsDir string `json:"credentialsDir"`
}

// FileFormat of a file table; compression is told by the name's ending .gz or .zst.
type FileFormat string

const (
	CSV     FileFormat = "CSV"
	Parquet FileFormat = "Parquet"
	NDJSON  FileFormat = "NDJSON"
)

// Postgres is a PostgreSQL database.
type Postgres struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Database string `json:"database"`
	// TLS is Disable, Require, VerifyCA or VerifyFull.
	TLS string `json:"tls"`
	// CAPath is a PEM file; CredentialsDir holds the files username and password.
	CAPath         string `json:"caPath,omitempty"`
	CredentialsDir string `json:"credentialsDir"`
}

// MySQL is a MySQL or MariaDB database. The fields mean what Postgres's do.
type MySQL struct {
	Host           string `json:"host"`
	Port           int    `json:"port"`
	Database       string `json:"database"`
	TLS            string `json:"tls"`
	CAPath         string `json:"caPath,omitempty"`
	CredentialsDir string `json:"credentialsDir"`
}

// Prometheus is a Prometheus, or a server that speaks its HTTP API.
type Prometheus struct {
	// Address is https or, within the cluster, http; with the API's path prefix where it has one.
	Address string `json:"address"`
	CAPath  string `json:"caPath,omitempty"`
	// CredentialsDir holds the files username and password; empty without basic authentication.
	CredentialsDir string `json:"credentialsDir,omitempty"`
	// TokenPath is a file with a bearer token; empty without one.
	TokenPath string `json:"tokenPath,omitempty"`
	// TenantHeader carries Tenant where the server keeps several apart; both are empty where it does not.
	TenantHeader string `json:"tenantHeader,omitempty"`
	Tenant       string `json:"tenant,omitempty"`
}
