package board

import (
	"cmp"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// byName sorts objects; a cache gives them in any order.
func byName[T any, P interface {
	*T
	client.Object
}](items []T) []T {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(P(&a).GetName(), P(&b).GetName()) })
	return items
}
