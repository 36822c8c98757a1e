package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/cpi-operator/cpi-operator/internal/console"
	"github.com/cpi-operator/cpi-operator/internal/console/live"
)

// uiFlags are those of ui.
type uiFlags struct {
	lookFlags
	everywhere bool
	address    string
	open       bool
}

func uiCommand(now time.Time) *cobra.Command {
	var flags uiFlags
	command := &cobra.Command{
		Use:   "ui",
		Short: "Show a namespace in the browser, read only",
		Long: `Serves a page on this machine until it is interrupted, and prints its address: an overview with problems first, a page for each
indicator and each claim with their charts, and the graph of what should move what. It reads with your own rights, changes nothing, and
loads nothing from elsewhere.

Only who has the whole printed address sees the page: it ends in a secret, which other people on this machine do not know.
Definitions in files are computed once, and again when one of the files has changed.`,
		Example: `  # the namespace of the present context
  kubectl cpi ui --open

  # every namespace
  kubectl cpi ui --all-namespaces

  # definitions in files
  kubectl cpi ui -f config/samples`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return flags.run(command, now) },
	}
	flags.add(command)
	command.Flags().BoolVarP(&flags.everywhere, "all-namespaces", "A", false, "show every namespace that has definitions")
	command.MarkFlagsMutuallyExclusive("all-namespaces", "namespace")
	command.MarkFlagsMutuallyExclusive("all-namespaces", "filename")
	command.Flags().StringVar(&flags.address, "address", "127.0.0.1:0", "where to listen; port 0 is any that is free. Beyond this machine the page is not encrypted")
	command.Flags().BoolVar(&flags.open, "open", false, "open the page in the browser")
	return command
}

func (f *uiFlags) run(command *cobra.Command, now time.Time) error {
	log.SetLogger(logr.Discard()) // what goes wrong is on the page
	klog.SetLogger(logr.Discard())
	ctx, stop := context.WithCancel(command.Context())
	defer stop()
	source, origin, err := f.source(ctx, command, now)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", f.address)
	if err != nil {
		return fmt.Errorf("--address %s: %w", f.address, err)
	}
	host, _, _ := net.SplitHostPort(f.address) // it was listened to
	token := rand.Text()
	handler, err := console.New(source, console.Options{Token: token, Hosts: strings.Fields(host), Origin: origin, Files: f.paths})
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://%s%s?token=%s", here(listener.Addr()), console.LoginPath, token)
	announce(command, listener.Addr(), url, origin)
	if f.open {
		remove, err := openBrowser(url)
		defer remove()
		if err != nil {
			fmt.Fprintf(command.ErrOrStderr(), "warning: no browser was opened: %v\n", err)
		}
	}
	return serve(ctx, listener, handler)
}

// source of what is shown, and where it is from. It has been read once, so that what is wrong is told here.
func (f *uiFlags) source(ctx context.Context, command *cobra.Command, now time.Time) (console.Source, string, error) {
	if files := f.files(); files != nil {
		source := &fileBoards{flags: &f.lookFlags, files: files, command: command, clock: since(now)}
		_, err := source.Namespaces(ctx)
		return source, strings.Join(f.paths, ", "), err
	}
	if f.data.given() {
		return nil, "", errAboutFiles
	}
	c, err := f.connect()
	if err != nil {
		return nil, "", err
	}
	options := live.Options{Config: c.config, Scheme: clusterScheme(), Namespace: c.Namespace, Clock: since(now), Explain: clusterError}
	if f.everywhere {
		options.Namespace = ""
	}
	source, err := live.New(ctx, c, options)
	if err != nil {
		return nil, "", err
	}
	_, err = source.Objects(ctx, options.Namespace)
	return source, cmp.Or(c.Context, c.config.Host), err
}

// here is how an address is called on this machine: one that stands for all of its addresses is none to open.
func here(address net.Addr) string {
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
	}
	return address.String()
}

// announce the address.
func announce(command *cobra.Command, address net.Addr, url, origin string) {
	fmt.Fprintf(command.OutOrStdout(), "%s is shown at\n\n  %s\n\nfor whoever has this whole address. End with Ctrl-C.\n", origin, url)
	if tcp, ok := address.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		fmt.Fprintln(command.ErrOrStderr(), "warning: the page is reached from other machines, over http: whoever listens on the way reads it, the secret included")
	}
}

// serve until the context ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      5 * time.Minute, // definitions in files may be computed meanwhile
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() }) // nobody waits for a page of a command that was ended
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// shifted is a clock that began at an instant which the caller chose.
type shifted struct {
	began, real time.Time
}

var realClock clock.PassiveClock = clock.RealClock{}

func since(now time.Time) clock.PassiveClock { return shifted{began: now, real: realClock.Now()} }

// Now is the chosen instant and what has passed since.
func (s shifted) Now() time.Time { return s.began.Add(realClock.Since(s.real)) }

// Since an instant of this clock.
func (s shifted) Since(t time.Time) time.Duration { return s.Now().Sub(t) }
