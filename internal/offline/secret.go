package offline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/internal/job"
)

// Secret is where the keys of a Secret are read from that the files do not have, when they are needed.
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

// secret gives the keys of a mounted Secret: those among the files first, what they lack from where it is given.
func (c *computation) secret(mounted *corev1.SecretVolumeSource) (map[string][]byte, error) {
	out, lacking := c.filed(mounted)
	if len(lacking) == 0 {
		return out, nil
	}
	for _, given := range c.Given {
		if given.Name == mounted.SecretName {
			more, err := given.values(lacking)
			maps.Copy(more, out)
			return more, err
		}
	}
	if c.Secrets[mounted.SecretName] == nil {
		return nil, fmt.Errorf("%w, or say where its keys are: --secret %s=env:PREFIX", missing("Secret", mounted.SecretName), mounted.SecretName)
	}
	return out, nil // what reads them knows which it needs
}

// filed are the keys of a mounted Secret that the files have, and those that they lack. A key without text, as in a template
// that is kept in Git, is lacking.
func (n *Namespace) filed(mounted *corev1.SecretVolumeSource) (out map[string][]byte, lacking []corev1.KeyToPath) {
	out = map[string][]byte{}
	secret := n.Secrets[mounted.SecretName]
	for _, item := range mounted.Items {
		var text []byte
		if secret != nil {
			if text = secret.Data[item.Key]; secret.StringData[item.Key] != "" {
				text = []byte(secret.StringData[item.Key])
			}
		}
		if len(text) == 0 {
			lacking = append(lacking, item)
			continue
		}
		out[item.Path] = text
	}
	return out, lacking
}

// TakesSecret tells why a Secret changes nothing in the namespace; nil if it does.
func (n *Namespace) TakesSecret(s Secret) error {
	whole := false
	for i := range n.Sources {
		volumes, _ := job.SourceVolumes(&n.Sources[i])
		for _, volume := range volumes {
			if volume.Secret == nil || volume.Secret.SecretName != s.Name {
				continue
			}
			if _, lacking := n.filed(volume.Secret); len(lacking) > 0 {
				return nil
			}
			whole = true
		}
	}
	if whole {
		return fmt.Errorf("the files have all keys of Secret %q themselves, and go first: take them out of the files", s.Name)
	}
	return fmt.Errorf("no DataSource among these files reads a Secret %q", s.Name)
}
