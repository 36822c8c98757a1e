package lifetime

import (
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// A million customers like CDNOW's, who came over two years, seen by day. Numbers are in docs/performance.md.
//
//	go test -run '^$' -bench . ./internal/lifetime
func BenchmarkMillion(b *testing.B) {
	const customers = 1_000_000
	ages := make([]float64, 728)
	for i := range ages {
		ages[i] = float64(i+1) / 7
	}
	days := populations[0].drawAt(rand.New(rand.NewPCG(1, 2)), customers, ages)
	for i := range days {
		days[i].Age *= 7
		days[i].Recency = min(days[i].Age, math.Floor(7*days[i].Recency))
	}
	histories, spending := Merge(days, 7, 0), Merge(days, 7, 0.02)
	b.Logf("%d customers: %d weekly histories, %d with spend", customers, len(histories), len(spending))
	h := Horizon{Time: 52, Discount: 0.08, Year: WeeksAYear}
	for _, c := range []struct {
		what string
		run  func() error
	}{
		{"merge", func() error { Merge(days, 7, 0.02); return nil }},
		{"fit purchases, weekly", func() error { _, err := FitBGNBD(histories); return err }},
		{"fit purchases, one by one", func() error { _, err := FitBGNBD(days); return err }},
		{"fit spend, weekly", func() error { _, err := FitGammaGamma(spending); return err }},
		{"expect purchases, weekly", func() error { _, err := ExpectPurchases(histories, h, 0.95); return err }},
		{"expect value, weekly", func() error { _, err := ExpectValue(spending, h, 0.95); return err }},
		{"expect value, one by one", func() error { _, err := ExpectValue(weeks(days), h, 0.95); return err }},
	} {
		b.Run(c.what, func(b *testing.B) {
			start := cpu(b)
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu(b)-start).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// cpu is the processor time of this process, which other work on the machine disturbs less than the clock.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
