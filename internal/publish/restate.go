package publish

import (
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// restated begins the warning that tells what a restatement moved. It stays until the next restatement.
const restated = "Restated: "

// toldMoves is how many moved periods are named; the others are counted.
const toldMoves = 5

// restatement tells which of the periods that were settled a restatement moved. Under the restatement that
// is already told, it repeats what was told.
func restatement(old, found *v1alpha1.ReportResult) []string {
	if old.RequestHash != found.RequestHash || found.Restatement == "" {
		return nil
	}
	if old.Restatement == found.Restatement {
		var kept []string
		for _, w := range old.Warnings {
			if strings.HasPrefix(w, restated) {
				kept = append(kept, w)
			}
		}
		return kept
	}
	now := map[string]v1alpha1.PeriodValue{}
	for _, p := range found.Periods {
		now[p.Label] = p
	}
	var moves []string
	settled := 0
	for _, before := range old.Periods {
		after, still := now[before.Label]
		if before.State != "Settled" || !still {
			continue
		}
		settled++
		if before.Value != after.Value || value(before.N) != value(after.N) {
			moves = append(moves, fmt.Sprintf("%s from %s%s to %s%s", before.Label, orNone(before.Value), sample(before), orNone(after.Value), sample(after)))
		}
	}
	if len(moves) == 0 {
		return []string{fmt.Sprintf("%snone of %d settled periods moved.", restated, settled)}
	}
	text := fmt.Sprintf("%s%d of %d settled periods moved: %s", restated, len(moves), settled, strings.Join(moves[:min(toldMoves, len(moves))], ", "))
	if more := len(moves) - toldMoves; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return []string{cut(text+".", maxWarning)}
}

// sample tells n; a census has none.
func sample(p v1alpha1.PeriodValue) string {
	if p.N == nil {
		return ""
	}
	return fmt.Sprintf(" (n %d)", *p.N)
}

func orNone(number string) string {
	if number == "" {
		return "no value"
	}
	return number
}
