package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/go-sql-driver/mysql"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/login"
)

// classify turns the driver's errors into the source's. ctx is the caller's: its end is told from the engine's own time
// limit.
func (e *engine) classify(ctx context.Context, err error) error {
	if known, ok := errors.AsType[*source.Error](err); ok {
		return known
	}
	my := e.cfg.Source.MySQL
	host := fmt.Sprintf("%s:%d", my.Host, my.Port)
	if isCancelled(ctx) {
		return source.Fail(plan.ComputeInterrupted, err, "the run was ended during this query")
	}
	var (
		server  *mysql.MySQLError
		connect *connectError
		dns     *net.DNSError
		network net.Error
	)
	isConnect := errors.As(err, &connect)
	switch {
	case errors.As(err, &server):
		return e.classifyServer(host, server, isConnect)
	case errors.Is(err, errTooLarge):
		return source.Fail(plan.TooManySegments, err, "the result is larger than %d MiB: break down by fewer or coarser columns", maxResultBytes>>20)
	case login.IsTLS(err), errors.Is(err, mysql.ErrNoTLS):
		return source.FailSource(plan.TLSFailed, err, "TLS with %s failed (mode %s): %s; check the CA, the host's name in the certificate, and whether the server offers TLS", host, my.TLS, login.LastCause(err))
	case errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrUnknownPlugin):
		return source.FailSource(plan.AuthenticationFailed, err, "%s asks for a password in a way that is not spoken here: give the user caching_sha2_password, ed25519 or mysql_native_password", host)
	case errors.As(err, &dns):
		return source.FailSource(plan.SourceUnreachable, err, "host %s has no address: check its name in the DataSource", my.Host)
	case isConnect:
		return source.FailSource(plan.SourceUnreachable, err, "%s cannot be reached: %s; check host and port, and whether a firewall or a network policy stands between", host, login.LastCause(err))
	case errors.Is(err, context.DeadlineExceeded):
		return e.timeout(err)
	case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return source.FailSource(plan.SourceUnreachable, err, "the connection to %s broke during a query: the server restarted, or a firewall or proxy cut it", host)
	default:
		return source.Fail(plan.QueryFailed, err, "%s", source.WithoutValues(login.LastCause(err)))
	}
}

func (e *engine) timeout(err error) error {
	return source.Fail(plan.QueryTimeout, err, "the query ran longer than %s: shorten its history, add an index, or raise limits.queryTimeout of source %s",
		e.cfg.Source.Limits.QueryTimeout, e.cfg.Source.Name)
}

// classifyServer reads the server's error numbers, as MySQL's and MariaDB's manuals list them.
func (e *engine) classifyServer(host string, err *mysql.MySQLError, isConnect bool) error {
	my := e.cfg.Source.MySQL
	message := err.Message
	switch err.Number {
	case 1045, 1698:
		return source.FailSource(plan.AuthenticationFailed, err, "%s does not let this user in: check username and password in the Secret, and from where and with which TLS mode the server takes the user", host)
	case 1129, 1130:
		return source.FailSource(plan.AuthenticationFailed, err, "%s takes no connection from the address that this one came from: %s", host, message)
	case 3159:
		return source.FailSource(plan.TLSFailed, err, "%s takes no connection without TLS: use Require, VerifyCA or VerifyFull", host)
	case 1044:
		if isConnect {
			return source.FailSource(plan.SourceUnreachable, err, "database %q does not exist on %s, or the Secret's user was granted nothing in it", my.Database, host)
		}
		return source.Fail(plan.PermissionDenied, err, "%s: grant SELECT to the Secret's user", message)
	case 1049:
		if isConnect {
			return source.FailSource(plan.SourceUnreachable, err, "database %q does not exist on %s: check its name in the DataSource", my.Database, host)
		}
		return source.Fail(plan.TableMissing, err, "%s: check schema and table in the Dataset", message)
	case 1040, 1203, 1226, 1053, 1927, 1077, 1079, 1152, 1184, 4031:
		return source.FailSource(plan.SourceUnreachable, err, "%s takes or keeps no connection now: %s", host, message)
	case 1142, 1143, 1227, 1370, 1345:
		return source.Fail(plan.PermissionDenied, err, "%s: grant SELECT to the Secret's user", message)
	case 1146, 1109, 1347, 1356:
		return source.Fail(plan.TableMissing, err, "%s: check schema and table in the Dataset", message)
	case 1054, 1052:
		return source.Fail(plan.ColumnMissing, err, "%s: check the column in the Dataset", message)
	case 1690, 1264, 1265, 1292, 1366, 1367, 1411, 1267, 1270, 1271, 1582, 4078, 4079:
		return source.Fail(plan.TypeMismatch, err, "%s: declare a column of the dataset with the type it should have; what does not fit is then counted as rejected", source.WithoutValues(message))
	case 1365:
		return source.Fail(plan.QueryFailed, err, "division by zero: guard the divisor in the Dataset, as in a / nullif(b, 0)")
	case 1969, 3024, 1317:
		return e.timeout(err)
	case 1205, 1213:
		return source.Fail(plan.QueryTimeout, err, "a table stayed locked by another session for too long")
	case 1792, 1290, 1223:
		return source.Fail(plan.QueryRefused, err, "%s: a dataset may only read", message)
	case 1037, 1038, 1041, 3170:
		return source.Fail(plan.OutOfMemory, err, "the server ran out of memory during this query: %s", message)
	case 3, 28, 1021, 1114, 1878, 1030:
		return source.Fail(plan.DiskFull, err, "the server has no room for this query's temporary tables: %s", source.WithoutValues(message))
	case 1104:
		return source.Fail(plan.QueryFailed, err, "the query would read more rows than the server allows (max_join_size)")
	case 1116, 1117, 1118, 1119, 1436, 1473:
		return source.Fail(plan.QueryFailed, err, "the query is too complex for the server: %s", message)
	}
	return source.Fail(plan.QueryFailed, err, "%s (error %d)", source.WithoutValues(message), err.Number)
}
