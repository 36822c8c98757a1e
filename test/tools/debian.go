package tools

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Install installs a Debian package where root may, and names it where not. Test binaries run side by side and may all
// miss the same one: they take turns, for apt-get refuses to run twice.
func Install(name string) error {
	if os.Getuid() != 0 {
		return errors.New("missing: apt-get install " + name)
	}
	const script = `apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$0"`
	if output, err := exec.Command("flock", "/var/lock/cpi-operator-apt", "sh", "-c", script, name).CombinedOutput(); err != nil {
		return fmt.Errorf("installing %s: %w\n%s", name, err, strings.TrimSpace(string(output)))
	}
	return nil
}
