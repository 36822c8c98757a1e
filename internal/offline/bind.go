package offline

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Bind puts a file or a server in the place of one that a DataSource declares.
type Bind struct {
	Source string
	// Table of a file; empty for the source's only one, or for a server.
	Table string
	// Path of a file, or URL of a server: exactly one is set.
	Path string
	URL  *url.URL
}

// bindForms are what ParseBind reads, for messages.
const bindForms = "write SOURCE=file:PATH, SOURCE/TABLE=file:PATH, SOURCE=postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=disable or SOURCE=mysql://USER:PASSWORD@HOST:PORT/DATABASE"

// ParseBind reads one as people write it: crm=file:./x.csv, crm/orders=file:./x.csv, crm=postgres://….
func ParseBind(text string) (Bind, error) {
	left, right, ok := strings.Cut(text, "=")
	if strings.Contains(left, ":") { // an address without a source, perhaps with a password
		return Bind{}, fmt.Errorf("an address is bound to no source: %s", bindForms)
	}
	if !ok || left == "" {
		return Bind{}, fmt.Errorf("%q binds nothing: %s", left, bindForms)
	}
	out := Bind{}
	out.Source, out.Table, _ = strings.Cut(left, "/")
	if path, isFile := strings.CutPrefix(right, "file:"); isFile {
		out.Path = strings.TrimPrefix(path, "//")
		return out, nil
	}
	address, err := url.Parse(right)
	if err != nil {
		return Bind{}, fmt.Errorf("the address bound to %s cannot be read: %s", left, bindForms) // not err, which quotes the password
	}
	switch address.Scheme {
	case "postgres", "postgresql", "mysql":
		if out.Table != "" || address.Hostname() == "" || strings.Trim(address.Path, "/") == "" {
			return Bind{}, fmt.Errorf("a server is bound to a whole source, with host and database: %s", bindForms)
		}
	default:
		return Bind{}, fmt.Errorf("%q is bound to nothing that is known: %s", left, bindForms)
	}
	out.URL = address
	return out, nil
}

// Takes tells why a bind changes nothing in the namespace; nil if it does.
func (n *Namespace) Takes(b Bind) error {
	source, _ := n.with(nil).Source(b.Source)
	if source == nil {
		return fmt.Errorf("no DataSource %q is among these files", b.Source)
	}
	if b.Table == "" {
		return nil
	}
	known := map[string]bool{}
	if files := source.Spec.Files; files != nil {
		for _, t := range files.Tables {
			known[string(t.Name)] = true
		}
	}
	for _, d := range n.Datasets {
		if d.Spec.DataSourceRef.Name != b.Source {
			continue
		}
		if d.Spec.Table != nil {
			known[string(d.Spec.Table.Name)] = true
		}
		for _, t := range d.Spec.Tables {
			known[t] = true
		}
	}
	if !known[b.Table] {
		return fmt.Errorf("DataSource %q has no table %q: %s", b.Source, b.Table, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	return nil
}

// bound is what binds make of a source.
type bound struct {
	// left is the source without what is bound, which the namespace's own objects must provide.
	left  *v1alpha1.DataSource
	files map[string]plan.FileTable
	mine  *plan.Source // a server in the place of the whole; nil if none
}

// bind finds what is bound to a source. whole tells that nothing of its own is left. Credentials go into folder.
func bind(binds []Bind, source *v1alpha1.DataSource, folder string) (out bound, whole bool, err error) {
	out = bound{left: source.DeepCopy(), files: map[string]plan.FileTable{}}
	for _, b := range binds {
		switch {
		case b.Source != source.Name:
		case b.URL != nil:
			out.mine, err = b.Server(folder)
			whole = true
		default:
			err = out.file(b)
		}
		if err != nil {
			return out, false, err
		}
	}
	if source.Spec.Files == nil && len(out.files) > 0 {
		whole = true
	}
	return out, whole, nil
}

// file in the place of a table.
func (o *bound) file(b Bind) error {
	name := b.Table
	var tables []v1alpha1.FileTable
	if files := o.left.Spec.Files; files != nil {
		tables = files.Tables
	}
	if name == "" && len(tables) == 1 {
		name = string(tables[0].Name)
	}
	if name == "" {
		return fmt.Errorf("DataSource %q has several tables, or names none: say which one %s is: --bind %s/TABLE=file:%s", b.Source, b.Path, b.Source, b.Path)
	}
	path, err := filepath.Abs(b.Path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("the file bound to %s/%s: %w", b.Source, name, err)
	}
	found := plan.FileTable{Name: name, Format: FormatOf(path), Path: path}
	for i := range tables {
		if string(tables[i].Name) == name { // its settings hold; where it lies does not
			tables[i].ConfigMap, tables[i].PersistentVolumeClaim, tables[i].URL, tables[i].S3 = nil, nil, nil, nil
		}
	}
	if found.Format == "" {
		return fmt.Errorf("%s: the name must end in .csv, .parquet, .ndjson or .jsonl, and perhaps .gz or .zst", b.Path)
	}
	o.files[name] = found
	return nil
}

// FormatOf a file, by the end of its name; empty if that says none.
func FormatOf(path string) plan.FileFormat {
	name := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(path), ".gz"), ".zst")
	switch filepath.Ext(name) {
	case ".csv", ".tsv", ".txt":
		return plan.CSV
	case ".parquet":
		return plan.Parquet
	case ".ndjson", ".jsonl", ".json":
		return plan.NDJSON
	}
	return ""
}

// Server in the place of a source, with its credentials as files in a folder.
func (b Bind) Server(folder string) (*plan.Source, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	password, _ := b.URL.User.Password()
	for name, text := range map[string]string{"username": b.URL.User.Username(), "password": password} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	port := 5432
	if b.URL.Scheme == "mysql" {
		port = 3306
	}
	if text := b.URL.Port(); text != "" {
		port, _ = strconv.Atoi(text) // url.Parse took it for a number
	}
	host, database, query := b.URL.Hostname(), strings.Trim(b.URL.Path, "/"), b.URL.Query()
	tls := TLSOf(query.Get("sslmode"))
	if b.URL.Scheme == "mysql" {
		return &plan.Source{MySQL: &plan.MySQL{Host: host, Port: port, Database: database, TLS: tls, CAPath: query.Get("sslrootcert"), CredentialsDir: folder}}, nil
	}
	return &plan.Source{Postgres: &plan.Postgres{Host: host, Port: port, Database: database, TLS: tls, CAPath: query.Get("sslrootcert"), CredentialsDir: folder}}, nil
}

// TLSOf libpq's sslmode; without one the server is verified, as in a cluster.
func TLSOf(mode string) string {
	switch mode {
	case "disable":
		return string(v1alpha1.TLSDisable)
	case "require", "prefer", "allow":
		return string(v1alpha1.TLSRequire)
	case "verify-ca":
		return string(v1alpha1.TLSVerifyCA)
	}
	return string(v1alpha1.TLSVerifyFull)
}

// apply puts what is bound into the plan.
func (o *bound) apply(into *plan.Source) {
	if o.mine != nil {
		into.Files, into.Postgres, into.MySQL, into.Prometheus = nil, o.mine.Postgres, o.mine.MySQL, nil
		return
	}
	if len(o.files) == 0 {
		return
	}
	if into.Files == nil {
		into.Files, into.Postgres, into.MySQL, into.Prometheus = &plan.Files{}, nil, nil, nil
		for _, table := range o.files {
			into.Files.Tables = append(into.Files.Tables, table)
		}
		return
	}
	for i := range into.Files.Tables {
		t := &into.Files.Tables[i]
		if found, ok := o.files[t.Name]; ok {
			t.Path, t.Format, t.URL, t.S3, t.CAPath, t.HeaderPath = found.Path, found.Format, "", nil, "", ""
		}
	}
}
