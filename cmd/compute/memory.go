package main

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

const (
	// beside is what this process may hold beside the files engine's child, which does the work there.
	beside = 96 << 20
	// unlimited: cgroup v1 says "no limit" with a number that no machine has.
	unlimited = 1 << 50
)

// limitMemory fills in the memory limit from the container, where the plan does not tell it, and makes
// Go's collector respect it. GOMEMLIMIT, where set, wins.
func limitMemory(work *plan.Plan) {
	declared := &work.Source
	if declared.Limits.MemoryBytes == 0 {
		declared.Limits.MemoryBytes = containerMemory("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
	}
	limit := declared.Limits.MemoryBytes
	for i := range work.Others { // engines take turns
		work.Others[i].Limits.MemoryBytes = limit
	}
	if limit == 0 || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if declared.Files != nil || len(work.Others) > 0 {
		debug.SetMemoryLimit(min(beside, limit/4))
		return
	}
	debug.SetMemoryLimit(limit / 10 * 9)
}

// containerMemory reads the first cgroup file that tells a limit in bytes; 0 if none does.
func containerMemory(files ...string) int64 {
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		limit, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64)
		if err == nil && limit < unlimited {
			return limit
		}
	}
	return 0
}
