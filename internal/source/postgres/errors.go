package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/login"
)

// classify turns the driver's errors into the source's. ctx is the caller's: its end is told from
// the engine's own time limit.
func (e *engine) classify(ctx context.Context, err error) error {
	if known, ok := errors.AsType[*source.Error](err); ok {
		return known
	}
	pg := e.cfg.Source.Postgres
	host := fmt.Sprintf("%s:%d", pg.Host, pg.Port)
	if isCancelled(ctx) {
		return source.Fail(plan.ComputeInterrupted, err, "the run was ended during this query")
	}
	var (
		server  *pgconn.PgError
		connect *pgconn.ConnectError
		dns     *net.DNSError
		network net.Error
	)
	isConnect := errors.As(err, &connect)
	switch {
	case errors.As(err, &server):
		return e.classifyServer(host, server)
	case errors.Is(err, errTooLarge):
		return source.Fail(plan.TooManySegments, err, "the result is larger than %d MiB: break down by fewer or coarser columns", maxResultBytes>>20)
	case isTLS(err):
		return source.FailSource(plan.TLSFailed, err, "TLS with %s failed (mode %s): %s; check the CA, the host's name in the certificate, and whether the server offers TLS", host, pg.TLS, login.LastCause(err))
	case errors.As(err, &dns):
		return source.FailSource(plan.SourceUnreachable, err, "host %s has no address: check its name in the DataSource", pg.Host)
	case isConnect:
		return source.FailSource(plan.SourceUnreachable, err, "%s cannot be reached: %s; check host and port, and whether a firewall or a network policy stands between", host, login.LastCause(err))
	case errors.Is(err, context.DeadlineExceeded):
		return e.timeout(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return source.FailSource(plan.SourceUnreachable, err, "the connection to %s broke during a query: the server restarted, or a firewall or proxy cut it", host)
	default:
		return source.Fail(plan.QueryFailed, err, "%s", source.WithoutValues(login.LastCause(err)))
	}
}

func (e *engine) timeout(err error) error {
	return source.Fail(plan.QueryTimeout, err, "the query ran longer than %s: shorten its history, add an index, or raise limits.queryTimeout of source %s",
		e.cfg.Source.Limits.QueryTimeout, e.cfg.Source.Name)
}

// classifyServer reads SQLSTATE, as listed in PostgreSQL's appendix A.
func (e *engine) classifyServer(host string, err *pgconn.PgError) error {
	pg := e.cfg.Source.Postgres
	message := err.Message
	switch err.Code {
	case "28P01":
		return source.FailSource(plan.AuthenticationFailed, err, "%s does not take this user's password: check username and password in the Secret", host)
	case "28000":
		if strings.Contains(message, "no encryption") || strings.Contains(message, "SSL off") {
			return source.FailSource(plan.TLSFailed, err, "%s takes no connection without TLS: use Require, VerifyCA or VerifyFull", host)
		}
		return source.FailSource(plan.AuthenticationFailed, err, "%s does not let this user in: check the username in the Secret and the server's pg_hba.conf", host)
	case "3D000":
		return source.FailSource(plan.SourceUnreachable, err, "database %q does not exist on %s: check its name in the DataSource", pg.Database, host)
	case "53300", "57P03":
		return source.FailSource(plan.SourceUnreachable, err, "%s takes no connection now: %s", host, message)
	case "57P01", "57P02", "57P05":
		return source.FailSource(plan.SourceUnreachable, err, "%s ended the connection during a query: the server restarted, or an administrator ended it", host)
	case "42501":
		return source.Fail(plan.PermissionDenied, err, "%s: grant SELECT to the Secret's user", message)
	case "42P01", "3F000":
		return source.Fail(plan.TableMissing, err, "%s: check schema and table in the Dataset", message)
	case "42703":
		return source.Fail(plan.ColumnMissing, err, "%s%s", message, hint(err))
	case "42804", "42883", "42725", "42P18", "42846":
		return source.Fail(plan.TypeMismatch, err, "%s: declare a column of the dataset with the type it should have", message)
	case "22012":
		return source.Fail(plan.QueryFailed, err, "division by zero: guard the divisor in the Dataset, as in a / nullif(b, 0)")
	case "57014":
		return e.timeout(err)
	case "55P03":
		return source.Fail(plan.QueryTimeout, err, "a table stayed locked by another session for too long")
	case "25006":
		return source.Fail(plan.QueryRefused, err, "%s: a dataset may only read", message)
	case "54001", "54023", "54011":
		return source.Fail(plan.QueryFailed, err, "the query is too complex for the server: %s", message)
	case "53200":
		return source.Fail(plan.OutOfMemory, err, "the server ran out of memory during this query")
	case "53100":
		return source.Fail(plan.DiskFull, err, "the server has no disk space for this query's temporary files")
	case "53400":
		return source.Fail(plan.DiskFull, err, "the query needs more temporary space than the server allows (temp_file_limit)")
	}
	switch err.Code[:2] {
	case "08":
		return source.FailSource(plan.SourceUnreachable, err, "the connection to %s failed: %s", host, message)
	case "22":
		return source.Fail(plan.TypeMismatch, err, "%s: declare a column of the dataset with the type it should have; what does not fit is then counted as rejected", source.WithoutValues(message))
	case "XX":
		return source.Fail(plan.EngineCrashed, err, "the server failed within: %s", source.WithoutValues(message))
	}
	return source.Fail(plan.QueryFailed, err, "%s (SQLSTATE %s)", source.WithoutValues(message), err.Code)
}

func hint(err *pgconn.PgError) string {
	if err.Hint == "" {
		return ": check the column in the Dataset"
	}
	return ": " + err.Hint
}
