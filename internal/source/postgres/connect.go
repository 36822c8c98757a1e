package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// connectConfig is built from the plan and the mounted Secret alone: no environment variable, no
// password file.
func connectConfig(s plan.Source) (*pgx.ConnConfig, error) {
	pg := s.Postgres
	user, err := credential(pg.CredentialsDir, "username")
	if err != nil {
		return nil, err
	}
	password, err := credential(pg.CredentialsDir, "password")
	if err != nil {
		return nil, err
	}
	cfg, err := pgx.ParseConfig("host=localhost sslmode=disable")
	if err != nil {
		return nil, source.FailSource(plan.SourceUnreachable, err, "source %s: the driver cannot be configured", s.Name)
	}
	cfg.Host, cfg.Port, cfg.Database = pg.Host, uint16(pg.Port), pg.Database
	cfg.User, cfg.Password = user, password
	cfg.RuntimeParams = map[string]string{"application_name": "cpi-operator " + s.Namespace + "/" + s.Name}
	cfg.Fallbacks = nil
	cfg.ConnectTimeout = 20 * time.Second
	cfg.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	cfg.DialFunc = (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelGrace}
	}
	cfg.TLSConfig, err = tlsConfig(pg)
	return cfg, err
}

func credential(dir, key string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, key))
	if err != nil {
		return "", source.FailSource(plan.SecretMissing, err, "the Secret with the database's credentials has no key %q: create it", key)
	}
	// A file made by an editor, or with echo, ends in a newline that no one means.
	return strings.TrimRight(string(content), "\r\n"), nil
}

// tlsConfig is nil for plain text. There is no fallback from one mode to another.
func tlsConfig(pg *plan.Postgres) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: pg.Host}
	if pg.CAPath != "" {
		pem, err := os.ReadFile(pg.CAPath)
		if err != nil {
			return nil, source.FailSource(plan.SecretMissing, err, "the CA file %s is not there: add the key to its Secret or ConfigMap", filepath.Base(pg.CAPath))
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, source.FailSource(plan.TLSFailed, nil, "the CA file %s holds no PEM certificate", filepath.Base(pg.CAPath))
		}
	}
	switch pg.TLS {
	case "Disable":
		return nil, nil
	case "Require":
		cfg.InsecureSkipVerify = true // encrypted, but to anyone: what this mode means
	case "VerifyCA":
		cfg.InsecureSkipVerify = true // the host's name is not checked, the chain is, here:
		cfg.VerifyConnection = verifyChain(cfg.RootCAs)
	case "VerifyFull", "":
	default:
		return nil, source.FailSource(plan.TLSFailed, nil, "TLS mode %q is unknown: use Disable, Require, VerifyCA or VerifyFull", pg.TLS)
	}
	return cfg, nil
}

func verifyChain(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("x509: the server sent no certificate")
		}
		intermediates := x509.NewCertPool()
		for _, certificate := range state.PeerCertificates[1:] {
			intermediates.AddCert(certificate)
		}
		_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates})
		if err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
}

// isTLS reports whether err is about certificates or the TLS handshake.
func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
		unknown      x509.UnknownAuthorityError
		hostname     x509.HostnameError
	)
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &unknown) ||
		errors.As(err, &hostname) || strings.Contains(err.Error(), "server refused TLS connection")
}

func isCancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
