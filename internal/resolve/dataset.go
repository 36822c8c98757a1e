package resolve

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// consentFilter is the name under which rows without consent are counted.
const consentFilter = "consent"

// Dataset resolves a row set.
func Dataset(d *v1alpha1.Dataset) (plan.Dataset, Problems) {
	var problems Problems
	spec := &d.Spec
	out := plan.Dataset{
		Name:      d.Name,
		Query:     spec.Query,
		Tables:    spec.Tables,
		ChangedAt: string(spec.ChangedAt),
		TimeZone:  zone("spec.timeZone", spec.TimeZone, &problems),
	}
	if spec.Table != nil {
		out.Table = &plan.Table{Schema: string(spec.Table.Schema), Name: string(spec.Table.Name)}
	}
	if (spec.Table == nil) == (strings.TrimSpace(spec.Query) == "") {
		problems.add("spec", "set exactly one of table and query")
	}
	for _, c := range spec.PrimaryKey {
		out.PrimaryKey = append(out.PrimaryKey, string(c))
	}
	if len(spec.Entities) > 0 {
		out.Entities = map[string]string{}
		for name, column := range spec.Entities {
			out.Entities[name] = string(column)
		}
	}
	if t := spec.Time; t != nil {
		switch {
		case t.Event != nil:
			out.Time.Event = string(t.Event.Column)
		case t.Interval != nil:
			out.Time.Start, out.Time.End = string(t.Interval.Start), string(t.Interval.End)
		case t.Snapshot != nil:
			out.Time.Snapshot = string(t.Snapshot.Column)
		default:
			problems.add("spec.time", "set one of event, interval and snapshot, or leave time out if the rows have none")
		}
	}
	for _, c := range spec.Columns {
		out.Columns = append(out.Columns, plan.Column{Name: string(c.Name), Type: plan.ColumnType(c.Type), Expr: c.Expr})
	}
	if spec.Consent != nil {
		column := strings.ReplaceAll(string(spec.Consent.Column), `"`, `""`)
		out.Filters = append(out.Filters, plan.Filter{Name: consentFilter, Expr: `"` + column + `"`})
	}
	for i, f := range spec.Filters {
		if f.Name == consentFilter && spec.Consent != nil {
			problems.add(fmt.Sprintf("spec.filters[%d].name", i), `"consent" is what spec.consent counts; choose another name`)
		}
		out.Filters = append(out.Filters, plan.Filter{Name: f.Name, Expr: f.Expr})
	}
	if f := spec.Freshness; f != nil {
		within := duration("spec.freshness.within", f.Within, 0, &problems)
		out.Freshness = &plan.Freshness{Column: string(f.Column), Within: within}
		if column := string(f.Column); column == out.Time.Event && column != "" {
			problems.add("spec.freshness.column", fmt.Sprintf("%q is the event time; name the column with the load time of the rows", column))
		}
	}
	return out, problems
}
