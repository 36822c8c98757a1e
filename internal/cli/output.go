package cli

import (
	"github.com/spf13/cobra"
)

// addOutput lets a command's user choose among the formats.
func addOutput(command *cobra.Command, output *string) {
	command.Flags().StringVarP(output, "output", "o", "table", "table, json, yaml, csv or markdown")
	completes(command, "output", formats...)
}

// completes offers values for a flag that was declared before.
func completes(command *cobra.Command, flag string, values ...string) {
	err := command.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // no such flag: a mistake in the program
	}
}
