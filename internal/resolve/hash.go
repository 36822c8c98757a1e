package resolve

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// hashVersion is raised when an equal formula would give other numbers; everything is then recomputed.
const hashVersion = "v1"

// requestHash identifies a formula: where the rows come from, datasets, where, measure, period, breakdowns and
// quality. Titles, owners, thresholds and targets are not in it, nor how a number is written, so editing them
// recomputes nothing.
func requestHash(in plan.Indicator, on Context) string {
	datasets := []plan.Dataset{on.Dataset}
	var other *plan.Dataset
	if on.Other != nil {
		datasets = append(datasets, *on.Other)
		other = new(readBy(in, *on.Other))
	}
	var from origin // of a composite, nowhere of its own
	if in.Measure.Composite == nil {
		from = originOf(on.Source, datasets)
	}
	canonical, err := json.Marshal(struct {
		Origin     origin              `json:"origin"`
		Dataset    plan.Dataset        `json:"dataset"`
		Other      *plan.Dataset       `json:"other,omitempty"`
		Where      []measure.Condition `json:"where"`
		Measure    measure.Spec        `json:"measure"`
		Responses  *plan.Responses     `json:"responses"`
		Period     *plan.Period        `json:"period"`
		Breakdowns []plan.Breakdown    `json:"breakdowns"`
		Quality    plan.Quality        `json:"quality"`
		Parts      []string            `json:"parts,omitempty"`
		Weighting  *plan.Weighting     `json:"weighting,omitempty"`
	}{
		from, readBy(in, on.Dataset), other, measure.Ordered(in.Where), measure.Formula(in.Measure),
		in.Responses, in.Period, in.Breakdowns, in.Quality, partHashes(in, on), in.Weighting,
	})
	if err != nil {
		// The struct holds only text, numbers and maps of text: it always marshals.
		panic(err)
	}
	sum := sha256.Sum256(canonical)
	return hashVersion + "-" + hex.EncodeToString(sum[:16])
}

// readBy is the dataset as the indicator reads it: without entities that it does not use, and without how fresh
// the data should be, which judges numbers and does not make them.
func readBy(in plan.Indicator, dataset plan.Dataset) plan.Dataset {
	used := entitiesOf(in)
	dataset.Entities = maps.Clone(dataset.Entities)
	maps.DeleteFunc(dataset.Entities, func(name, _ string) bool { return !slices.Contains(used, name) })
	if len(dataset.Entities) == 0 {
		dataset.Entities = nil
	}
	if f := dataset.Freshness; f != nil {
		dataset.Freshness = &plan.Freshness{Column: f.Column}
	}
	return dataset
}

// entitiesOf are the names of the entities that an indicator uses.
func entitiesOf(in plan.Indicator) []string {
	used := measure.Entities(in.Measure)
	if in.Responses != nil {
		used = append(used, in.Responses.Entity)
	}
	return used
}

func sorted(texts []string) []string {
	out := slices.Clone(texts)
	slices.Sort(out)
	return out
}

// origin is where rows come from and how their text is read. How to get in (credentials, TLS), how
// much may be asked and when are not in it: they make no number.
type origin struct {
	Engine   string       `json:"engine,omitempty"` // where the others do not tell it
	Host     string       `json:"host,omitempty"`
	Port     int          `json:"port,omitempty"`
	Database string       `json:"database,omitempty"`
	Files    []fileOrigin `json:"files,omitempty"`
	Address  string       `json:"address,omitempty"`
	Tenant   string       `json:"tenant,omitempty"`
}

// fileOrigin is one file table. A mounted one is told by its object, not by where a pod mounts it.
type fileOrigin struct {
	Name      string                     `json:"name"`
	Kind      string                     `json:"kind"`
	Object    string                     `json:"object,omitempty"`
	Path      string                     `json:"path"`
	Format    plan.FileFormat            `json:"format"`
	Delimiter string                     `json:"delimiter,omitempty"`
	NullText  []string                   `json:"nullText,omitempty"`
	Columns   map[string]plan.ColumnType `json:"columns,omitempty"`
}

func originOf(ds *v1alpha1.DataSource, datasets []plan.Dataset) origin {
	switch {
	case ds.Spec.Postgres != nil:
		p := postgres(ds.Spec.Postgres)
		return origin{Host: p.Host, Port: p.Port, Database: p.Database}
	case ds.Spec.MySQL != nil:
		m := mysql(ds.Spec.MySQL)
		return origin{Engine: "mysql", Host: m.Host, Port: m.Port, Database: m.Database}
	case ds.Spec.Files != nil:
		return origin{Files: filesOf(ds.Spec.Files, datasets)}
	case ds.Spec.Prometheus != nil:
		p := prometheus(ds.Spec.Prometheus)
		return origin{Address: strings.TrimRight(p.Address, "/"), Tenant: p.Tenant}
	}
	return origin{}
}

// filesOf are the origins of the file tables that datasets read, by name.
func filesOf(spec *v1alpha1.FilesSource, datasets []plan.Dataset) []fileOrigin {
	var out []fileOrigin
	for i, resolved := range files(spec).Tables {
		if !slices.ContainsFunc(datasets, func(d plan.Dataset) bool { return reads(d, resolved.Name) }) {
			continue
		}
		file := fileOrigin{
			Name: resolved.Name, Format: resolved.Format, Delimiter: resolved.Delimiter,
			NullText: sorted(resolved.NullText), Columns: resolved.Columns,
		}
		switch t := spec.Tables[i]; {
		case t.ConfigMap != nil:
			file.Kind, file.Object, file.Path = "ConfigMap", t.ConfigMap.Name, t.ConfigMap.Key
		case t.PersistentVolumeClaim != nil:
			file.Kind, file.Object, file.Path = "PersistentVolumeClaim", t.PersistentVolumeClaim.Name, t.PersistentVolumeClaim.Path
		case t.URL != nil:
			file.Kind, file.Path = "URL", t.URL.Address
		case t.S3 != nil:
			file.Kind, file.Object, file.Path = "S3", string(t.S3.Endpoint)+"/"+t.S3.Bucket, t.S3.Key
		}
		out = append(out, file)
	}
	slices.SortFunc(out, func(a, b fileOrigin) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// reads reports whether a dataset may read a table of its source. Without a table it is any that its query may name.
func reads(dataset plan.Dataset, table string) bool {
	if dataset.Table != nil {
		return strings.EqualFold(dataset.Table.Name, table)
	}
	return len(dataset.Tables) == 0 || slices.ContainsFunc(dataset.Tables, func(name string) bool {
		return strings.EqualFold(name[strings.LastIndex(name, ".")+1:], table)
	})
}
