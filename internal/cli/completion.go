package cli

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// completeWithin bounds how long a shell waits for names.
const completeWithin = 3 * time.Second

// completeNames offers the names of a namespace's objects of kinds. A cluster that does not answer offers none.
func (f *lookFlags) completeNames(kinds ...string) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c, err := f.connect()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, stop := context.WithTimeout(command.Context(), completeWithin)
		defer stop()
		counts := map[string]int{}
		var found []named
		for _, kind := range kinds {
			var items metav1.PartialObjectMetadataList
			items.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
			if err := c.List(ctx, &items, client.InNamespace(c.Namespace)); err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, item := range items.Items {
				found = append(found, named{kind, item.Name})
				counts[item.Name]++
			}
		}
		var out []cobra.Completion
		for _, n := range found {
			text := n.name
			if counts[n.name] > 1 {
				text = n.String()
			}
			out = append(out, cobra.CompletionWithDesc(text, n.kind))
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}
