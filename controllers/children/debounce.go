package children

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// longestSettling bounds how long a stream of edits can put a run off, in debounces.
const longestSettling = 12

// Debouncer remembers since when each object has asked for the same. It forgets with the process, which
// costs one more wait.
type Debouncer struct {
	mu    sync.Mutex
	asked map[types.NamespacedName]asked
}

type asked struct {
	identity     string
	first, since time.Time
}

// Left is how long to wait until the wish has stood unchanged for the debounce.
func (d *Debouncer) Left(key types.NamespacedName, identity string, now time.Time, debounce time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asked == nil {
		d.asked = map[types.NamespacedName]asked{}
	}
	wish, known := d.asked[key]
	if !known {
		wish.first = now
	}
	if wish.identity != identity {
		wish.identity, wish.since = identity, now
	}
	d.asked[key] = wish
	settled, latest := wish.since.Add(debounce), wish.first.Add(longestSettling*debounce)
	return min(settled.Sub(now), latest.Sub(now))
}

// Forget a wish: the next one is to settle from its own start.
func (d *Debouncer) Forget(key types.NamespacedName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.asked, key)
}
