package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// started is the program as a process of its own, busy with a query that never ends.
type started struct {
	*exec.Cmd
	folder plan.ResultsFolder
	log    bytes.Buffer
}

const asMain = "COMPUTE_TEST_AS_MAIN"

// start runs the program on two indicators: one that is soon done, and one whose query has no end.
func start(t *testing.T) *started {
	t.Helper()
	endless := work(t)
	endless.Source.Limits.QueryTimeout = time.Hour
	many := filepath.Join(t.TempDir(), "many.csv")
	if err := os.WriteFile(many, []byte("amount\n"+strings.Repeat("1\n", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	endless.Source.Files.Tables = append(endless.Source.Files.Tables, plan.FileTable{Name: "many", Format: plan.CSV, Path: many})
	endless.Datasets = append(endless.Datasets, plan.Dataset{
		Name: "endless", Tables: []string{"many"}, Query: "SELECT a.amount FROM many a, many b, many c, many d",
	})
	endless.Indicators[1].Dataset = "endless"

	dir := t.TempDir()
	file := filepath.Join(dir, "plan.json")
	if err := plan.Write(file, endless); err != nil {
		t.Fatal(err)
	}
	results := filepath.Join(dir, "results")
	if err := os.Mkdir(results, 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	s := &started{Cmd: exec.Command(program, "--plan", file, "--results", results, "--scratch", scratch), folder: plan.ResultsFolder(results)}
	s.Env, s.Stderr = append(os.Environ(), asMain+"=1"), &s.log
	s.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.clear(t, scratch) })
	s.awaitEndless(t)
	return s
}

// awaitEndless returns when the query without end is under way.
func (s *started) awaitEndless(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if attempt, found, err := s.folder.ReadAttempt(); err == nil && found && attempt.Dataset == "endless" {
			return
		}
	}
	t.Fatalf("the second dataset was never attempted: %s", &s.log)
}

// clear ends the process with its engine, which outlives a killed parent for a moment and writes on, and empties the scratch folder.
func (s *started) clear(t *testing.T, scratch string) {
	t.Helper()
	_ = syscall.Kill(-s.Process.Pid, syscall.SIGKILL)
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if err = os.RemoveAll(scratch); err == nil {
			return
		}
	}
	t.Errorf("the engine of a dead process still writes: %v", err)
}

// exit waits for the process and returns its exit code.
func (s *started) exit(t *testing.T) int {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.Wait() }()
	select {
	case err := <-ended:
		if failed := (&exec.ExitError{}); err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
		return s.ProcessState.ExitCode()
	case <-time.After(time.Minute):
		t.Fatal("the process does not end")
		return 0
	}
}

func TestTermFlushesWhatIsReady(t *testing.T) {
	s := start(t)
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := s.exit(t); code != exitInterrupted {
		t.Errorf("exit code %d, want %d: %s", code, exitInterrupted, &s.log)
	}
	done := doneOf(t, s.folder)
	if !done.Interrupted || done.Succeeded != 1 || done.Failed != 0 || done.Source != nil {
		t.Errorf("done.json %+v, want interrupted after one value, without failures", done)
	}
	if result, err := s.folder.ReadResult("0-KPITarget-revenue.json"); err != nil || result.Numbers == nil {
		t.Errorf("what was ready is lost: %v %+v", err, result)
	}
	if names, err := s.folder.Results(); len(names) != 1 || err != nil {
		t.Errorf("results %q %v, want none for what had no turn", names, err)
	}
}

func TestKilledProcessLeavesItsAttempt(t *testing.T) {
	s := start(t)
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.exit(t)
	if _, found, err := s.folder.ReadDone(); found || err != nil {
		t.Errorf("a killed process is done: %v", err)
	}
	attempt, found, err := s.folder.ReadAttempt()
	if err != nil || !found || fmt.Sprint(attempt.Keys) != "[KPITarget/margin]" {
		t.Errorf("attempt %+v %v, want the indicator in flight", attempt, err)
	}
	if result, err := s.folder.ReadResult("0-KPITarget-revenue.json"); err != nil || result.Numbers == nil {
		t.Errorf("what was ready is lost: %v %+v", err, result)
	}
}
