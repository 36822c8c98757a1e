package manifest

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Object is one object of a file.
type Object struct {
	File string
	// Line of the file on which the object begins, from 1.
	Line int

	APIVersion, Kind, Namespace, Name string
	// JSON is the whole object.
	JSON []byte

	node *yaml.Node
}

// Reference is kind and name, as people refer to it.
func (o *Object) Reference() string { return o.Kind + "/" + o.Name }

// Place is a position in a file.
type Place struct {
	File string
	Line int // from 1
}

func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Place of a field such as spec.drivers[0].cpiRef.name: of the field itself or, if it is absent, of what would hold it.
func (o *Object) Place(path string) Place {
	line := o.Line
	at := o.node
	for _, step := range steps(path) {
		key, value := child(at, step)
		if value == nil {
			break
		}
		at, line = value, key.Line
	}
	return Place{File: o.File, Line: line}
}

// steps of a path: names of fields, and [0] for elements.
func steps(path string) []string {
	var out []string
	for part := range strings.SplitSeq(path, ".") {
		name, indexes, _ := strings.Cut(part, "[")
		if name != "" {
			out = append(out, name)
		}
		for index := range strings.SplitSeq(indexes, "[") {
			if index != "" {
				out = append(out, "["+index)
			}
		}
	}
	return out
}

// child of a node, with the node that marks where it begins: its key, or itself.
func child(at *yaml.Node, step string) (key, value *yaml.Node) {
	if at == nil {
		return nil, nil
	}
	if at.Kind == yaml.AliasNode {
		at = at.Alias
	}
	switch at.Kind {
	case yaml.MappingNode:
		step = strings.Trim(step, `[]"`)
		for i := 0; i+1 < len(at.Content); i += 2 {
			if at.Content[i].Value == step {
				return at.Content[i], at.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		index, err := strconv.Atoi(strings.Trim(step, "[]"))
		if err == nil && 0 <= index && index < len(at.Content) {
			return at.Content[index], at.Content[index]
		}
	}
	return nil, nil
}

// Text is how a plain value of a field is written in the file, without quotes; false if there is no plain value.
func (o *Object) Text(path string) (text string, quoted, ok bool) {
	at := o.node
	for _, step := range steps(path) {
		if _, at = child(at, step); at == nil {
			return "", false, false
		}
	}
	if at == nil || at.Kind != yaml.ScalarNode {
		return "", false, false
	}
	return at.Value, at.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0, true
}
