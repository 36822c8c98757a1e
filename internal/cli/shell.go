package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// forKubectl completes kubectl cpi: kubectl asks an executable of the name kubectl_complete-cpi.
const forKubectl = `#!/bin/sh
exec kubectl-cpi __complete "$@"
`

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|kubectl",
		Short: "Print what makes a shell complete commands, flags and names",
		Long: `Prints a script that makes a shell complete commands, flags, and the names of indicators and claims in the cluster.

As a plug-in (kubectl cpi …) completion is kubectl's, which asks an executable kubectl_complete-cpi on the PATH: that is what
"completion kubectl" prints. bash, zsh and fish are for kubectl-cpi, called by its own name.`,
		Example: `  # kubectl cpi, in every shell in which kubectl itself completes
  kubectl cpi completion kubectl > kubectl_complete-cpi && chmod +x kubectl_complete-cpi   # move it to a folder of your PATH

  # kubectl-cpi, in this bash
  source <(kubectl-cpi completion bash)`,
		ValidArgs: []string{"bash", "zsh", "fish", "kubectl"},
		Args: func(command *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("say for which shell: kubectl cpi %s", command.Use)
			}
			return cobra.OnlyValidArgs(command, args)
		},
		RunE: func(command *cobra.Command, args []string) error {
			out, root := command.OutOrStdout(), command.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			}
			_, err := fmt.Fprint(out, forKubectl)
			return err
		},
	}
}
