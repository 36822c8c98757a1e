package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/login"
)

// connectConfig is built from the plan and the mounted Secret alone: no environment variable, no
// password file.
func connectConfig(s plan.Source) (*pgx.ConnConfig, error) {
	pg := s.Postgres
	user, password, err := login.Credentials(pg.CredentialsDir)
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
	cfg.TLSConfig, err = login.TLS(pg.Host, pg.TLS, pg.CAPath)
	return cfg, err
}

// isTLS reports whether err is about certificates or the TLS handshake.
func isTLS(err error) bool {
	return login.IsTLS(err) || strings.Contains(err.Error(), "server refused TLS connection")
}

func isCancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
