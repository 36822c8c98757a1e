package cli

import (
	"context"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/board"
)

// completeWithin bounds how long a shell waits for names.
const completeWithin = 3 * time.Second

// completeNames offers the names of objects of kinds. A cluster that does not answer, or files that cannot be read, offer
// none: nobody wants an error while typing.
func (f *lookFlags) completeNames(kinds ...string) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, stop := context.WithTimeout(command.Context(), completeWithin)
		defer stop()
		found := f.names(ctx, kinds)
		counts := map[string]int{}
		for _, n := range found {
			counts[n.name]++
		}
		var out []cobra.Completion
		for _, n := range found {
			text := n.name
			if kind, _, qualified := strings.Cut(begun, "/"); qualified && kindNames[strings.ToLower(kind)] == n.kind {
				text = kind + "/" + n.name
			} else if counts[n.name] > 1 {
				text = n.String()
			}
			out = append(out, cobra.CompletionWithDesc(text, n.kind))
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

func (f *lookFlags) names(ctx context.Context, kinds []string) []named {
	var out []named
	if files := f.files(); files != nil {
		namespaces, _, err := files.load(ctx, nil)
		if err != nil {
			return nil
		}
		for _, n := range namespaces {
			out = append(out, namesOf(board.Objects{CPIs: n.CPIs, KPIs: n.KPIs, Linkages: n.Linkages, Scorecards: n.Scorecards}, kinds...)...)
		}
		return out
	}
	c, err := f.connect()
	if err != nil {
		return nil
	}
	for _, kind := range kinds {
		var items metav1.PartialObjectMetadataList
		items.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		if err := c.List(ctx, &items, client.InNamespace(c.Namespace)); err != nil {
			return nil
		}
		for _, item := range items.Items {
			out = append(out, named{kind, item.Name})
		}
	}
	return out
}
