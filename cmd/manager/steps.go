package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/utils/clock"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/publish"
)

func planCommand(log *slog.Logger) *cobra.Command {
	step := planstep.Step{Log: log}
	command := &cobra.Command{
		Use:   "plan",
		Short: "Read a data source's definitions and write the plan of a run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := stepClient()
			if err != nil {
				return err
			}
			step.Client, step.Now = c, time.Now().UTC().Truncate(time.Second)
			return step.Do(cmd.Context())
		},
	}
	flags := command.Flags()
	flags.StringVar(&step.Namespace, "namespace", os.Getenv("NAMESPACE"), "namespace of the data source")
	flags.StringVar(&step.Source, "source", "", "name of the data source")
	flags.StringVar(&step.Linkage, "linkage", "", "name of the linkage that the run is for; empty: all that reads the source")
	flags.StringVar(&step.Run, "run", os.Getenv("RUN"), "name of the run")
	flags.StringVar(&step.Output, "output", "", "file for the plan")
	require(command, "source", "output")
	return command
}

func publishCommand(log *slog.Logger) *cobra.Command {
	publisher := publish.Publisher{Clock: clock.RealClock{}, Log: log}
	var planFile, results, readyAddress string
	command := &cobra.Command{
		Use:   "publish",
		Short: "Write a run's results to the reports as they arrive, until told to stop",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := stepClient()
			if err != nil {
				return err
			}
			publisher.Client, publisher.Results = c, plan.ResultsFolder(results)
			if publisher.Plan, err = plan.Read(planFile); err != nil {
				return err
			}
			if readyAddress != "" {
				if err := announce(cmd.Context(), readyAddress); err != nil {
					return err
				}
			}
			return publisher.Run(cmd.Context())
		},
	}
	flags := command.Flags()
	flags.StringVar(&publisher.Namespace, "namespace", os.Getenv("NAMESPACE"), "namespace of the data source")
	flags.StringVar(&publisher.Source, "source", "", "name of the data source")
	flags.StringVar(&publisher.Linkage, "linkage", "", "name of the linkage that the run is for; empty: all that reads the source")
	flags.StringVar(&planFile, "plan", "", "file with the plan")
	flags.StringVar(&results, "results", "", "folder with the results")
	flags.StringVar(&readyAddress, "ready-address", "", "address that answers from when the step listens for the signal to stop; none by default")
	flags.StringVar(&publisher.Message, "message", "/dev/termination-log", "file for the run's summary")
	flags.DurationVar(&publisher.Every, "every", 500*time.Millisecond, "how often to look for results")
	flags.DurationVar(&publisher.Flush, "flush", 110*time.Second, "how long to go on trying after the computation has ended")
	require(command, "source", "plan", "results")
	return command
}

// announce answers every request at an address, until the process ends.
func announce(ctx context.Context, address string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go func() { _ = server.Serve(listener) }()
	return nil
}

// require marks flags that have no default.
func require(command *cobra.Command, names ...string) {
	for _, name := range names {
		if err := command.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is declared just above
		}
	}
}
