package alert

import (
	"fmt"
	"time"
)

// Review asks people to look at the definition again.
type Review struct {
	Last  time.Time
	Every time.Duration
}

// soon is how long before its day a review is called due soon; of reviews more often than every four weeks, half the
// time between them.
const soon = 14 * 24 * time.Hour

// DecideReview tells whether a review is due of something that has no numbers of its own; nothing where none is declared.
func DecideReview(r *Review, team string, now time.Time) Decision {
	var d Decision
	d.review(r, team, now)
	return d
}

// review asks people to look at the definition again: in the condition before the day, by an alert from it on.
func (d *Decision) review(r *Review, team string, now time.Time) {
	if r == nil {
		return
	}
	due := r.Last.Add(r.Every)
	near := due.Add(-min(soon, r.Every/2))
	day := due.UTC().Format(time.DateOnly)
	d.lookAgain(near, now)
	d.lookAgain(due, now)
	switch {
	case now.Before(near):
		d.condition(ReviewDue, False, ReasonReviewed, fmt.Sprintf("The next review is due %s.", day))
	case now.Before(due):
		d.condition(ReviewDue, False, ReasonDueSoon, fmt.Sprintf("The next review is due soon, %s: does it still measure what it should? Then set spec.review.lastReviewed.", day))
	default:
		whose := "Its owner"
		if team != "" {
			whose = "Team " + team
		}
		message := fmt.Sprintf("A review has been due since %s. %s should ask whether it still measures what it should, then set spec.review.lastReviewed to the day of the review.", day, whose)
		d.condition(ReviewDue, True, ReasonOverdue, message)
		d.Alerts = append(d.Alerts, Alert{Name: ReviewOverdue, Severity: Warning, Team: team, Message: message})
	}
}
