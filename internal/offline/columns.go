package offline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/near"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/query"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
	"github.com/cpi-operator/cpi-operator/internal/runner"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

// ValidateColumns gives what is wrong with the columns that datasets, indicators and claims name, and with the SQL of
// datasets, as far as their data is at hand: in ConfigMaps of the namespace, and in what is bound. Nothing else is asked, and
// of files only the first rows are read. An error is about the scratch folder or the caller's context.
func (n *Namespace) ValidateColumns(ctx context.Context, opts Options) ([]Finding, error) {
	c := columnCheck{
		computation: computation{Namespace: n, Options: opts}, told: validator{Namespace: n, objects: n.with(n.shells())},
		known: map[string][]string{},
	}
	for i := range n.Sources {
		if err := c.source(ctx, &n.Sources[i]); err != nil {
			return nil, err
		}
	}
	for i := range n.CPIs {
		c.references(n.CPIs[i].UID, columnsIn(n.CPIs[i].Spec, ""))
	}
	for i := range n.KPIs {
		c.references(n.KPIs[i].UID, columnsIn(n.KPIs[i].Spec, ""))
	}
	for i := range n.Linkages {
		c.references(n.Linkages[i].UID, columnsIn(n.Linkages[i].Spec, c.datasetOf(&n.Linkages[i])))
	}
	return c.told.findings, ctx.Err()
}

type columnCheck struct {
	computation
	told validator
	// known columns of datasets that could be looked at.
	known map[string][]string
}

// datasetOf a claim is that of its KPI, whose columns the claim names where it does not say of which.
func (c *columnCheck) datasetOf(l *v1alpha1.CPILinkage) string {
	kpi, _ := c.told.objects.KPI(l.Spec.KPIRef.Name)
	if kpi == nil {
		return ""
	}
	spec := &kpi.Spec.Indicator
	if goal := kpi.Spec.CPIRef; goal != nil {
		cpi, _ := c.told.objects.CPI(goal.Name)
		if cpi == nil {
			return ""
		}
		spec = &cpi.Spec.Indicator
	}
	if spec.DatasetRef == nil {
		return ""
	}
	return spec.DatasetRef.Name
}

// references that lead to no column of a dataset that is known.
func (c *columnCheck) references(uid types.UID, all []columnReference) {
	for _, r := range all {
		known, looked := c.known[r.dataset]
		if !looked || slices.Contains(known, r.column) {
			continue
		}
		c.told.find(uid, r.field, fmt.Sprintf("Dataset %q has no column %q; %s", r.dataset, r.column, meant(r.column, known)))
	}
}

// meant says which column may have been, or which there are.
func meant(name string, known []string) string {
	if likely := near.Names(name, known); len(likely) > 0 {
		return fmt.Sprintf("did you mean %s?", strings.Join(likely, " or "))
	}
	if len(known) == 0 {
		return "it has none"
	}
	const most = 20
	shown := slices.Sorted(slices.Values(known))
	if len(shown) > most {
		shown = append(shown[:most], "…")
	}
	return "it has " + strings.Join(shown, ", ")
}

// source looks at the datasets of one whose data is at hand.
func (c *columnCheck) source(ctx context.Context, declared *v1alpha1.DataSource) error {
	if _, problems := resolve.Source(declared); len(problems) > 0 {
		return nil // told already
	}
	reachable, has := c.reachable(declared)
	c.keys(declared, has)
	var datasets []*v1alpha1.Dataset
	for i := range c.Datasets {
		d := &c.Datasets[i]
		if _, problems := resolve.Dataset(d); d.Spec.DataSourceRef.Name == declared.Name && len(problems) == 0 && slices.IndexFunc(tablesOf(d), func(t string) bool { return !has(t) }) < 0 {
			datasets = append(datasets, d)
		}
	}
	if len(datasets) == 0 {
		return nil
	}
	folder, err := os.MkdirTemp(c.Scratch, "look-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // the caller removes what is left
	work, _ := resolve.Source(reachable)
	if failure := c.place(&work, reachable, folder, false); failure != "" {
		c.told.find(declared.UID, "", failure)
		return nil
	}
	engine, err := open(ctx, work, folder)
	if err != nil {
		c.told.find(declared.UID, "", said(err))
		return nil
	}
	defer func() { _ = engine.Close() }() // it was only read
	for _, d := range datasets {
		if gone := c.dataset(ctx, engine, d); gone != nil {
			c.told.find(declared.UID, "", said(gone))
			break
		}
	}
	return nil
}

// reachable is a source without what is not at hand, and which tables are left.
func (c *columnCheck) reachable(declared *v1alpha1.DataSource) (*v1alpha1.DataSource, func(table string) bool) {
	var tables []string
	for _, b := range c.Binds {
		switch {
		case b.Source != declared.Name:
		case b.URL != nil:
			return declared, func(string) bool { return true }
		case b.Table != "":
			tables = append(tables, b.Table)
		case declared.Spec.Files != nil && len(declared.Spec.Files.Tables) == 1:
			tables = append(tables, string(declared.Spec.Files.Tables[0].Name))
		}
	}
	has := func(table string) bool {
		return slices.ContainsFunc(tables, func(t string) bool { return strings.EqualFold(t, table) })
	}
	if declared.Spec.Files == nil {
		return declared, has
	}
	left := declared.DeepCopy()
	left.Spec.Files.Tables = slices.DeleteFunc(left.Spec.Files.Tables, func(t v1alpha1.FileTable) bool {
		if ref := t.ConfigMap; ref != nil && c.holds(ref) {
			tables = append(tables, string(t.Name))
		}
		return !has(string(t.Name))
	})
	return left, has
}

// keys that tables name of ConfigMaps which are here and do not have them.
func (c *columnCheck) keys(declared *v1alpha1.DataSource, has func(table string) bool) {
	if declared.Spec.Files == nil {
		return
	}
	for i, t := range declared.Spec.Files.Tables {
		if t.ConfigMap == nil || c.ConfigMaps[t.ConfigMap.Name] == nil || has(string(t.Name)) {
			continue
		}
		c.told.find(declared.UID, fmt.Sprintf("spec.files.tables[%d].configMap.key", i), c.lacks(t.ConfigMap.Name, t.ConfigMap.Key))
	}
}

// holds reports whether a ConfigMap of the namespace has a key.
func (c *columnCheck) holds(ref *v1alpha1.KeyReference) bool {
	config := c.ConfigMaps[ref.Name]
	if config == nil {
		return false
	}
	_, text := config.Data[ref.Key]
	_, binary := config.BinaryData[ref.Key]
	return text || binary
}

func tablesOf(d *v1alpha1.Dataset) []string {
	if d.Spec.Table != nil {
		return []string{string(d.Spec.Table.Name)}
	}
	return d.Spec.Tables
}

// someRows show the columns of a file.
const someRows = 1000

func open(ctx context.Context, work plan.Source, folder string) (source.Engine, error) {
	if work.Files != nil {
		return files.Open(ctx, files.Config{Source: work, ScratchDir: folder, Rows: someRows})
	}
	return runner.Open(ctx, work, runner.Scratch{Dir: filepath.Clean(folder)})
}

// dataset looks at one. What it gives keeps all others from being looked at.
func (c *columnCheck) dataset(ctx context.Context, engine source.Engine, d *v1alpha1.Dataset) error {
	declared, _ := resolve.Dataset(d)
	rows, err := engine.Open(ctx, declared)
	if err != nil {
		return c.refused(d, err, fieldOf(d, err))
	}
	known := map[string]bool{}
	for _, column := range rows.Columns {
		known[column.Name] = true
	}
	for _, column := range d.Spec.Columns {
		known[string(column.Name)] = true
	}
	c.known[d.Name] = slices.Sorted(maps.Keys(known))
	references := columnsIn(d.Spec, d.Name)
	c.references(d.UID, references)
	if slices.ContainsFunc(references, func(r columnReference) bool { return !known[r.column] }) {
		return nil // what else is wrong may follow from that
	}
	filters := rows.Dataset.Filters
	rows.Dataset.Filters = nil
	if err := bindable(ctx, engine, rows); err != nil {
		return c.refused(d, err, "spec.time")
	}
	for i := range filters {
		rows.Dataset.Filters = filters[i : i+1]
		if err := bindable(ctx, engine, rows); err != nil {
			if gone := c.refused(d, err, fmt.Sprintf("spec.filters[%d].expr", i)); gone != nil {
				return gone
			}
		}
	}
	return nil
}

// bindable asks the engine to understand the SQL of a dataset, and to read no row.
func bindable(ctx context.Context, engine source.Engine, rows query.RowSet) error {
	statement, _, err := query.Audit(engine.Dialect(), rows, nil, "")
	if err != nil {
		return err
	}
	statement.SQL = "SELECT * FROM (\n" + statement.SQL + "\n) AS nothing LIMIT 0"
	_, err = engine.Query(ctx, statement)
	return err
}

// refused is found of a dataset, unless the whole source fails.
func (c *columnCheck) refused(d *v1alpha1.Dataset, err error, field string) error {
	if failed, ok := errors.AsType[*source.Error](err); ok && failed.Source {
		return err
	}
	c.told.find(d.UID, field, strings.TrimPrefix(said(err), "dataset "+d.Name+": "))
	return nil
}

// said by an engine or the planner, without its reason.
func said(err error) string {
	if failed, ok := errors.AsType[*source.Error](err); ok {
		return failed.Message
	}
	if failed, ok := errors.AsType[*query.Error](err); ok {
		return failed.Message
	}
	return err.Error()
}

var expression = regexp.MustCompile(`(columns|filters)\[\d+\]\.expr`)

// fieldOf a dataset that an engine speaks of.
func fieldOf(d *v1alpha1.Dataset, err error) string {
	if field := expression.FindString(said(err)); field != "" {
		return "spec." + field
	}
	if d.Spec.Table != nil {
		return "spec.table"
	}
	return "spec.query"
}
