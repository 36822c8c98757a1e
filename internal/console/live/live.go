// Package live gives the page a cluster's boards out of memory: it watches what its user may read, and reads nothing else.
package live

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Cluster is a source of boards. The first reading, and those after a watch has failed, go to the API server, so that its
// answer, such as a missing right, is told instead of numbers that are no longer kept up.
type Cluster struct {
	direct    client.Reader
	watched   cache.Cache
	namespace string
	clock     clock.PassiveClock
	explain   func(error) error
	patience  time.Duration

	mutex sync.Mutex
	// answered: the API server has once given everything.
	answered bool
	// failed is when a watch last failed.
	failed time.Time
}

// distrust is how long after a watch has failed the API server is read: longer than any pause before it is watched again.
const distrust = time.Minute

// patience is how long a request waits for the watches, and then again for the API server.
const patience = 20 * time.Second

// Options of a cluster.
type Options struct {
	Config *rest.Config
	Scheme *runtime.Scheme
	// Namespace to look at; empty for all of them.
	Namespace string
	Clock     clock.PassiveClock
	// Explain says what to do about an error of the API server; nil stays nil.
	Explain func(error) error
}

// New cluster, watched until the context ends. direct reads with the same rights.
func New(ctx context.Context, direct client.Reader, o Options) (*Cluster, error) {
	c := &Cluster{direct: direct, namespace: o.Namespace, clock: o.Clock, explain: o.Explain, patience: patience}
	watched, err := cache.New(o.Config, cache.Options{
		Scheme:                   o.Scheme,
		DefaultNamespaces:        map[string]cache.Config{cmp.Or(o.Namespace, metav1.NamespaceAll): {}},
		DefaultTransform:         cache.TransformStripManagedFields(),
		DefaultWatchErrorHandler: c.watchFailed,
	})
	if err != nil {
		return nil, o.Explain(err)
	}
	c.watched = watched
	go func() { _ = watched.Start(ctx) }() // it ends with the context, without an error of its own
	return c, nil
}

// watchFailed notes that what is in memory may be old. A watch that ends and begins anew has not failed.
func (c *Cluster) watchFailed(_ context.Context, _ *toolscache.Reflector, err error) {
	if errors.Is(err, io.EOF) {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.failed = c.clock.Now()
}

// trusted tells whether memory may be read.
func (c *Cluster) trusted() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.answered && c.clock.Since(c.failed) > distrust
}

// Objects of a namespace, as they are now.
func (c *Cluster) Objects(ctx context.Context, namespace string) (board.Objects, error) {
	var out board.Objects
	err := c.read(ctx, func(ctx context.Context, reader client.Reader) (err error) {
		out, err = board.Read(ctx, reader, namespace, c.clock.Now())
		return err
	})
	return out, err
}

// Namespaces that hold indicators or data sources, or the one that is looked at.
func (c *Cluster) Namespaces(ctx context.Context) ([]string, error) {
	if c.namespace != "" {
		return []string{c.namespace}, nil
	}
	found := map[string]bool{}
	err := c.read(ctx, func(ctx context.Context, reader client.Reader) error {
		all, err := board.Read(ctx, reader, metav1.NamespaceAll, c.clock.Now())
		note(found, all.Sources, func(o *v1alpha1.DataSource) string { return o.Namespace })
		note(found, all.CPIs, func(o *v1alpha1.CPIDefinition) string { return o.Namespace })
		note(found, all.KPIs, func(o *v1alpha1.KPITarget) string { return o.Namespace })
		return err
	})
	return slices.Sorted(maps.Keys(found)), err
}

func note[T any](found map[string]bool, objects []T, namespace func(*T) string) {
	for i := range objects {
		found[namespace(&objects[i])] = true
	}
}

// read from memory, or from the API server where memory cannot be trusted.
func (c *Cluster) read(ctx context.Context, from func(context.Context, client.Reader) error) error {
	if c.trusted() && c.remembered(ctx, from) == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	err := from(ctx, c.direct)
	c.mutex.Lock()
	c.answered = c.answered || err == nil
	c.mutex.Unlock()
	return c.explain(err)
}

// remembered reads from memory, once the watches have filled it.
func (c *Cluster) remembered(ctx context.Context, from func(context.Context, client.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	if !c.watched.WaitForCacheSync(ctx) {
		return errors.New("the watches have not answered yet")
	}
	return from(ctx, c.watched)
}
