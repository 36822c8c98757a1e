package manifest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// Fault is why a file, or a part of it, holds no object.
type Fault struct {
	Place
	Message string
}

func (f Fault) Error() string { return f.String() + ": " + f.Message }

// Stdin is the name that stands for standard input.
const Stdin = "-"

// largest file that is read, in bytes: beyond what an API server takes.
const largest = 16 << 20

// Read gives the objects of files and folders, in the order of their names; folders are read with all below them, but for
// hidden ones. What cannot be read is a fault and keeps nothing else from being read.
func Read(paths []string, stdin io.Reader) ([]*Object, []Fault) {
	var objects []*Object
	var faults []Fault
	fault := func(path string, err error) {
		faults = append(faults, Fault{Place{path, 1}, err.Error()})
	}
	read := func(path string, from io.Reader) {
		text, err := io.ReadAll(io.LimitReader(from, largest+1))
		if err == nil && len(text) > largest {
			err = fmt.Errorf("is larger than %d MiB", largest>>20)
		}
		if err != nil {
			fault(path, err)
			return
		}
		found, wrong := Parse(path, text)
		objects, faults = append(objects, found...), append(faults, wrong...)
	}
	for _, path := range paths {
		if path == Stdin {
			read("stdin", stdin)
			continue
		}
		files, err := filesOf(path)
		if err != nil {
			fault(path, err)
		}
		for _, name := range files {
			file, err := os.Open(name)
			if err != nil {
				fault(name, err)
				continue
			}
			read(name, file)
			_ = file.Close() // it was only read
		}
	}
	return objects, faults
}

var extensions = []string{".yaml", ".yml", ".json"}

// filesOf a path: itself if it is a file, else the manifests in it and below.
func filesOf(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var out []string
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != path && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && slices.Contains(extensions, filepath.Ext(name)):
			out = append(out, name)
		}
		return nil
	})
	return out, err
}

// Parse gives the objects of one file's text. An object without apiVersion and kind, such as a values file, is left out.
func Parse(file string, text []byte) ([]*Object, []Fault) {
	var objects []*Object
	var faults []Fault
	for _, d := range documents(text) {
		found, fault := d.objects(file)
		if fault != nil {
			faults = append(faults, *fault)
		}
		objects = append(objects, found...)
	}
	return objects, faults
}

// document is a part of a file between lines of ---. Its text begins with as many empty lines as stand before it in the
// file, so that every line number told of it is that of the file.
type document []byte

func documents(text []byte) []document {
	var out []document
	var current bytes.Buffer
	line := 0
	lines := bufio.NewReader(bytes.NewReader(text))
	for {
		next, err := lines.ReadBytes('\n')
		if rest, begins := bytes.CutPrefix(next, []byte("---")); begins && (len(rest) == 0 || bytes.ContainsAny(rest[:1], " \t\r\n")) {
			out = append(out, bytes.Clone(current.Bytes()))
			current.Reset()
			current.Write(bytes.Repeat([]byte("\n"), line))
			next = append([]byte("   "), rest...) // a document may begin on that line
		}
		current.Write(next)
		line++
		if err != nil {
			return append(out, bytes.Clone(current.Bytes()))
		}
	}
}

// objects of a document: none, one, or those of a List.
func (d document) objects(file string) ([]*Object, *Fault) {
	var root yaml.Node
	if err := yaml.Unmarshal(d, &root); err != nil {
		return nil, faultOf(file, err)
	}
	if len(root.Content) == 0 {
		return nil, nil // nothing but comments
	}
	// As kubectl reads it: YAML 1.1, in which yes and no are no text.
	text, err := sigsyaml.YAMLToJSONStrict(d)
	if err != nil {
		return nil, faultOf(file, err)
	}
	top := root.Content[0]
	if scalar(top, "kind") != "List" {
		return object(file, top, text), nil
	}
	var list struct{ Items []json.RawMessage }
	_, nodes := child(top, "items")
	if err := json.Unmarshal(text, &list); err != nil || nodes == nil || len(nodes.Content) != len(list.Items) {
		return nil, &Fault{Place{file, top.Line}, "a List needs items, a list of objects"}
	}
	var out []*Object
	for i, item := range list.Items {
		out = append(out, object(file, nodes.Content[i], item)...)
	}
	return out, nil
}

// object of a node; none if it is no object of Kubernetes.
func object(file string, node *yaml.Node, text []byte) []*Object {
	out := &Object{File: file, Line: node.Line, JSON: text, node: node}
	out.APIVersion = scalar(node, "apiVersion")
	out.Kind = scalar(node, "kind")
	if out.APIVersion == "" || out.Kind == "" {
		return nil
	}
	_, metadata := child(node, "metadata")
	out.Name = scalar(metadata, "name")
	out.Namespace = scalar(metadata, "namespace")
	return []*Object{out}
}

// scalar is the plain value of a key; empty if there is none.
func scalar(node *yaml.Node, key string) string {
	_, value := child(node, key)
	if value == nil || value.Kind != yaml.ScalarNode {
		return ""
	}
	return value.Value
}

var lineOf = regexp.MustCompile(`line (\d+): `)

// faultOf a parser's error, with the line that it names.
func faultOf(file string, err error) *Fault {
	text := err.Error()
	for _, prefix := range []string{"error converting YAML to JSON: ", "yaml: ", "unmarshal errors:\n"} {
		text = strings.TrimPrefix(text, prefix)
	}
	fault := &Fault{Place{file, 1}, strings.TrimSpace(text)}
	if found := lineOf.FindStringSubmatch(text); found != nil {
		fault.Line, _ = strconv.Atoi(found[1]) // digits
		fault.Message = strings.TrimSpace(strings.Replace(text, found[0], "", 1))
	}
	return fault
}
