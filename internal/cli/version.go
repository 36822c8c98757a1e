package cli

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// toldVersion is the build as programs read it.
type toldVersion struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// build is what the linker noted of this binary; a version is known of one that was installed as a module.
func build() toldVersion {
	out := toldVersion{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	out.Version = cmp.Or(info.Main.Version, out.Version)
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			out.Commit = setting.Value
		}
	}
	return out
}

func versionCommand() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this command",
		Long:    "Prints the version of this command, with the commit, where the build noted it, and Go's version.",
		Example: "  kubectl cpi version",
		Args:    noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := checkFormat(output); err != nil {
				return err
			}
			told := build()
			var s section
			s.state("Version", told.Version)
			s.state("Commit", told.Commit)
			s.state("Go", told.Go)
			s.state("Platform", told.Platform)
			d := &document{title: "kubectl cpi", data: told}
			d.add(s)
			return d.print(command.OutOrStdout(), output)
		},
	}
	addOutput(command, &output)
	return command
}
