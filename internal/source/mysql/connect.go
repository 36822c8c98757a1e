package mysql

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source/login"
)

// connectConfig is built from the plan and the mounted Secret alone. What the driver could do beside reading is off:
// several statements at a time, files of this machine, passwords in plain text.
func connectConfig(s plan.Source) (*mysql.Config, error) {
	my := s.MySQL
	user, password, err := login.Credentials(my.CredentialsDir)
	if err != nil {
		return nil, err
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd, cfg.DBName = user, password, my.Database
	cfg.Net, cfg.Addr = "tcp", net.JoinHostPort(my.Host, strconv.Itoa(my.Port))
	cfg.Collation = "utf8mb4_bin"
	cfg.ConnectionAttributes = "program_name:cpi-operator " + s.Namespace + "/" + s.Name
	cfg.Logger = &mysql.NopLogger{} // what it would say comes back as an error
	cfg.DialFunc = (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	cfg.MultiStatements, cfg.AllowAllFiles, cfg.AllowCleartextPasswords, cfg.AllowOldPasswords = false, false, false, false
	cfg.AllowFallbackToPlaintext, cfg.InterpolateParams, cfg.ParseTime = false, false, false
	cfg.TLS, err = login.TLS(my.Host, my.TLS, my.CAPath)
	return cfg, err
}

// connectError is a failure before the server let us in.
type connectError struct{ error }

func (e *connectError) Unwrap() error { return e.error }

func isCancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
