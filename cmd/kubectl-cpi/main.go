// Command kubectl-cpi is a plug-in of kubectl: it checks and computes definitions in files, and looks at those in a cluster.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // not every machine has time zone files

	"github.com/go-logr/logr"
	_ "golang.org/x/crypto/x509roots/fallback" // nor public certificate authorities
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cpi-operator/cpi-operator/internal/cli"
	"github.com/cpi-operator/cpi-operator/internal/source/files"
)

func main() {
	log.SetLogger(logr.Discard()) // errors are told by commands
	files.Main()                  // returns unless this process is the files engine's child
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := cli.Run(ctx, time.Now(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
