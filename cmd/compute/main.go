// Command compute turns a plan into results. It reads a file and the data source, writes a folder, and
// holds no client and no token of the cluster.
//
// Exit codes:
//
//	0  every indicator had its turn; those that failed say so in their results
//	1  unexpected: the results cannot be written, or the program crashed; another try may help
//	2  the plan or the flags cannot be read; another try would not help
//	3  the data source could not be used; the results say why, the next scheduled run tries again
//	4  told to stop before the end; what was ready is written
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the image has no time zone files

	_ "golang.org/x/crypto/x509roots/fallback" // nor public certificate authorities

	"github.com/cpi-operator/cpi-operator/internal/compute"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/runner"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

const (
	exitDone         = 0
	exitUnexpected   = 1
	exitInvalid      = 2
	exitSourceFailed = 3
	exitInterrupted  = 4
)

func main() {
	files.Main() // returns unless this process is the files engine's child
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process around it.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	flags := flag.NewFlagSet("compute", flag.ContinueOnError)
	flags.SetOutput(stderr)
	planFile := flags.String("plan", "", "file with the plan")
	results := flags.String("results", "", "folder for the results; it must exist")
	scratch := flags.String("scratch", os.TempDir(), "folder for imported tables and what does not fit in memory")
	scratchBytes := flags.Int64("scratch-bytes", 0, "how much queries may spill there and one download may hold; 0: the engine decides")
	if err := flags.Parse(args); err != nil {
		return exitInvalid
	}
	if *planFile == "" || *results == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "usage: compute --plan FILE --results DIR [--scratch DIR] [--scratch-bytes N]")
		return exitInvalid
	}
	work, err := plan.Read(*planFile)
	if err != nil {
		log.Error("the plan cannot be read", "error", err.Error())
		return exitInvalid
	}
	limitMemory(&work)

	log = log.With("run", work.Run, "source", work.Source.Namespace+"/"+work.Source.Name)
	folder := compute.Folder{ResultsFolder: plan.ResultsFolder(*results)}
	done, err := runner.Compute(ctx, work, runner.Scratch{Dir: *scratch, Bytes: *scratchBytes}, folder, log)
	if err == nil {
		err = folder.WriteDone(done)
	}
	if err != nil {
		log.Error("the run ended early", "error", err.Error())
		return exitUnexpected
	}
	log.Info("done", "expected", done.Expected, "succeeded", done.Succeeded, "failed", done.Failed, "interrupted", done.Interrupted)
	switch {
	case done.Interrupted:
		return exitInterrupted
	case done.Source != nil:
		return exitSourceFailed
	}
	return exitDone
}
