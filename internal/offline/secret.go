package offline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/internal/job"
)

// Secret is where the keys of a Secret are read from when they are needed. It is taken before one of the same name among the
// definitions.
type Secret struct {
	Name string
	// prefix of environment variables, or dir of files: exactly one is set.
	prefix, dir string
}

const secretForms = "write NAME=env:PREFIX, for variables such as PREFIX_PASSWORD, or NAME=dir:FOLDER, for files named as the keys"

// ParseSecret reads one as people write it: crm=env:CRM, crm=dir:./secrets/crm.
func ParseSecret(text string) (Secret, error) {
	name, from, ok := strings.Cut(text, "=")
	if !ok || name == "" { // perhaps a password
		return Secret{}, errors.New("names no Secret: " + secretForms)
	}
	if prefix, found := strings.CutPrefix(from, "env:"); found && prefix != "" {
		return Secret{Name: name, prefix: prefix}, nil
	}
	if dir, found := strings.CutPrefix(from, "dir:"); found && dir != "" {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a folder", dir)
		}
		if err != nil {
			return Secret{}, fmt.Errorf("for Secret %q: %w", name, err)
		}
		return Secret{Name: name, dir: dir}, nil
	}
	return Secret{}, fmt.Errorf("Secret %q is read from nothing that is known: %s", name, secretForms) //nolint:revive,staticcheck // a kind's name
}

// Dir is the folder that keys are read from; empty of environment variables.
func (s Secret) Dir() string { return s.dir }

// place that a key is read from.
func (s Secret) place(key string) string {
	if s.dir != "" {
		return filepath.Join(s.dir, key)
	}
	return s.prefix + "_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(key))
}

// values of those keys that there are. None of them is an error, which tells where they were looked for.
func (s Secret) values(keys []corev1.KeyToPath) (map[string][]byte, error) {
	out, places := map[string][]byte{}, []string{}
	for _, item := range keys {
		place := s.place(item.Key)
		places = append(places, place)
		if s.dir == "" {
			if text, found := os.LookupEnv(place); found {
				out[item.Path] = []byte(text)
			}
			continue
		}
		text, err := os.ReadFile(place)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("for Secret %q: %w", s.Name, err)
		}
		out[item.Path] = text
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("for Secret %q there is none of %s", s.Name, strings.Join(places, ", "))
	}
	return out, nil
}

// TakesSecret tells why a Secret changes nothing in the namespace; nil if it does.
func (n *Namespace) TakesSecret(s Secret) error {
	for i := range n.Sources {
		volumes, _ := job.SourceVolumes(&n.Sources[i])
		for _, volume := range volumes {
			if volume.Secret != nil && volume.Secret.SecretName == s.Name {
				return nil
			}
		}
	}
	return fmt.Errorf("no DataSource among these files reads a Secret %q", s.Name)
}
