// Package docs runs what the pages of the documentation say that one can run, and compares what they say comes out.
//
// A block fenced as console holds commands, after "$ ", each with what it prints; a line that begins with "> " goes on with the
// command. A command that fails ends with a line such as [exit code 1]. In what is printed, … stands for anything, and a line
// of its own for any lines. A block fenced as sh holds commands that must succeed, and what they print is not told. A comment
// above a block says how it is taken:
//
//	<!-- not run: why -->   it is not run
//	<!-- cluster -->        it needs the demo on a cluster, and runs with the end-to-end tests
//	<!-- file: NAME -->     it is no command: it is what the file NAME holds, for the commands below
//
// All blocks of a page run in one shell, in a folder that holds a copy of what the repository has for users.
// `go test ./test/docs -update` writes what is printed into the pages.
package docs

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// A page and its fenced blocks.
type page struct {
	path   string
	lines  []string
	blocks []block
}

// A block of a page: the lines from first until before end, without its fences.
type block struct {
	language   string
	mark, why  string
	first, end int
}

// The marks.
const (
	notRun  = "not run"
	cluster = "cluster"
	file    = "file"
)

var (
	fence = regexp.MustCompile("^```([a-z]*)$")
	mark  = regexp.MustCompile(`^<!-- (not run|cluster|file)(?:: (.+))? -->$`)
	// told is what looks like a command in a block that does not say what it is.
	told = regexp.MustCompile(`^(\$ |kubectl |make |curl |helm |git |kustomize )`)
)

func readPage(path string) (*page, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &page{path: path, lines: strings.Split(string(text), "\n")}
	open := false
	for i, line := range p.lines {
		found := fence.FindStringSubmatch(line)
		switch {
		case found == nil:
		case open:
			p.blocks[len(p.blocks)-1].end = i
			open = false
		default:
			b := block{language: found[1], first: i + 1}
			if above := p.above(i); above != nil {
				b.mark, b.why = above[1], above[2]
			}
			p.blocks = append(p.blocks, b)
			open = true
		}
	}
	if open {
		return nil, fmt.Errorf("%s: the block of line %d is not closed", path, p.blocks[len(p.blocks)-1].first)
	}
	return p, nil
}

// above is the mark over a line, blank lines apart.
func (p *page) above(line int) []string {
	for i := line - 1; i >= 0; i-- {
		if strings.TrimSpace(p.lines[i]) != "" {
			return mark.FindStringSubmatch(p.lines[i])
		}
	}
	return nil
}

func (p *page) text(b block) string { return strings.Join(p.lines[b.first:b.end], "\n") }

func (p *page) place(b block) string { return fmt.Sprintf("%s:%d", p.path, b.first) }

// shell reports whether a block holds commands.
func (b block) shell() bool {
	return b.mark != file && slices.Contains([]string{"sh", "bash", "shell", "console"}, b.language)
}

// fault is what keeps a block from being taken as it is meant; empty if nothing.
func (p *page) fault(b block) string {
	switch {
	case b.mark == notRun && b.why == "":
		return "it is not run, and does not say why"
	case b.mark == file && (b.why == "" || strings.Contains(b.why, "..") || strings.HasPrefix(b.why, "/")):
		return "it is a file without a name below the page's folder"
	case b.mark == "" && b.language == "" && slices.ContainsFunc(p.lines[b.first:b.end], told.MatchString):
		return "it holds a command, but is fenced neither as sh nor as console"
	case b.language == "console" && b.mark != notRun && len(p.steps(b)) == 0:
		return "it is fenced as console and holds no command after $"
	case (b.mark == notRun || b.mark == cluster) && !b.shell():
		return "its mark is for commands, and it holds none"
	}
	return ""
}

// A step is a command of a console block, and the lines that it prints.
type step struct {
	command    string
	first, end int // of what it prints
}

func (p *page) steps(b block) []step {
	var out []step
	for i := b.first; i < b.end; i++ {
		line := p.lines[i]
		switch {
		case strings.HasPrefix(line, "$ "):
			out = append(out, step{command: line[2:], first: i + 1, end: i + 1})
		case len(out) == 0:
		case strings.HasPrefix(line, "> ") && out[len(out)-1].end == i && out[len(out)-1].first == i:
			s := &out[len(out)-1]
			s.command += "\n" + line[2:]
			s.first, s.end = i+1, i+1
		default:
			out[len(out)-1].end = i + 1
		}
	}
	return out
}

// failed begins the line that tells of a command's exit code.
const failed = "[exit code "

// same reports whether lines are what a page tells, in which … stands for anything but a failure.
func same(told, got []string) bool {
	if len(told) == 0 {
		return len(got) == 0
	}
	if told[0] == "…" {
		return same(told[1:], got) || len(got) > 0 && !strings.HasPrefix(got[0], failed) && same(told, got[1:])
	}
	return len(got) > 0 && fits(told[0], got[0]) && same(told[1:], got[1:])
}

func fits(told, got string) bool {
	if !strings.Contains(told, "…") {
		return told == got
	}
	parts := strings.Split(told, "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(got)
}
