package metrics

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cpi-operator/cpi-operator/internal/alert"
)

// Limits bound how many series there can be.
type Limits struct {
	// PerIndicator and PerNamespace bound series; where they are reached segments are left out, never totals.
	PerIndicator int
	PerNamespace int
}

// DefaultLimits suit a Prometheus of ordinary size.
var DefaultLimits = Limits{PerIndicator: 2_000, PerNamespace: 50_000}

// shardCount is how many pieces the finished text is kept in: a change renews one of them. A power of two.
const shardCount = 256

// Store holds the series of all objects as finished text. The controllers put into it what they decided;
// a scrape joins the texts of its shards.
type Store struct {
	limits    Limits
	exporting atomic.Bool
	seed      maphash.Seed

	mu          sync.Mutex
	shards      [shardCount]shard
	series      int
	objects     int
	byNamespace map[string]int
}

// shard is a part of the objects with their joined text.
type shard struct {
	objects map[Key]*object
	// joined is nil when an object has changed since. It is never modified: a scrape reads it without the lock.
	joined *joined
}

// object is one object's finished text.
type object struct {
	key    Key
	pieces []piece
	series int
}

// joined is the text of a shard by family, and each compressed as a gzip member of its own.
type joined struct {
	text [familyCount][]byte
	zip  *[familyCount][]byte
}

// NewStore makes an empty store that exports nothing until Export.
func NewStore(limits Limits) *Store {
	return &Store{limits: limits, seed: maphash.MakeSeed(), byNamespace: map[string]int{}}
}

// Export switches the series of indicators on or off: only the instance that decides exports them.
func (s *Store) Export(on bool) { s.exporting.Store(on) }

// SetIndicator replaces an indicator's series and tells how many had to be left out.
func (s *Store) SetIndicator(in Indicator) (dropped int) {
	key := Key{Kind: in.View.Kind, Namespace: in.Namespace, Name: in.View.Name}
	s.mu.Lock()
	defer s.mu.Unlock()
	own := 0
	if old := s.shard(key).objects[key]; old != nil {
		own = old.series
	}
	room := min(s.limits.PerIndicator, s.limits.PerNamespace-(s.byNamespace[key.Namespace]-own))
	e := encodeIndicator(in, room)
	s.put(key, e)
	return e.dropped
}

// SetSource replaces a data source's series.
func (s *Store) SetSource(in Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(Key{Kind: sourceKind, Namespace: in.Namespace, Name: in.Name}, encodeSource(in))
}

// SetLinkage replaces a linkage's series.
func (s *Store) SetLinkage(in Linkage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(Key{Kind: alert.Link, Namespace: in.Namespace, Name: in.Name}, encodeLinkage(in))
}

// Delete drops an object's series.
func (s *Store) Delete(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shard(key)
	if old := sh.objects[key]; old != nil {
		s.count(key, -old.series, -1)
		delete(sh.objects, key)
		sh.joined = nil
	}
}

func (s *Store) shard(key Key) *shard {
	return &s.shards[maphash.Comparable(s.seed, key)%shardCount]
}

func (s *Store) put(key Key, e *encoder) {
	sh := s.shard(key)
	next := &object{key: key, pieces: e.pieces(), series: e.series}
	old := sh.objects[key]
	switch {
	case old == nil:
		if sh.objects == nil {
			sh.objects = map[Key]*object{}
		}
		s.count(key, next.series, 1)
	case old.same(next):
		return
	default:
		s.count(key, next.series-old.series, 0)
	}
	sh.objects[key] = next
	sh.joined = nil
}

func (s *Store) count(key Key, series, objects int) {
	s.series += series
	s.objects += objects
	if s.byNamespace[key.Namespace] += series; s.byNamespace[key.Namespace] == 0 {
		delete(s.byNamespace, key.Namespace)
	}
}

// size is how many objects and series are held.
func (s *Store) size() (objects, series int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects, s.series
}

func (o *object) same(other *object) bool {
	return slices.EqualFunc(o.pieces, other.pieces, func(a, b piece) bool {
		return a.family == b.family && string(a.text) == string(b.text)
	})
}

// snapshot gives every shard's text, renewing those that changed.
func (s *Store) snapshot(into *[shardCount]*joined, compressed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.shards {
		sh := &s.shards[i]
		if sh.joined == nil {
			sh.joined = sh.join()
		}
		if compressed && sh.joined.zip == nil {
			// A fresh value: a scrape may still be reading the old one.
			sh.joined = &joined{text: sh.joined.text, zip: compressEach(&sh.joined.text)}
		}
		into[i] = sh.joined
	}
}

// join puts the objects' pieces together by family, in the order of the objects' names.
func (sh *shard) join() *joined {
	out := &joined{}
	if len(sh.objects) == 0 {
		return out
	}
	objects := make([]*object, 0, len(sh.objects))
	var sizes [familyCount]int
	total := 0
	for _, o := range sh.objects {
		objects = append(objects, o)
		for _, p := range o.pieces {
			sizes[p.family] += len(p.text)
			total += len(p.text)
		}
	}
	slices.SortFunc(objects, func(a, b *object) int {
		if c := strings.Compare(a.key.Namespace, b.key.Namespace); c != 0 {
			return c
		}
		return strings.Compare(a.key.Name, b.key.Name)
	})
	all := make([]byte, 0, total)
	for family, size := range sizes {
		if size > 0 {
			start := len(all)
			all = all[:start+size]
			out.text[family] = all[start:start:len(all)]
		}
	}
	for _, o := range objects {
		for _, p := range o.pieces {
			out.text[p.family] = append(out.text[p.family], p.text...)
		}
	}
	return out
}
