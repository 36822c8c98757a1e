package compute

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/state"
)

// warnings are what a reader must know beside the numbers. They tell instants, never ages, so that they
// change only when the data does.
func (j *job) warnings(kept int) []string {
	var found []string
	warn := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }

	for i, v := range j.datasets() {
		of := ""
		if i > 0 {
			of = "Dataset " + v.data.rows.Dataset.Name + ": "
		}
		if text := v.freshness(); text != "" {
			warn("%s%s", of, text)
		}
	}
	if j.Period != nil {
		if empty := j.layout.emptyStart(); empty > 0 && empty < len(j.layout.periods) {
			warn("The data begins in %s: %d of %d periods of history lie before it.",
				j.layout.periods[empty].Label, empty, len(j.layout.periods))
		}
	}
	if rows := j.nobodys(j.layout.headline); rows > 0 {
		warn("Rows without %s are left out: %d in the period shown.", j.data.rows.Dataset.Entities[j.needed()], rows)
	}
	found = append(found, measure.Cautions(j.family, j.total(j.layout.headline))...)
	if rate := j.Quality.ResponseRate; rate != nil {
		told := j.respondedIn(j.layout.headline)
		if share := float64(told.Answered) / float64(told.Invited); told.Invited > 0 && share < rate.Minimum {
			warn("Only %d of %d invitations of the period shown were answered (%.1f %%); responseRate.minimum is %g %%: those who answer may not be like those who do not.",
				told.Answered, told.Invited, 100*share, 100*rate.Minimum)
		}
	}
	found = append(found, j.jumps...)
	if kept > 0 {
		warn("The restatement found less in %d settled periods than they hold; their values are kept.", kept)
	}
	return found
}

// freshness is what there is to say of a dataset's load times, empty if nothing.
func (v *view) freshness() string {
	declared, mark := v.data.rows.Dataset.Freshness, v.looked.audit.Watermark
	switch {
	case declared == nil:
		return ""
	case mark == nil:
		return fmt.Sprintf("No row has a load time in %s, so no period counts as complete.", declared.Column)
	case mark.After(v.data.now):
		return fmt.Sprintf("The newest load time in %s lies in the future: %s.", declared.Column, mark.UTC().Format(time.RFC3339))
	case mark.Before(v.data.now.Add(-declared.Within)):
		return fmt.Sprintf("Nothing was loaded after %s; freshness.within is %s.", mark.UTC().Format(time.RFC3339), declared.Within)
	}
	return ""
}

// unproven warns of periods without events that may be zero, but that nothing proves to be.
func (j *job) unproven(periods []plan.PeriodResult) []string {
	var names []string
	for _, v := range j.datasets() {
		if d := v.data.rows.Dataset; d.Freshness == nil {
			names = append(names, d.Name)
		}
	}
	silent := slices.ContainsFunc(periods, func(p plan.PeriodResult) bool { return p.Reason == measure.NoEvents && state.Final(p.State) })
	if !silent || len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Periods without events have no value, as nothing proves that all rows are loaded: declare freshness in dataset %s.", strings.Join(names, " and "))}
}
