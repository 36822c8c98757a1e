package plan

import "time"

// Source says where rows live: exactly one engine is set. Secrets are not in it: they are files
// mounted beside the compute process.
type Source struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	Files     *Files    `json:"files,omitempty"`
	Postgres  *Postgres `json:"postgres,omitempty"`
	Limits    Limits    `json:"limits"`
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

// FileTable is one table: a mounted path (a file or a glob) or an https URL.
type FileTable struct {
	Name   string     `json:"name"`
	Format FileFormat `json:"format"`
	// Path within the pod; empty for URL.
	Path string `json:"path,omitempty"`
	URL  string `json:"url,omitempty"`
	// CAPath is a file with the PEM roots that vouch for URL; the image's own roots otherwise.
	CAPath string `json:"caPath,omitempty"`
	// HeaderPath is a file whose content is sent as Authorization header.
	HeaderPath string `json:"headerPath,omitempty"`
	// Columns fixes the types of columns, by name; others are detected.
	Columns map[string]ColumnType `json:"columns,omitempty"`
	// Delimiter and NullText of CSV; defaults: detected, empty.
	Delimiter string   `json:"delimiter,omitempty"`
	NullText  []string `json:"nullText,omitempty"`
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
