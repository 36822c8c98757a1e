package job

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"k8s.io/utils/lru"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Schedule is when a source runs.
type Schedule struct {
	// Cron is an expression of five fields.
	Cron string
	// TimeZone is an IANA name.
	TimeZone string
	// Interval is the shortest time between two runs.
	Interval time.Duration
}

// String spells the schedule out, such as "17 * * * * UTC".
func (s Schedule) String() string { return s.Cron + " " + s.TimeZone }

// ScheduleOf is the schedule in force: the declared one, or hourly at a minute that its UID decides,
// so that many sources do not start at once.
func ScheduleOf(ds *v1alpha1.DataSource) (Schedule, error) {
	out := Schedule{Cron: ds.Spec.Schedule, TimeZone: string(ds.Spec.TimeZone)}
	if out.Cron == "" {
		hash := fnv.New32a()
		hash.Write([]byte(ds.UID))
		out.Cron = fmt.Sprintf("%d * * * *", hash.Sum32()%60)
	}
	if out.TimeZone == "" {
		out.TimeZone = "UTC"
	}
	if known, found := intervals.Get(out.Cron); found {
		out.Interval = known.(time.Duration)
		return out, nil
	}
	parsed, err := cronParser.Parse(out.Cron)
	if err == nil && strings.Contains(out.Cron, "=") {
		err = errors.New("the zone belongs into spec.timeZone")
	}
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is not a cron expression of five fields: %w", out.Cron, err)
	}
	out.Interval = shortestInterval(parsed)
	if out.Interval == 0 {
		return Schedule{}, fmt.Errorf("%q never comes, or only once in many years", out.Cron)
	}
	intervals.Add(out.Cron, out.Interval)
	return out, nil
}

// intervals of valid expressions: each takes milliseconds to find, and every look at an indicator asks for its source's.
var intervals = lru.New(1024)

// cronParser takes five fields: no @every. It would take a zone, which CronJobs refuse.
var cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// shortestInterval looks at a stretch of a fixed calendar, so that it does not change from one day to
// the next. 0 means that the schedule does not come twice.
func shortestInterval(schedule cron.Schedule) time.Duration {
	const activations = 1500 // a day of minutes
	var shortest time.Duration
	last := schedule.Next(time.Date(2023, time.December, 31, 23, 59, 0, 0, time.UTC))
	for range activations {
		next := schedule.Next(last)
		if last.IsZero() || next.IsZero() {
			return shortest
		}
		if gap := next.Sub(last); shortest == 0 || gap < shortest {
			shortest = gap
		}
		last = next
	}
	return shortest
}

const (
	longestRun = 6 * time.Hour
	// minimumSpare is what a run leaves of its interval, so that the next one finds the way free.
	minimumSpare = 10 * time.Second
)

// Deadline of a run: shorter than the interval, so that runs never queue up.
func (s Schedule) Deadline() time.Duration {
	spare := max(minimumSpare, s.Interval/10)
	return min(longestRun, s.Interval-spare)
}

// startingDeadline is how late a run may start. A run missed by more is skipped, never made up for.
func (s Schedule) startingDeadline() time.Duration {
	return min(10*time.Minute, max(30*time.Second, s.Interval/2))
}
