package child

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"os"
	"runtime/debug"
)

// The child reads requests from descriptor 3 and writes replies to 4: what the engine prints on
// standard output cannot be taken for an answer.
const (
	requestsFD = 3
	repliesFD  = 4
)

// argument is the hidden first argument that makes the program a child.
const argument = "engine-child"

// goMemory bounds the child's own heap, which holds a chunk or two.
const goMemory = 32 << 20

// Main turns the process into an engine child if it was started as one, and never returns then.
// It is the first call of main and of TestMain in every program that opens such an engine.
func Main() {
	if !isChild() {
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "engine child:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// isChild reports whether the process was started as an engine child.
func isChild() bool { return len(os.Args) == 2 && os.Args[1] == argument }

func serve() error {
	debug.SetMemoryLimit(goMemory)
	requests := gob.NewDecoder(bufio.NewReader(os.NewFile(requestsFD, "requests")))
	out := bufio.NewWriterSize(os.NewFile(repliesFD, "replies"), 1<<16)
	replies := gob.NewEncoder(out)
	send := func(r reply) error {
		if err := replies.Encode(r); err != nil {
			return err
		}
		return out.Flush()
	}

	var first request
	if err := requests.Decode(&first); err != nil {
		return fmt.Errorf("reading the first request: %w", err)
	}
	if first.Open == nil {
		return fmt.Errorf("the first request does not open an engine")
	}
	if err := confine(first.Open.MemoryBytes); err != nil {
		return err
	}
	engine, failure := openEngine(*first.Open)
	if failure != nil {
		return send(reply{Done: true, Error: failure})
	}
	if err := send(reply{Done: true}); err != nil {
		return err
	}

	runs := make(chan run)
	go func() {
		defer close(runs)
		for {
			var r request
			if err := requests.Decode(&r); err != nil {
				// The parent is gone, or is done: whatever runs serves nobody.
				engine.interrupt()
				return
			}
			if r.Abort {
				engine.interrupt()
			}
			if r.Run != nil {
				runs <- *r.Run
			}
		}
	}()
	for r := range runs {
		failure, err := engine.run(r, send)
		if err == nil {
			err = send(reply{Done: true, Error: failure})
		}
		if err != nil {
			return fmt.Errorf("replying: %w", err)
		}
	}
	engine.close()
	return nil
}
