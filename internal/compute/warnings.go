package compute

import (
	"fmt"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/measure"
)

// warnings are what a reader must know beside the numbers. They tell instants, never ages, so that they
// change only when the data does.
func (j *job) warnings(kept int) []string {
	var found []string
	warn := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }

	if freshness := j.data.rows.Dataset.Freshness; freshness != nil {
		mark := j.looked.audit.Watermark
		switch {
		case mark == nil:
			warn("No row has a load time in %s, so no period counts as complete.", freshness.Column)
		case mark.After(j.data.now):
			warn("The newest load time in %s lies in the future: %s.", freshness.Column, mark.UTC().Format(time.RFC3339))
		case mark.Before(j.data.now.Add(-freshness.Within)):
			warn("Nothing was loaded after %s; freshness.within is %s.", mark.UTC().Format(time.RFC3339), freshness.Within)
		}
	}
	if j.Period != nil {
		if empty := j.layout.emptyStart(); empty > 0 && empty < len(j.layout.periods) {
			warn("The data begins in %s: %d of %d periods of history lie before it.",
				j.layout.periods[empty].Label, empty, len(j.layout.periods))
		}
	}
	if rows := j.nobodys(j.layout.headline); rows > 0 {
		warn("Rows without %s are left out: %d in the period shown.", j.data.rows.Dataset.Entities[j.Responses.Entity], rows)
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
