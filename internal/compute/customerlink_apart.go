package compute

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// maxBrought bounds, in bytes, what one claim may bring together: with its import and what queries spill it stays within
// the scratch folder.
const maxBrought = 1 << 30

// customerLink counts the units of a claim where their rows are or, if these are in two sources, in this process.
func (r *run) customerLink(ctx context.Context, claim plan.Linkage, driver plan.Driver) (*customerRows, *plan.Failure) {
	names := customerDatasets(claim, driver)
	for _, name := range names {
		if r.declared[name].Source != r.declared[names[0]].Source {
			found, err := r.customersApart(ctx, claim, driver, names)
			if err != nil {
				failure := FailureOf(err)
				return nil, &failure
			}
			return found, nil
		}
	}
	return customerLink(ctx, r.opened, claim, driver)
}

// customersApart brings the rows of two sources together, as numbers only: a customer is a hash under a secret that is
// made for this one question, a text a place in a list. They are in files of the scratch folder, which are gone when it
// returns.
func (r *run) customersApart(ctx context.Context, claim plan.Linkage, driver plan.Driver, names []string) (*customerRows, error) {
	ask, cohorts, err := claimOf(ctx, r.opened, claim, driver)
	if err != nil {
		return nil, err
	}
	dialects := map[string]query.Dialect{}
	for _, name := range names {
		dialects[name] = r.opened[name].engine.Dialect()
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	parts, err := query.PlanParts(dialects, secret, ask)
	if err != nil {
		return nil, err
	}
	cells, err := r.together(ctx, parts)
	if err != nil {
		return nil, err
	}
	found, err := counted(ctx, r.opened, claim, driver, cohorts, &parts.ClaimStatements, cells)
	if err != nil {
		return nil, err
	}
	found.SQL = r.displayed(parts)
	return found, nil
}

// together brings the parts of a claim to one engine and counts their cells.
func (r *run) together(ctx context.Context, parts *query.ClaimParts) (cells []query.Cell, err error) {
	folder, err := os.MkdirTemp(r.engines.Scratch, "claim-")
	if err != nil {
		return nil, scratchFailed(err)
	}
	defer func() {
		if gone := os.RemoveAll(folder); gone != nil && err == nil {
			err = scratchFailed(gone)
		}
	}()
	var tables plan.Files
	room := int64(maxBrought)
	for _, part := range parts.Parts {
		table, err := bring(ctx, r.opened[part.Dataset].engine, part, folder, &room)
		if err != nil {
			return nil, err
		}
		tables.Tables = append(tables.Tables, table)
	}
	joined, err := r.engines.Join(ctx, tables)
	if err != nil {
		return nil, err
	}
	defer func() {
		if failed := joined.Close(); failed != nil && err == nil {
			err = scratchFailed(failed)
		}
	}()
	for _, table := range tables.Tables {
		if _, err := joined.Open(ctx, plan.Dataset{Name: table.Name, Table: &plan.Table{Name: table.Name}}); err != nil {
			return nil, err
		}
		if err := os.Remove(table.Path); err != nil { // it has been imported
			return nil, scratchFailed(err)
		}
	}
	return answerOf(ctx, joined, parts.Cells, parts.FoldCells)
}

// bring writes a part to a file of the folder, as long as there is room.
func bring(ctx context.Context, engine source.Engine, part query.Part, folder string, room *int64) (plan.FileTable, error) {
	table := plan.FileTable{
		Name: part.Table, Format: plan.CSV, Path: filepath.Join(folder, part.Table+".csv"), Delimiter: ",", Columns: map[string]plan.ColumnType{},
	}
	var header []string
	for _, c := range part.Columns {
		header = append(header, c.Name)
		table.Columns[c.Name] = map[bool]plan.ColumnType{true: plan.Integer, false: plan.Number}[c.Whole]
	}
	file, err := os.OpenFile(table.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return table, scratchFailed(err)
	}
	out := bufio.NewWriterSize(file, 1<<16)
	_, err = out.WriteString(strings.Join(header, ",") + "\n")
	var lines []byte
	var refused error // of ours, whatever the engine makes of it
	if err == nil {
		err = engine.Stream(ctx, part.Statement, func(rows *query.Table) error {
			lines, refused = part.Lines(lines[:0], rows)
			if *room -= int64(len(lines)); refused == nil && *room < 0 {
				refused = source.Fail(plan.DiskFull, nil, "The rows of two sources would take more than %d MiB together: shorten customerLevel.history or exposureWindow.", maxBrought>>20)
			}
			if refused == nil {
				if _, err := out.Write(lines); err != nil {
					refused = scratchFailed(err)
				}
			}
			return refused
		})
	} else {
		err = scratchFailed(err)
	}
	if refused != nil {
		err = refused
	}
	if ended := errors.Join(out.Flush(), file.Close()); ended != nil && err == nil {
		err = scratchFailed(ended)
	}
	return table, err
}

func scratchFailed(err error) error {
	return source.Fail(plan.DiskFull, err, "The scratch folder cannot hold the rows of two sources: %v.", err)
}

// displayed is what was run, for people: where the rows are, then on what was brought together.
func (r *run) displayed(parts *query.ClaimParts) string {
	var out strings.Builder
	for _, part := range parts.Parts {
		from := r.declared[part.Dataset].Source
		if from == "" {
			from = r.plan.Source.Name
		}
		fmt.Fprintf(&out, "-- %s, from data source %s:\n%s;\n\n", part.Table, from, query.Display(part.Statement))
	}
	fmt.Fprintf(&out, "-- Together, h and l being a hash of e:\n%s", query.Display(parts.Cells))
	return out.String()
}
