// Command manager is the operator and the two steps of its runs that speak to the cluster:
//
//	manager controller   reconciles, serves metrics (the default)
//	manager plan         first step of a run: definitions in, plan out
//	manager publish      beside a run's computation: results in, reports out
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the image has no time zone files

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctrl.SetLogger(logr.FromSlogHandler(log.Handler()))
	klog.SetLogger(logr.FromSlogHandler(log.Handler()))

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := command(log).ExecuteContext(ctx)
	stop()
	if err != nil {
		log.Error("the program ended early", "error", err.Error())
		os.Exit(exitCode(err))
	}
}

// exitCode tells the Job whether another pod could fare better.
func exitCode(err error) int {
	if errors.Is(err, planstep.ErrInvalid) {
		return job.ExitInvalid
	}
	return 1
}

func command(log *slog.Logger) *cobra.Command {
	controller := controllerCommand()
	root := &cobra.Command{
		Use:           "manager",
		Short:         "The cpi-operator",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          controller.RunE,
	}
	root.Flags().AddFlagSet(controller.Flags())
	root.AddCommand(controller, planCommand(log), publishCommand(log))
	return root
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme))
	return scheme, err
}

// stepClient is the client of a run's step. It knows the kinds it needs and asks the API server for no others.
func stepClient() (client.Client, error) {
	config, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 50, 100
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, kind := range []string{"DataSource", "Dataset", "CPIDefinition", "KPITarget", "CPILinkage", "IndicatorReport"} {
		mapper.Add(v1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	return client.New(config, client.Options{Scheme: scheme, Mapper: mapper})
}
