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

	"github.com/cpi-operator/cpi-operator/internal/offline"
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
	format := offline.FormatOf(name)
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
	server := starter.Server{Engine: "postgres", Host: p.URL.Hostname(), Database: strings.Trim(p.URL.Path, "/"), User: p.URL.User.Username(), TLS: offline.TLSOf(p.URL.Query().Get("sslmode"))}
	if p.URL.Scheme == "mysql" {
		server.Engine = "mysql"
	}
	server.Port, _ = strconv.Atoi(p.URL.Port()) // url.Parse took it for a number, or there is none
	return starter.Origin{Shown: server.Engine + " " + server.Host + "/" + server.Database, Server: &server}
}

// key of a ConfigMap that a file's name makes. Rows do not end in .json: that is what definitions may be in.
func key(name string) string {
	if plain, is := strings.CutSuffix(name, ".json"); is {
		name = plain + ".ndjson"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r) {
			return r
		}
		return '-'
	}, starter.Latin(name))
}

// TableName is the table that a file holds.
func (p Place) TableName() string {
	name, _, _ := strings.Cut(filepath.Base(p.Path), ".")
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, starter.Latin(name))
}

// Open opens the engine that reads the place. Scratch is a folder that it may fill; credentials go there too.
func (p Place) Open(ctx context.Context, scratch string) (source.Engine, error) {
	if p.URL != nil {
		declared, err := offline.Bind{URL: p.URL}.Server(filepath.Join(scratch, "credentials"))
		if err != nil {
			return nil, err
		}
		return runner.Open(ctx, *declared, runner.Scratch{Dir: scratch})
	}
	path, err := filepath.Abs(p.Path)
	if err != nil {
		return nil, err
	}
	table := plan.FileTable{Name: p.TableName(), Format: p.format, Path: path}
	return runner.Open(ctx, plan.Source{Files: &plan.Files{Tables: []plan.FileTable{table}}}, runner.Scratch{Dir: scratch})
}
