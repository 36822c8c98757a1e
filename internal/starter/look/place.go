package look

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/runner"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/starter"
)

// Place is where a table lives: a file, or a database.
type Place struct {
	// Path of a file, or URL of a server: exactly one is set.
	Path string
	URL  *url.URL

	format plan.FileFormat
	bytes  int64
}

// formats by ending.
var formats = map[string]plan.FileFormat{
	".csv": plan.CSV, ".tsv": plan.CSV, ".txt": plan.CSV, ".parquet": plan.Parquet, ".ndjson": plan.NDJSON, ".jsonl": plan.NDJSON,
}

const forms = "give a file that ends in .csv, .parquet, .ndjson or .jsonl (and perhaps .gz or .zst), or postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE"

// Find reads a place as people write it. The error never holds a password.
func Find(text string) (Place, error) {
	if strings.Contains(text, "://") {
		address, err := url.Parse(text)
		if err != nil {
			return Place{}, errors.New("the address cannot be read: " + forms) // not err, which quotes the password
		}
		if !slices.Contains([]string{"postgres", "postgresql", "mysql"}, address.Scheme) || address.Hostname() == "" || strings.Trim(address.Path, "/") == "" {
			return Place{}, errors.New("the address names no database that is known: " + forms)
		}
		return Place{URL: address}, nil
	}
	info, err := os.Stat(text)
	if err != nil {
		return Place{}, err
	}
	name := strings.ToLower(filepath.Base(text))
	if ext := filepath.Ext(name); ext == ".xlsx" || ext == ".xls" || ext == ".ods" {
		return Place{}, fmt.Errorf("%s: a workbook is not read: save its sheet as CSV (UTF-8)", text)
	}
	format := formats[filepath.Ext(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst"))]
	if format == "" || info.IsDir() {
		return Place{}, fmt.Errorf("%s: %s", text, forms)
	}
	return Place{Path: text, format: format, bytes: info.Size()}, nil
}

// largest file, in bytes, that goes into a ConfigMap: 1 MiB with all that is around it.
const largest = 1_000_000

// Origin is the place as a proposal tells of it.
func (p Place) Origin() starter.Origin {
	if p.URL == nil {
		name := filepath.Base(p.Path)
		return starter.Origin{Shown: name, File: &starter.File{Key: key(name), Format: string(p.format), TooLarge: p.bytes > largest}}
	}
	server := starter.Server{Engine: "postgres", Host: p.URL.Hostname(), Database: strings.Trim(p.URL.Path, "/"), User: p.URL.User.Username(), TLS: tlsOf(p.URL.Query().Get("sslmode"))}
	if p.URL.Scheme == "mysql" {
		server.Engine = "mysql"
	}
	server.Port, _ = strconv.Atoi(p.URL.Port()) // url.Parse took it for a number, or there is none
	return starter.Origin{Shown: server.Engine + " " + server.Host + "/" + server.Database, Server: &server}
}

// key of a ConfigMap that a file's name makes.
func key(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r) {
			return r
		}
		return '-'
	}, name)
}

// tlsOf libpq's sslmode, as a DataSource says it; empty for its default, which verifies the server.
func tlsOf(mode string) string {
	switch mode {
	case "disable":
		return "Disable"
	case "require", "prefer", "allow":
		return "Require"
	case "verify-ca":
		return "VerifyCA"
	}
	return ""
}

// TableName is the table that a file holds.
func (p Place) TableName() string {
	name, _, _ := strings.Cut(filepath.Base(p.Path), ".")
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// Open opens the engine that reads the place. Scratch is a folder that it may fill; credentials go there too.
func (p Place) Open(ctx context.Context, scratch string) (source.Engine, error) {
	declared := plan.Source{Name: "table"}
	switch {
	case p.URL == nil:
		path, err := filepath.Abs(p.Path)
		if err != nil {
			return nil, err
		}
		declared.Files = &plan.Files{Tables: []plan.FileTable{{Name: p.TableName(), Format: p.format, Path: path}}}
	default:
		folder := filepath.Join(scratch, "credentials")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		password, _ := p.URL.User.Password()
		for name, text := range map[string]string{"username": p.URL.User.Username(), "password": password} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				return nil, err
			}
		}
		s := p.Origin().Server
		if s.TLS == "" {
			s.TLS = "VerifyFull"
		}
		ca := p.URL.Query().Get("sslrootcert")
		if s.Engine == "mysql" {
			declared.MySQL = &plan.MySQL{Host: s.Host, Port: portOr(s.Port, 3306), Database: s.Database, TLS: s.TLS, CAPath: ca, CredentialsDir: folder}
		} else {
			declared.Postgres = &plan.Postgres{Host: s.Host, Port: portOr(s.Port, 5432), Database: s.Database, TLS: s.TLS, CAPath: ca, CredentialsDir: folder}
		}
	}
	return runner.Open(ctx, declared, runner.Scratch{Dir: scratch})
}

func portOr(port, otherwise int) int {
	if port != 0 {
		return port
	}
	return otherwise
}
