package offline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/cpi-operator/cpi-operator/internal/manifest"
)

// kustomization is what is followed of one: the namespace it gives, and ConfigMaps made of files, which hold data.
// Patches and the like are not: what they make can be handed over by `kustomize build | kubectl cpi … -f -`.
type kustomization struct {
	object *manifest.Object
	folder string

	Namespace          string      `json:"namespace"`
	ConfigMapGenerator []generator `json:"configMapGenerator"`
}

type generator struct {
	Name  string   `json:"name"`
	Files []string `json:"files"`
}

// split an entry of files into the key that it is given and the path that it is read from.
func (k kustomization) split(entry string) (key, path string) {
	key, path, named := strings.Cut(entry, "=")
	if !named {
		key, path = filepath.Base(entry), entry
	}
	return key, filepath.Join(k.folder, path)
}

// Follows are the files that kustomizations among objects make ConfigMaps of, and which Load reads.
func Follows(objects []*manifest.Object) []string {
	var out []string
	for _, k := range kustomizations(objects) {
		for _, g := range k.ConfigMapGenerator {
			for _, entry := range g.Files {
				_, path := k.split(entry)
				out = append(out, path)
			}
		}
	}
	return out
}

func kustomizations(objects []*manifest.Object) []kustomization {
	var out []kustomization
	for _, object := range objects {
		if object.Kind != "Kustomization" || !strings.HasPrefix(object.APIVersion, "kustomize.config.k8s.io/") {
			continue
		}
		found := kustomization{object: object, folder: filepath.Dir(object.File)}
		if json.Unmarshal(object.JSON, &found) == nil {
			out = append(out, found)
		}
	}
	return out
}

// Beside gives the kustomizations that lie beside named files and have them among their resources, so that a file alone has
// the namespace and the data that it has within its folder.
func Beside(paths []string) []string {
	var out []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() { // what cannot be read is told where it is read
			continue
		}
		for _, name := range manifest.Kustomizations {
			beside := filepath.Join(filepath.Dir(path), name)
			if lists(beside, filepath.Base(path)) && !slices.Contains(out, beside) && !slices.Contains(paths, beside) {
				out = append(out, beside)
			}
		}
	}
	return out
}

// lists reports whether a kustomization has a file of its folder among its resources.
func lists(path, name string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	var found struct {
		Resources []string `json:"resources"`
	}
	return yaml.Unmarshal(text, &found) == nil && slices.ContainsFunc(found.Resources, func(r string) bool { return filepath.Clean(r) == name })
}

// namespaceOf an object by the kustomization of its folder.
func namespaceOf(object *manifest.Object, folders []kustomization) string {
	for _, k := range folders {
		if filepath.Dir(object.File) == k.folder {
			return k.Namespace
		}
	}
	return ""
}

// generate makes the ConfigMaps of a kustomization.
func (l *loader) generate(k kustomization) {
	into := l.namespace(k.Namespace)
	if k.Namespace == "" {
		into = l.namespace(l.otherwise)
	}
	for i, g := range k.ConfigMapGenerator {
		made := &corev1.ConfigMap{BinaryData: map[string][]byte{}}
		for j, entry := range g.Files {
			key, path := k.split(entry)
			content, err := os.ReadFile(path)
			if err != nil {
				l.find(k.object, fmt.Sprintf("configMapGenerator[%d].files[%d]", i, j), err.Error())
				continue
			}
			made.BinaryData[key] = content
		}
		into.ConfigMaps[g.Name] = made
	}
}
