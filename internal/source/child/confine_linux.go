package child

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// headroom is what the child may hold beyond the engine's own limit: the Go runtime, thread
// stacks and buffers that the engine does not count. Measured: 55–80 MB in use; the rest is
// address space that is reserved and never touched.
const headroom = 320 << 20

// confine makes the child the first victim when memory runs out, and lets one huge allocation
// fail instead of taking the pod's memory. RLIMIT_DATA counts private writable memory; RLIMIT_AS
// would also count the address space that Go and DuckDB merely reserve.
func confine(memory int64) error {
	// Not fatal: a hardened node may mount /proc read-only.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	if memory <= 0 {
		return nil
	}
	bytes := uint64(memory + headroom)
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		return fmt.Errorf("limiting memory: %w", err)
	}
	return nil
}
