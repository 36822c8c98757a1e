package board

import "time"

// Happened tells whether something was at a time that is known. Of files, everything is found at the very instant as of which
// they are computed, and when it came to be is not known. Times of objects are kept to the second.
func (o Objects) Happened(at time.Time) bool {
	return !at.IsZero() && at.Before(o.At.Truncate(time.Second))
}
