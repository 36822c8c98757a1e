package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var lineOf = regexp.MustCompile(`line (\d+): `)

// faultOf a parser's error, with the line that it names.
func faultOf(file string, err error) *Fault {
	text := err.Error()
	for _, prefix := range []string{"error converting YAML to JSON: ", "yaml: ", "unmarshal errors:\n"} {
		text = strings.TrimPrefix(text, prefix)
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n") // the others are told once that is mended
	fault := &Fault{Place{file, 1}, text}
	if found := lineOf.FindStringSubmatch(text); found != nil {
		fault.Line, _ = strconv.Atoi(found[1]) // digits
		fault.Message = strings.TrimSpace(strings.Replace(text, found[0], "", 1))
	}
	return fault
}

// formless is the fault of a document whose apiVersion, kind or metadata do not have the form of an object's.
func formless(object *Object, err error) *Fault {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return &Fault{object.Place(""), "apiVersion, kind and metadata do not have the form of an object's: " + err.Error()}
	}
	fault := &Fault{object.Place(wrong.Field), wrong.Field + ": does not have the form of an object's"}
	if text, _, plain := object.Text(wrong.Field); plain && wrong.Type.Kind() == reflect.String {
		kind := map[string]string{"bool": "yes-or-no value"}[wrong.Value]
		fault.Message = fmt.Sprintf("%s: YAML reads %s as a %s; quote it: %q", wrong.Field, text, cmp.Or(kind, wrong.Value), text)
	}
	return fault
}

// unreadable is the fault of a document whose syntax is wrong. The parser names the line on which it began to read what is wrong,
// that one less one, or none. It errs in the same words as soon as it has come to the line that is wrong, and not before.
func (d document) unreadable(file string, err error) *Fault {
	fault := faultOf(file, err)
	lines := slices.Collect(bytes.Lines(d))
	wrong := sort.Search(len(lines)-1, func(i int) bool {
		var root yaml.Node
		found := yaml.Unmarshal(bytes.Join(lines[:i+1], nil), &root)
		return found != nil && found.Error() == err.Error()
	})
	fault.Line = wrong + 1
	fault.Message += advice(fault.Message, string(lines[wrong]))
	return fault
}

// advice on what is mostly wrong with a line that a parser complains of so; empty if that is not known.
func advice(complaint, line string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return ": indent with spaces, not with tabs"
	case strings.Contains(complaint, "UTF-8"):
		return ": save the file as UTF-8"
	case strings.Contains(complaint, "cannot start any token"):
		return ": quote a text that begins with %, @ or `"
	case strings.Contains(complaint, "mapping values are not allowed"):
		return ": quote a text that has a colon in it, and begin a field below the one before it"
	case strings.Contains(complaint, "did not find expected key"):
		return ": begin a field below the one before it"
	}
	return ""
}
