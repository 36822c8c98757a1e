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
	"slices"
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
// hidden ones, and no file twice. A part that holds no object though it should is a fault, and keeps nothing else from being read; a file that
// cannot be read is an error.
func Read(paths []string, stdin io.Reader) (objects []*Object, faults []Fault, err error) {
	read := func(path string, from io.Reader) error {
		text, err := io.ReadAll(io.LimitReader(from, largest+1))
		if err == nil && len(text) > largest {
			err = fmt.Errorf("is larger than %d MiB", largest>>20)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		found, wrong := Parse(path, text)
		objects, faults = append(objects, found...), append(faults, wrong...)
		return nil
	}
	done := map[string]bool{}
	for _, path := range paths {
		if path == Stdin {
			if err := read("stdin", stdin); err != nil {
				return nil, nil, err
			}
			continue
		}
		files, err := filesOf(path)
		if err != nil {
			return nil, nil, err
		}
		for _, name := range files {
			if done[filepath.Clean(name)] {
				continue
			}
			done[filepath.Clean(name)] = true
			file, err := os.Open(name)
			if err != nil {
				return nil, nil, err
			}
			err = read(name, file)
			_ = file.Close() // it was only read
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return objects, faults, nil
}

var extensions = []string{".yaml", ".yml", ".json"}

// Kustomizations are the names of files that kustomize looks for. It takes such a file for a Kustomization without being told.
var Kustomizations = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// filesOf a path: itself if it is a file, else the manifests in it and below.
func filesOf(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file or folder %s", path)
	case err != nil:
		return nil, err
	case !info.IsDir():
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
		case !entry.IsDir() && (slices.Contains(extensions, filepath.Ext(name)) || slices.Contains(Kustomizations, entry.Name())):
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
		if rest, marked := marker(next); marked {
			out = append(out, bytes.Clone(current.Bytes()))
			current.Reset()
			current.Write(bytes.Repeat([]byte("\n"), line))
			next = append([]byte("   "), rest...) // a document may begin on that line
		} else if bytes.HasPrefix(next, []byte("%")) && len(bytes.TrimSpace(current.Bytes())) == 0 {
			next = []byte("\n") // a directive, such as %YAML 1.1
		}
		current.Write(next)
		line++
		if err != nil {
			return append(out, bytes.Clone(current.Bytes()))
		}
	}
}

// marker of a document's beginning or end, and what stands behind it.
func marker(line []byte) (rest []byte, ok bool) {
	for _, mark := range []string{"---", "..."} {
		rest, ok = bytes.CutPrefix(line, []byte(mark))
		if ok && (len(rest) == 0 || bytes.ContainsAny(rest[:1], " \t\r\n")) {
			return rest, true
		}
	}
	return nil, false
}

// objects of a document: none, one, or those of a List.
func (d document) objects(file string) ([]*Object, *Fault) {
	var root yaml.Node
	if err := yaml.Unmarshal(d, &root); err != nil {
		return nil, d.unreadable(file, err)
	}
	if len(root.Content) == 0 {
		return nil, nil // nothing but comments
	}
	if !slices.Contains(Kustomizations, filepath.Base(file)) && !meant(root.Content[0]) {
		return nil, nil // such as a values file; what it may hold is not ours to say
	}
	// As kubectl reads it: YAML 1.1, in which yes and no are no text.
	text, err := sigsyaml.YAMLToJSONStrict(d)
	if err != nil {
		return nil, faultOf(file, err)
	}
	return objectsOf(file, root.Content[0], text)
}

// meant reports whether a node is meant to be an object.
func meant(node *yaml.Node) bool {
	return slices.ContainsFunc([]string{"apiVersion", "kind", "metadata"}, func(name string) bool {
		key, _ := child(node, name)
		return key != nil
	})
}

// header is what every object begins with.
type header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   *struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Items []json.RawMessage `json:"items"`
}

// objectsOf a node with its text: one, those of a List, or none where it is no object of Kubernetes.
func objectsOf(file string, node *yaml.Node, text []byte) ([]*Object, *Fault) {
	fault := func(message string) ([]*Object, *Fault) { return nil, &Fault{Place{file, node.Line}, message} }
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	var head header
	if node.Kind != yaml.MappingNode {
		return nil, nil
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, formless(&Object{File: file, Line: node.Line, node: node}, err)
	}
	if head.APIVersion == "" && head.Kind == "" && slices.Contains(Kustomizations, filepath.Base(file)) {
		head.APIVersion, head.Kind = "kustomize.config.k8s.io/v1beta1", "Kustomization"
	}
	switch {
	case head.APIVersion == "" && head.Kind == "" && head.Metadata == nil:
		return nil, nil
	case head.APIVersion == "" || head.Kind == "":
		return fault("an object needs apiVersion and kind")
	case head.Kind == "List":
		return items(file, node, head.Items)
	}
	out := &Object{File: file, Line: node.Line, APIVersion: head.APIVersion, Kind: head.Kind, JSON: text, node: node}
	if head.Metadata != nil {
		out.Name, out.Namespace = head.Metadata.Name, head.Metadata.Namespace
	}
	return []*Object{out}, nil
}

// items of a List.
func items(file string, list *yaml.Node, texts []json.RawMessage) ([]*Object, *Fault) {
	_, nodes := child(list, "items")
	if nodes != nil && nodes.Kind == yaml.AliasNode {
		nodes = nodes.Alias
	}
	if nodes == nil || len(nodes.Content) != len(texts) {
		return nil, &Fault{Place{file, list.Line}, "a List needs items, a list of objects"}
	}
	var out []*Object
	for i, text := range texts {
		found, fault := objectsOf(file, nodes.Content[i], text)
		if fault != nil {
			return out, fault
		}
		out = append(out, found...)
	}
	return out, nil
}
