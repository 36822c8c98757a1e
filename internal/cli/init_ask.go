package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/printable"
	"github.com/cpi-operator/cpi-operator/internal/starter"
)

// prompt asks on one stream and reads the answers, a line each, from another.
type prompt struct {
	in  *bufio.Scanner
	out io.Writer
	// echo answers: a terminal does so by itself, a pipe does not.
	echo bool
}

func newPrompt(in io.Reader, out io.Writer) *prompt {
	keyboard, ok := in.(*os.File)
	return &prompt{in: bufio.NewScanner(in), out: out, echo: !ok || !isTerminal(keyboard)}
}

// tries is how often a question is answered in vain before it is given up: a program that answers would never end.
const tries = 3

// ask until there is an answer that fits. The first option is what an empty line means.
func (p *prompt) ask(ctx context.Context, q starter.Question) (string, error) {
	fmt.Fprintln(p.out, printable.Line(q.Text))
	for i, o := range q.Options {
		why := ""
		if o.Why != "" {
			why = "  (" + o.Why + ")"
		}
		fmt.Fprintf(p.out, "  %d  %s\n", i+1, printable.Line(o.Value+why))
	}
	for range tries {
		if len(q.Options) > 0 {
			fmt.Fprintf(p.out, "Number or name [%s]: ", printable.Line(q.Options[0].Value))
		} else {
			fmt.Fprint(p.out, "> ")
		}
		line, err := p.line(ctx)
		if err != nil {
			fmt.Fprintln(p.out)
			return "", err
		}
		if p.echo {
			fmt.Fprintln(p.out, printable.Line(line))
		}
		answer, ok := chosen(line, q.Options)
		switch {
		case ok:
			return answer, nil
		case len(q.Options) > 0:
			fmt.Fprintf(p.out, "%q is none of them: give a number from 1 to %d, or a name as it stands there.\n", line, len(q.Options))
		default:
			fmt.Fprintln(p.out, "An answer is needed.")
		}
	}
	beforehand := ""
	if q.Flag != "" {
		beforehand = ": --" + q.Flag + " tells it beforehand"
	}
	return "", fmt.Errorf("%s None of %d answers fitted%s", q.Text, tries, beforehand)
}

// errStopped is what came instead of an answer when the command was told to stop.
var errStopped = errors.New("stopped before all was answered; nothing was written")

// line that is typed next, without the space around it. Reading cannot be cut short: when the command is told to stop, it goes
// without it.
func (p *prompt) line(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", errStopped
	}
	read := make(chan bool, 1)
	go func() { read <- p.in.Scan() }()
	select {
	case <-ctx.Done():
		return "", errStopped
	case more := <-read:
		switch {
		case more:
			return strings.TrimSpace(p.in.Text()), nil
		case p.in.Err() != nil:
			return "", p.in.Err()
		}
		return "", starter.ErrNobody
	}
}

// chosen is what a line answers, if it does.
func chosen(line string, options []starter.Option) (string, bool) {
	if len(options) == 0 {
		return line, line != ""
	}
	if line == "" {
		return options[0].Value, true
	}
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(options) {
		return options[n-1].Value, true
	}
	for _, o := range options {
		if strings.EqualFold(o.Value, line) {
			return o.Value, true
		}
	}
	return "", false
}
