package cli

import (
	"bufio"
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

// ask until there is an answer that fits. The first option is what an empty line means.
func (p *prompt) ask(q starter.Question) (string, error) {
	fmt.Fprintln(p.out, printable.Line(q.Text))
	for i, o := range q.Options {
		why := ""
		if o.Why != "" {
			why = "  (" + o.Why + ")"
		}
		fmt.Fprintf(p.out, "  %d  %s\n", i+1, printable.Line(o.Value+why))
	}
	for {
		if len(q.Options) > 0 {
			fmt.Fprintf(p.out, "Number or name [%s]: ", printable.Line(q.Options[0].Value))
		} else {
			fmt.Fprint(p.out, "> ")
		}
		if !p.in.Scan() {
			fmt.Fprintln(p.out)
			if err := p.in.Err(); err != nil {
				return "", err
			}
			return "", starter.ErrNobody
		}
		if p.echo {
			fmt.Fprintln(p.out, p.in.Text())
		}
		if answer, ok := chosen(strings.TrimSpace(p.in.Text()), q.Options); ok {
			return answer, nil
		}
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
