package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// processes of a pod that run a program, such as /compute, by their ids on this machine: the dev cluster's containers
// are processes here.
func processes(pod *corev1.Pod, program string) []int {
	var out []int
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		if path, err := os.Readlink(folder + "/exe"); err != nil || path != program {
			continue
		}
		groups, err := os.ReadFile(folder + "/cgroup")
		if err != nil || !strings.Contains(string(groups), "pod"+string(pod.UID)) {
			continue
		}
		if id, err := strconv.Atoi(filepath.Base(folder)); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// process waits until a pod runs a program whose command line contains a word, and returns its id.
func process(t *testing.T, pod *corev1.Pod, program, word string) int {
	t.Helper()
	var found int
	eventually(t, fmt.Sprintf("%s %s to run in pod %s", program, word, pod.Name), func(context.Context) error {
		for _, id := range processes(pod, program) {
			command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", id))
			if err == nil && strings.Contains(string(command), word) {
				found = id
				return nil
			}
		}
		return errors.New("no such process")
	})
	return found
}

// kill ends a process as a crash would.
func kill(t *testing.T, id int) {
	t.Helper()
	if err := syscall.Kill(id, syscall.SIGKILL); err != nil {
		t.Fatalf("kill %d: %v", id, err)
	}
}
