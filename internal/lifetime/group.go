package lifetime

import (
	"fmt"
	"math"
)

// Group is a number of customers with the same history, in a time unit of the caller's choice. All purchases count up to the
// end of the observation, which is the same instant for every group.
type Group struct {
	// Frequency is the number of repeat purchases: all but the first. In the published fits, what is bought on one day is one
	// purchase, whatever the time unit.
	Frequency int
	// Recency is the time from the first purchase to the last; 0 without a repeat purchase.
	Recency float64
	// Age is the time from the first purchase to the end of the observation.
	Age float64
	// Spend is the mean value of a repeat purchase, and of several customers the mean of theirs; ignored without a
	// repeat purchase. Not positive (returns, missing prices) means that it tells nothing of the spread of spend.
	Spend float64
	// Customers is how many they are.
	Customers int64
}

// Counts are how many customers there are, and how many of them bought again.
func Counts(groups []Group) (customers, repeatBuyers int64) {
	for _, g := range groups {
		customers += g.Customers
		if g.Frequency > 0 {
			repeatBuyers += g.Customers
		}
	}
	return customers, repeatBuyers
}

// check names the first group that cannot be.
func check(groups []Group) error {
	for i, g := range groups {
		switch {
		case g.Customers < 0 || g.Frequency < 0:
			return fmt.Errorf("group %d: %d customers with %d repeat purchases: neither can be negative", i, g.Customers, g.Frequency)
		case !(g.Recency >= 0 && g.Recency <= g.Age) || math.IsInf(g.Age, 1):
			return fmt.Errorf("group %d: recency %v and age %v: 0 ≤ recency ≤ age is needed", i, g.Recency, g.Age)
		case g.Frequency == 0 && g.Recency > 0:
			return fmt.Errorf("group %d: recency %v without a repeat purchase: it is the time to the last of them", i, g.Recency)
		case g.Frequency > 0 && (math.IsNaN(g.Spend) || math.IsInf(g.Spend, 0)):
			return fmt.Errorf("group %d: spend is %v", i, g.Spend)
		}
	}
	return nil
}

// Merge restates times in a unit of the given length (7 turns days into weeks) and puts customers together whose times are
// equal in whole units, and whose spend does not differ by more than about the fraction spendStep, such as 0.02. With
// spendStep 0 spend keeps nobody apart, which is enough where it is not fitted.
//
// Customers put together get the mean of their times and spend, so no sum changes. What whole weeks cost in accuracy is in
// docs/performance.md.
func Merge(groups []Group, length, spendStep float64) []Group {
	restated := make([]Group, len(groups))
	for i, g := range groups {
		g.Recency /= length
		g.Age /= length
		restated[i] = g
	}
	histories, place := collect(restated, func(g Group) key {
		return key{frequency: g.Frequency, recency: math.Round(g.Recency), age: math.Round(g.Age)}
	})
	if spendStep <= 0 {
		return histories
	}
	// Those whom only spend keeps apart get the same times, because what follows computes once for each history.
	for i, at := range place {
		restated[i].Recency, restated[i].Age = histories[at].Recency, histories[at].Age
	}
	merged, _ := collect(restated, func(g Group) key {
		k := key{frequency: g.Frequency, recency: g.Recency, age: g.Age}
		if g.spends() {
			k.spend = int(math.Round(math.Log(g.Spend) / math.Log1p(spendStep)))
		}
		return k
	})
	return merged
}

// key is what customers that are put together share.
type key struct {
	frequency, spend int
	recency, age     float64
}

// collect puts groups of the same key together, with the means of their times and spend. It returns them in order of first
// appearance, and the place of each given group among them.
func collect(groups []Group, by func(Group) key) (merged []Group, place []int32) {
	places := make(map[key]int32)
	place = make([]int32, len(groups))
	for i, g := range groups {
		k := by(g)
		at, known := places[k]
		if !known {
			at = int32(len(merged))
			places[k] = at
			merged = append(merged, Group{Frequency: g.Frequency})
		}
		place[i] = at
		into := &merged[at]
		into.Customers += g.Customers
		if g.Customers > 0 {
			// Written so that the mean of equal numbers is that number.
			part := float64(g.Customers) / float64(into.Customers)
			into.Age += part * (g.Age - into.Age)
			into.Recency = min(into.Recency+part*(g.Recency-into.Recency), into.Age)
			into.Spend += part * (g.Spend - into.Spend)
		}
	}
	return merged, place
}
