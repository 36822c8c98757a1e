// Package console tests the page of kubectl cpi ui in a real browser.
package console

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/console"
	"github.com/cpi-operator/cpi-operator/internal/manifest"
	"github.com/cpi-operator/cpi-operator/internal/offline"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func TestMain(m *testing.M) {
	files.Main()
	os.Exit(m.Run())
}

var now = time.Date(2026, time.November, 16, 9, 0, 0, 0, time.UTC)

// boards are namespaces that stand still.
type boards map[string]board.Objects

func (b boards) Objects(_ context.Context, namespace string) (board.Objects, error) {
	return b[namespace], nil
}

func (b boards) Namespaces(context.Context) ([]string, error) {
	var out []string
	for name := range b {
		out = append(out, name)
	}
	slices.Sort(out)
	return out, nil
}

// serve namespaces; the address is without a slash at its end.
func serve(t *testing.T, namespaces boards) string {
	t.Helper()
	handler, err := console.New(namespaces, console.Options{Origin: "files"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// compute what files define, with the operator's own code.
func compute(t *testing.T, path string, binds ...string) board.Objects {
	t.Helper()
	objects, faults, err := manifest.Read([]string{path}, nil)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	namespaces, findings, err := offline.Load(t.Context(), objects, "hotel")
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	opts := offline.Options{Now: now, Scratch: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	for _, text := range binds {
		b, err := offline.ParseBind(text)
		if err != nil {
			t.Fatal(err)
		}
		opts.Binds = append(opts.Binds, b)
	}
	for _, n := range namespaces {
		if n.Empty() {
			continue
		}
		found, err := n.Compute(t.Context(), opts)
		if err != nil || len(found.Failed)+len(found.Skipped) > 0 {
			t.Fatal(err, found.Failed, found.Skipped)
		}
		out, _ := n.Objects(found, now)
		return out
	}
	t.Fatalf("%s defines nothing", path)
	return board.Objects{}
}

// demo is what the samples give.
func demo(t *testing.T) board.Objects { return compute(t, "../../config/samples") }

var hotelOnce struct {
	sync.Mutex
	objects *board.Objects
}

// hotel has all that a page can show.
func hotel(t *testing.T) board.Objects {
	t.Helper()
	hotelOnce.Lock()
	defer hotelOnce.Unlock()
	if hotelOnce.objects == nil {
		folder := t.TempDir()
		guests(t, folder)
		objects := compute(t, "testdata/hotel.yaml", "hotel/answers=file:"+filepath.Join(folder, "answers.csv"), "hotel/stays=file:"+filepath.Join(folder, "stays.csv"))
		edited(&objects)
		hotelOnce.objects = &objects
	}
	return *hotelOnce.objects
}

// edited gives a definition a history, which files do not have.
func edited(objects *board.Objects) {
	yes := true
	then := metav1.NewTime(now.AddDate(-1, -2, 0))
	for i := range objects.CPIs {
		if c := &objects.CPIs[i]; c.Name == "recommend" {
			c.Status.Changes = []v1alpha1.DefinitionChange{
				{Generation: 2, Seen: &then, Fields: []string{"spec.responses.keep: Latest → All"}, NewBaseline: &yes},
				{Generation: 1, Seen: new(metav1.NewTime(then.AddDate(0, -6, 0))), Fields: []string{"Created"}},
			}
		}
	}
}

// guests writes four years of answers and stays. Whether guests come back follows how the hotel did two months before.
func guests(t *testing.T, folder string) {
	t.Helper()
	const months, lag = 48, 2
	random := rand.New(rand.NewPCG(1, 2)) // the same guests each time
	regions, rooms := []string{"North", "South", "Islands and coast"}, []string{"Single", "Double", "Suite"}
	care, ease := make([]float64, months), make([]float64, months)
	for m := range months {
		care[m], ease[m] = random.NormFloat64()*0.5, random.NormFloat64()*0.5
	}
	answers, stays := []string{"answer_id,guest_id,answered_at,recommend,ease,region,room"}, []string{"stay_id,guest_id,decided_at,booked_again,region"}
	start := time.Date(2022, time.December, 1, 0, 0, 0, 0, time.UTC)
	for m := range months {
		month := start.AddDate(0, m, 0)
		asked := 160
		switch m {
		case 3:
			asked = 0
		case 6:
			asked = 12 // below the smallest sample
		case months - 1:
			asked = 60 // half a month
		}
		for i := range asked {
			region := regions[random.IntN(len(regions))]
			score := 8.4 + care[m] + random.NormFloat64()*1.9
			if region == "North" {
				score -= 1.1
			}
			at := month.Add(time.Duration(random.Float64() * 15 * 24 * float64(time.Hour)))
			answers = append(answers, fmt.Sprintf("A%d-%d,G%d-%d,%s,%d,%d,%s,%s", m, i, m, i, at.Format(time.RFC3339),
				clamp(score, 0, 10), clamp(4.8+0.8*ease[m]+random.NormFloat64()*1.2, 1, 7), region, rooms[random.IntN(len(rooms))]))
			if m+lag < months {
				back := 0.5 + 0.14*care[m] + 0.1*ease[m] + 0.02*(score-8.4)
				word := "no"
				if random.Float64() < back {
					word = "yes"
				}
				stays = append(stays, fmt.Sprintf("S%d-%d,G%d-%d,%s,%s,%s", m, i, m, i, at.AddDate(0, lag, 0).Format(time.RFC3339), word, region))
			}
		}
	}
	for name, lines := range map[string][]string{"answers.csv": answers, "stays.csv": stays} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func clamp(v float64, low, high int) int { return max(low, min(high, int(v+0.5))) }
