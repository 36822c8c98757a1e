package child

import (
	"bufio"
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/query"
)

// abortGrace is how long an interrupted statement may take to stop before the child is killed.
const abortGrace = 2 * time.Second

// Process is a running child. Its methods are for one goroutine at a time.
type Process struct {
	command  *exec.Cmd
	requests *gob.Encoder
	pipe     io.Closer
	replies  *gob.Decoder
	log      *tail
	done     chan struct{} // closed when the child has been reaped
	stop     sync.Once
}

// Death is the error of a call during which the child died.
type Death struct {
	// Memory is true if it died for want of memory.
	Memory bool
	Detail string
}

func (d *Death) Error() string { return "the engine's process died: " + d.Detail }

// Start starts a child and opens its engine. The error is an *EngineError, a *Death or ctx's.
func Start(ctx context.Context, cfg Config) (*Process, error) {
	if isChild() { // else a program that forgets Main starts itself for ever
		return nil, errors.New("a child starts no child: call Main first thing in main or TestMain")
	}
	requestsRead, requestsWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	repliesRead, repliesWrite, err := os.Pipe()
	if err != nil {
		requestsRead.Close()
		requestsWrite.Close()
		return nil, err
	}
	p := &Process{
		command:  exec.Command("/proc/self/exe", argument),
		requests: gob.NewEncoder(requestsWrite),
		pipe:     requestsWrite,
		replies:  gob.NewDecoder(bufio.NewReaderSize(repliesRead, 1<<16)),
		log:      &tail{},
		done:     make(chan struct{}),
	}
	// Nothing of the parent's surroundings: no environment, no credentials in it.
	p.command.Env = []string{"TZ=UTC", "LC_ALL=C.UTF-8", "MALLOC_ARENA_MAX=2"}
	p.command.Dir = cfg.TempDir
	p.command.Stdout, p.command.Stderr = p.log, p.log
	p.command.ExtraFiles = []*os.File{requestsRead, repliesWrite}
	err = p.command.Start()
	requestsRead.Close()
	repliesWrite.Close()
	if err != nil {
		requestsWrite.Close()
		repliesRead.Close()
		return nil, fmt.Errorf("starting the engine's process: %w", err)
	}
	go func() {
		_ = p.command.Wait()
		repliesRead.Close()
		close(p.done)
	}()
	if err := p.call(ctx, request{Open: &cfg}, func(reply) {}); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Alive reports whether the child can take another statement.
func (p *Process) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// PID of the child.
func (p *Process) PID() int { return p.command.Process.Pid }

// Close ends the child, at once.
func (p *Process) Close() {
	p.stop.Do(func() {
		p.pipe.Close()
		_ = p.command.Process.Kill()
		<-p.done
	})
}

// Describe tells the columns of a statement without running it.
func (p *Process) Describe(ctx context.Context, sql string) ([]Column, error) {
	var columns []Column
	err := p.call(ctx, request{Run: &run{SQL: sql, Describe: true}}, func(r reply) { columns = r.Columns })
	return columns, err
}

// Query runs one statement; maxBytes bounds its result, 0 does not. The error is an *EngineError,
// a *Death or ctx's, after which the child may be dead: see Alive.
func (p *Process) Query(ctx context.Context, statement query.Statement, maxBytes int64) (*query.Table, error) {
	args, ok := newArgs(statement.Args)
	if !ok {
		return nil, &EngineError{Class: ClassOther, Message: "a parameter is of a type that no engine takes"}
	}
	var table query.Table
	builder := tableBuilder{table: &table}
	err := p.call(ctx, request{Run: &run{SQL: statement.SQL, Args: args, MaxBytes: maxBytes}}, func(r reply) {
		if r.Columns != nil {
			builder.columns(r.Columns)
		}
		if r.Chunk != nil {
			builder.append(r.Chunk)
		}
	})
	if err != nil {
		return nil, err
	}
	return &table, nil
}

// Stream runs one statement and hands its rows to take, some thousands at a time. An error of take ends it and is
// returned; any other is as Query's.
func (p *Process) Stream(ctx context.Context, statement query.Statement, take func(*query.Table) error) error {
	args, ok := newArgs(statement.Args)
	if !ok {
		return &EngineError{Class: ClassOther, Message: "a parameter is of a type that no engine takes"}
	}
	var columns []Column
	var refused error
	err := p.call(ctx, request{Run: &run{SQL: statement.SQL, Args: args, Stream: true}}, func(r reply) {
		if r.Columns != nil {
			columns = r.Columns
		}
		if r.Chunk == nil || refused != nil {
			return
		}
		var rows query.Table
		builder := tableBuilder{table: &rows}
		builder.columns(columns)
		builder.append(r.Chunk)
		if refused = take(&rows); refused != nil {
			_ = p.requests.Encode(request{Abort: true})
		}
	})
	if refused != nil {
		return refused
	}
	return err
}

// call sends one request and takes its replies to the end. When ctx ends it asks the child to
// stop, then kills it.
func (p *Process) call(ctx context.Context, r request, take func(reply)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.requests.Encode(r); err != nil {
		return p.death()
	}
	finished := make(chan error, 1)
	go func() {
		for {
			var answer reply
			if err := p.replies.Decode(&answer); err != nil {
				finished <- err
				return
			}
			if answer.Done {
				if answer.Error != nil {
					finished <- answer.Error
				} else {
					finished <- nil
				}
				return
			}
			take(answer)
		}
	}()
	var err error
	select {
	case err = <-finished:
	case <-ctx.Done():
		_ = p.requests.Encode(request{Abort: true})
		select {
		case <-finished: //nolint:errcheck // the cancellation is the error to tell
		case <-time.After(abortGrace):
			p.Close()
			<-finished //nolint:errcheck // as above
		}
		return ctx.Err()
	}
	var engine *EngineError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &engine):
		if engine.Fatal {
			p.Close()
		}
		return engine
	default:
		return p.death()
	}
}

// death waits for the child's end and reads its cause.
func (p *Process) death() error {
	// The pipe broke, so the child is going; one that closed it and lingers is ended.
	select {
	case <-p.done:
	case <-time.After(abortGrace):
		p.Close()
	}
	<-p.done
	state := p.command.ProcessState
	output := p.log.String()
	d := &Death{Detail: state.String()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		// Nobody but the kernel's memory killer sends this: the parent has not.
		d.Memory = status.Signal() == syscall.SIGKILL
	}
	for _, sign := range []string{"std::bad_alloc", "out of memory", "cannot allocate memory", "Cannot allocate memory"} {
		d.Memory = d.Memory || strings.Contains(output, sign)
	}
	if line, _, _ := strings.Cut(strings.TrimSpace(output), "\n"); line != "" {
		d.Detail += ": " + line
	}
	return d
}

// tail keeps the first few KiB that a child prints: a crash says first what it is.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailBytes = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(p[:min(len(p), tailBytes-t.buf.Len())])
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
