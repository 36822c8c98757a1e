package offline

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// mount writes what a pod would find mounted for a source into a folder, from the Secrets and ConfigMaps of the
// namespace, or those given in their place, under the same paths.
func (c *computation) mount(folder string, source *v1alpha1.DataSource) error {
	if c.lacking == nil {
		c.lacking = map[string]string{}
	}
	volumes, mounts := job.SourceVolumes(source)
	for i, volume := range volumes {
		content, err := c.content(volume)
		if err != nil {
			return err
		}
		into := filepath.Join(folder, mounts[i].MountPath)
		if volume.ConfigMap != nil {
			for _, item := range volume.ConfigMap.Items {
				if _, found := content[item.Path]; !found {
					c.lacking[filepath.Join(into, item.Path)] = c.lacks(volume.ConfigMap.Name, item.Key)
				}
			}
		}
		if err := os.MkdirAll(into, 0o700); err != nil {
			return err
		}
		for name, text := range content {
			if err := os.WriteFile(filepath.Join(into, name), text, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// content of a volume's files, by name.
func (c *computation) content(volume corev1.Volume) (map[string][]byte, error) {
	out := map[string][]byte{}
	take := func(items []corev1.KeyToPath, of func(key string) ([]byte, bool)) {
		for _, item := range items {
			if text, found := of(item.Key); found {
				out[item.Path] = text
			}
		}
	}
	switch {
	case volume.Secret != nil:
		return c.secret(volume.Secret)
	case volume.ConfigMap != nil:
		config, err := c.configMap(volume.ConfigMap.Name)
		switch {
		case err != nil:
			return nil, err
		case config == nil:
			return nil, missing("ConfigMap", volume.ConfigMap.Name)
		}
		take(volume.ConfigMap.Items, func(key string) ([]byte, bool) {
			if text, found := config.Data[key]; found {
				return []byte(text), true
			}
			text, found := config.BinaryData[key]
			return text, found
		})
	case volume.PersistentVolumeClaim != nil:
		return nil, fmt.Errorf("PersistentVolumeClaim %q is not to be had without a cluster; bind the table to a file of yours: --bind SOURCE/TABLE=file:PATH", volume.PersistentVolumeClaim.ClaimName)
	}
	return out, nil
}

// configMap of the namespace or of whoever is asked; nil if there is none.
func (c *computation) configMap(name string) (*corev1.ConfigMap, error) {
	if config := c.ConfigMaps[name]; config != nil || c.ConfigMap == nil {
		return config, nil
	}
	return c.ConfigMap(name)
}

// lacks says that a ConfigMap, which is there, has no such key.
func (c *computation) lacks(name, key string) string {
	var known []string
	if config, _ := c.configMap(name); config != nil {
		known = slices.Concat(slices.Collect(maps.Keys(config.Data)), slices.Collect(maps.Keys(config.BinaryData)))
	}
	return fmt.Sprintf("ConfigMap %q has no key %q; %s", name, key, meant(key, known))
}

// local is a message of the engine in the user's words: that a file is not there, in a folder that was made for the run, says that
// a ConfigMap lacks a key.
func (c *computation) local(message string) string {
	for path, why := range c.lacking {
		if strings.Contains(message, path+":") {
			return why
		}
	}
	return message
}

func missing(kind, name string) error {
	return fmt.Errorf("%s %q is not among these files: add it, or bind the source, or its table, to something of yours: --bind SOURCE[/TABLE]=file:PATH", kind, name)
}

// under moves the paths of a source that a pod has mounted into a folder.
func under(folder string, source plan.Source) plan.Source {
	move := func(paths ...*string) {
		for _, path := range paths {
			if strings.HasPrefix(*path, "/") {
				*path = filepath.Join(folder, *path)
			}
		}
	}
	switch {
	case source.Files != nil:
		for i := range source.Files.Tables {
			t := &source.Files.Tables[i]
			move(&t.Path, &t.CAPath, &t.HeaderPath)
			if t.S3 != nil {
				move(&t.S3.CredentialsDir)
			}
		}
	case source.Postgres != nil:
		move(&source.Postgres.CAPath, &source.Postgres.CredentialsDir)
	case source.MySQL != nil:
		move(&source.MySQL.CAPath, &source.MySQL.CredentialsDir)
	case source.Prometheus != nil:
		move(&source.Prometheus.CAPath, &source.Prometheus.CredentialsDir, &source.Prometheus.TokenPath)
	}
	return source
}
