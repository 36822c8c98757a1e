package starter

import (
	"fmt"
	"slices"
	"strings"
)

// Origin is where a table lives.
type Origin struct {
	// Shown is what people call it; it holds no password.
	Shown string
	// Exactly one of File and Server is set.
	File   *File
	Server *Server
}

// File is a table in a file.
type File struct {
	// Key is the file's name in a ConfigMap, Format CSV, Parquet or NDJSON.
	Key, Format string
	// TooLarge says that no ConfigMap can hold it.
	TooLarge bool
}

// Server is a database.
type Server struct {
	// Engine is postgres or mysql.
	Engine, Host, Database, User string
	// Port is 0 for the engine's own; TLS the mode.
	Port int
	TLS  string
}

// YAML of a proposal: DataSource, Dataset and CPIDefinition, with what is guessed as comments.
func (p *Proposal) YAML(origin Origin) string {
	var w writer
	looked := fmt.Sprintf("%d rows, %d columns", p.table.Looked, len(p.table.Columns))
	if p.table.Partial {
		looked = fmt.Sprintf("%d of its rows, %d columns", p.table.Looked, len(p.table.Columns))
	}
	w.line("# A first definition for %s, written by `kubectl cpi init` after a look at %s.", origin.Shown, looked)
	w.line("# What it guessed, or could not know:")
	for _, c := range p.Cautions {
		w.line("# - %s.", c)
	}
	p.source(&w, origin)
	p.dataset(&w)
	p.definition(&w)
	return w.String()
}

const header = "apiVersion: cpi-operator.io/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:"

func (p *Proposal) source(w *writer, origin Origin) {
	w.line(header, "DataSource", scalar(p.Name))
	if file := origin.File; file != nil {
		w.line("  files:\n    tables:")
		if file.TooLarge {
			w.line("    # Too large for a ConfigMap: put it on a volume, or say url or s3 instead (docs/sources.md).")
			w.line("    - {name: %s, format: %s, persistentVolumeClaim: {name: %s-data, path: %s}}", scalar(p.table.Name), file.Format, p.Name, scalar(file.Key))
			return
		}
		w.line("    - {name: %s, format: %s, configMap: {name: %s-data, key: %s}}   # made by kustomization.yaml", scalar(p.table.Name), file.Format, p.Name, scalar(file.Key))
		return
	}
	s := origin.Server
	w.line("  %s:", s.Engine)
	w.line("    host: %s   # as the cluster reaches it", scalar(s.Host))
	if s.Port != 0 {
		w.line("    port: %d", s.Port)
	}
	w.line("    database: %s", scalar(s.Database))
	w.line("    credentialsRef: {name: %s-reader}   # the Secret in %s-secret.yaml", p.Name, p.Name)
	if s.TLS != "VerifyFull" { // the default
		w.line("    tls: {mode: %s}", s.TLS)
	}
}

func (p *Proposal) why(column, is string) string {
	for _, n := range p.Notes {
		if n.Column == column && strings.HasPrefix(n.Is, is) {
			return n.Why
		}
	}
	return ""
}

func (p *Proposal) dataset(w *writer) {
	w.line("---\n"+header, "Dataset", scalar(p.Name))
	w.line("  dataSourceRef: {name: %s}", scalar(p.Name))
	entity := ""
	switch {
	case p.entity != nil:
		entity = p.entity.Name
	case p.alone:
		entity = "row"
	}
	name := scalar(p.table.Name)
	if p.table.Schema != "" {
		name += ", schema: " + scalar(p.table.Schema)
	}
	if p.alone && p.entity == nil {
		from := p.table.Name
		if p.table.Schema != "" {
			from = p.table.Schema + "." + from
		}
		w.line("  query: %s   # the rows have no key", scalar("SELECT row_number() OVER () AS row, t.* FROM "+quotedTable(p.table)+" AS t"))
		w.line("  tables: [%s]", scalar(from))
	} else {
		w.line("  table: {name: %s}", name)
	}
	if p.key != nil {
		w.line("  primaryKey: [%s]   # %s", scalar(p.key.Name), p.why(p.key.Name, "what tells"))
	}
	if entity != "" {
		comment := "each row is taken for a person of its own"
		if !p.alone {
			comment = "whose rows belong together: " + p.why(entity, "whose")
		}
		w.line("  entities: {%s: %s}   # %s", scalar(p.person), scalar(entity), comment)
	}
	if p.time != nil {
		w.line("  time: {event: {column: %s}}   # %s", scalar(p.time.Name), p.why(p.time.Name, "when"))
	}
	var casts []*Column
	for _, name := range []string{p.timeName(), p.measured.column, p.measured.start, p.measured.decidedAt} {
		if c := p.table.column(name); c != nil && c.Reads != nil && !slices.Contains(casts, c) {
			casts = append(casts, c)
		}
	}
	if len(casts) > 0 {
		w.line("  columns:")
		for _, c := range casts {
			w.line("  - {name: %s, type: %s, expr: %s}   # %s", scalar(c.Name), c.Reads.Kind, scalar(c.Reads.Expr), c.Reads.Why)
		}
	}
}

func (p *Proposal) timeName() string {
	if p.time == nil {
		return ""
	}
	return p.time.Name
}

func quotedTable(t *Table) string {
	quote := func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
	if t.Schema != "" {
		return quote(t.Schema) + "." + quote(t.Name)
	}
	return quote(t.Name)
}

func (p *Proposal) definition(w *writer) {
	m := &p.measured
	w.line("---\n"+header, "CPIDefinition", scalar(p.Name))
	w.line("  title: %s", scalar(p.Title))
	w.line("  theme: %s   # what customers get", p.Theme)
	w.line("  class: %s", m.class)
	w.line("  owner: {team: %s}   # who is told, and acts", scalar(p.Owner))
	w.line("  datasetRef: {name: %s}", scalar(p.Name))
	w.line("  measure: %s   # %s", m.yaml(), p.why(m.column, "what is measured"))
	if m.survey() {
		keep, why := "Latest", fmt.Sprintf("of several answers of one %s, the latest counts", p.person)
		if p.time == nil {
			keep, why = "All", "which is the latest is not known; the interval allows for several of one "+p.person
		}
		if p.alone {
			why = "each row is an answer of its own"
		}
		w.line("  responses: {entity: %s, keep: %s}   # %s", scalar(p.person), keep, why)
	}
	if p.time != nil {
		period := "grain: Month"
		if p.window > 1 {
			period += fmt.Sprintf(", window: %d", p.window)
		}
		if p.history > 0 {
			period += fmt.Sprintf(", history: %d", p.history)
		}
		w.line("  period: {%s, timeZone: %s}", period, scalar(p.TimeZone))
	}
	breakdowns := func(columns []*Column) string {
		var by []string
		for _, c := range columns {
			by = append(by, "{by: ["+scalar(c.Name)+"]}")
		}
		return strings.Join(by, ", ")
	}
	if len(p.segments) > 0 {
		w.line("  breakdowns: [%s]   # segments under 10 are not shown", breakdowns(p.segments))
	}
	if len(p.offered) > 0 {
		w.line("  # breakdowns: [%s]", breakdowns(p.offered))
	}
	w.line("  # thresholds: %s   # yours to say: told when the whole interval lies beyond", m.thresholds())
}

// thresholds of a shape that fits the measure; the numbers are examples.
func (c *candidate) thresholds() string {
	switch {
	case c.family == nps:
		return "{warning: 20, critical: 0}"
	case c.family == effort && c.version == "V1":
		return "{warning: 3, critical: 4}"
	case c.family == effort:
		return "{warning: 60%, critical: 40%}"
	case c.family == duration:
		return "{warning: 36h, critical: 72h}"
	case c.direction == lower:
		return "{warning: 20%, critical: 25%}"
	}
	return "{warning: 80%, critical: 70%}"
}

func (c *candidate) yaml() string {
	column := scalar(c.column)
	switch c.family {
	case nps:
		return fmt.Sprintf("{netPromoterScore: {score: %s}}", column)
	case satisfaction:
		return fmt.Sprintf("{customerSatisfaction: {score: %s, scale: {min: %d, max: %d}, form: {topBox: {boxes: 2}}}}", column, c.low, c.high)
	case effort:
		form := "{share: {atLeast: 5}}"
		if c.version == "V1" {
			form = "{mean: {}}"
		}
		return fmt.Sprintf("{customerEffortScore: {version: %s, score: %s, form: %s}}", c.version, column, form)
	case renewal:
		out := fmt.Sprintf("{renewal: {decision: {column: %s, renewed: [%s], lost: [%s]}", column, scalars(c.renewed), scalars(c.lost))
		if c.decidedAt != "" {
			out += ", decidedAt: " + scalar(c.decidedAt)
		}
		return out + ", grace: 14d}}"
	case duration:
		out := fmt.Sprintf("{duration: {start: %s, end: %s, form: {quantile: 50%%}, open: Censor", scalar(c.start), column)
		if c.preset != "" {
			out += ", preset: " + c.preset
		}
		return out + "}}"
	}
	out := fmt.Sprintf("{share: {of: [{column: %s, operator: In, values: [%s]}]", column, c.value)
	if c.preset != "" {
		out += ", preset: " + c.preset
	}
	return out + ", direction: " + c.direction + "}}"
}

// Kustomization that applies the definition and, of a file, makes its ConfigMap.
func (p *Proposal) Kustomization(origin Origin, namespace string) string {
	var w writer
	w.line("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization")
	if namespace != "" {
		w.line("namespace: %s", scalar(namespace))
	}
	w.line("resources: [%s.yaml]", p.Name)
	if file := origin.File; file != nil && !file.TooLarge {
		w.line("generatorOptions: {disableNameSuffixHash: true}   # the DataSource names the ConfigMap")
		w.line("configMapGenerator:\n- {name: %s-data, files: [%s]}", p.Name, scalar(file.Key))
	}
	return w.String()
}

// Secret of a server's reader, to be filled in: no password is written.
func (p *Proposal) Secret(s Server) string {
	var w writer
	user := s.User
	if user == "" {
		user = "cpi"
	}
	w.line("# Put the password in, apply this once, and keep it out of Git. The user needs SELECT on the table and nothing else.")
	w.line("apiVersion: v1\nkind: Secret\nmetadata: {name: %s-reader}\ntype: kubernetes.io/basic-auth", p.Name)
	w.line("stringData: {username: %s, password: \"\"}", scalar(user))
	return w.String()
}
