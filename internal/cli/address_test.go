package cli

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// A page that other machines reach says so; one that only this machine reaches does not. An address to open is always told.
func TestWhoReachesThePage(t *testing.T) {
	for address, want := range map[string]struct {
		warned bool
		open   string
	}{
		"127.0.0.1": {false, "127.0.0.1:8080"}, "::1": {false, "[::1]:8080"}, "0.0.0.0": {true, "127.0.0.1:8080"}, "::": {true, "127.0.0.1:8080"}, "192.0.2.7": {true, "192.0.2.7:8080"},
	} {
		var out, warnings bytes.Buffer
		command := &cobra.Command{}
		command.SetOut(&out)
		command.SetErr(&warnings)
		listened := &net.TCPAddr{IP: net.ParseIP(address), Port: 8080}
		if got := here(listened); got != want.open {
			t.Errorf("%s is opened as %s", address, got)
		}
		announce(command, listened, "http://the-address/login?token=x", "demo")
		if strings.Contains(warnings.String(), "reached from other machines") != want.warned || !strings.Contains(out.String(), "\n  http://the-address/login?token=x\n") {
			t.Errorf("%s: %s%s", address, out.String(), warnings.String())
		}
	}
}

func TestPeriodText(t *testing.T) {
	for want, period := range map[string]*plan.Period{
		"none: ": nil, "each month by itself; UTC": {Grain: plan.Month, Window: 1, TimeZone: "UTC"}, "the last 3 months, told every month; Europe/Berlin": {Grain: plan.Month, Window: 3, TimeZone: "Europe/Berlin"},
	} {
		if got := periodText(period); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
