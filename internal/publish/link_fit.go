package publish

import (
	"fmt"
	"slices"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// fitLink makes a claim's findings small enough to keep: the oldest values of the series go first, which a later run
// computes again, then the SQL of the last drivers. A warning tells what is missing.
func fitLink(link *v1alpha1.ReportLink) {
	values, statements := 0, 0
	for size(link) > maxResult {
		if shed := shedOldest(link); shed > 0 {
			values += shed
			continue
		}
		if !shedSQL(link) {
			break
		}
		statements++
	}
	if values > 0 {
		link.Warnings = append(link.Warnings, fmt.Sprintf("The %d oldest values of the series are left out, though they were compared: a report holds 64 KiB.", values))
	}
	if statements > 0 {
		link.Warnings = append(link.Warnings, fmt.Sprintf("The SQL of %d drivers is left out: a report holds 64 KiB.", statements))
	}
	if over := len(link.Warnings) - maxWarnings; over > 0 {
		link.Warnings = append(link.Warnings[:maxWarnings-1], fmt.Sprintf("And %d more warnings.", over+1))
	}
}

// shedOldest drops an eighth of the values of every series, all of the same periods as far as they begin alike.
func shedOldest(link *v1alpha1.ReportLink) int {
	longest := 0
	for _, s := range link.Series {
		longest = max(longest, len(s.Periods))
	}
	if longest == 0 {
		return 0
	}
	keep, dropped := longest-max(1, longest/8), 0
	for i := range link.Series {
		if over := len(link.Series[i].Periods) - keep; over > 0 {
			link.Series[i].Periods = link.Series[i].Periods[over:]
			dropped += over
		}
	}
	return dropped
}

func shedSQL(link *v1alpha1.ReportLink) bool {
	for _, d := range slices.Backward(link.Drivers) {
		if c := d.Customers; c != nil && c.SQL != "" {
			c.SQL = ""
			return true
		}
	}
	return false
}
