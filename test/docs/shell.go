package docs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// shell is one bash in which commands run one after the other.
type shell struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// ended is the line that ends what a command prints.
const ended = "--- the command has ended with"

func startShell(ctx context.Context, folder string, environment []string) (*shell, error) {
	s := &shell{cmd: exec.CommandContext(ctx, "bash", "--norc", "--noprofile")}
	s.cmd.Dir, s.cmd.Env = folder, environment
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what it leaves behind ends with it
	s.cmd.Cancel = func() error { return syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = s.cmd.Stdout
	s.in, s.out = in, bufio.NewReader(out)
	return s, s.cmd.Start()
}

// run a command, and give the lines that it prints on both streams, and its exit code.
func (s *shell) run(command string) (lines []string, code int, err error) {
	if _, err := fmt.Fprintf(s.in, "{ %s\n} </dev/null 2>&1\nprintf '\\n%s %%d\\n' $?\n", command, ended); err != nil {
		return nil, 0, err
	}
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			return lines, 0, fmt.Errorf("the shell ends in the middle of %q: %w", command, err)
		}
		line = strings.TrimSuffix(line, "\n")
		if text, found := strings.CutPrefix(line, ended+" "); found {
			code, err = strconv.Atoi(text)
			for len(lines) > 0 && lines[len(lines)-1] == "" {
				lines = lines[:len(lines)-1]
			}
			return lines, code, err
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
}

// stop the shell and all that it has started.
func (s *shell) stop() {
	_ = s.in.Close()
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM)
	_ = s.cmd.Wait()
}
