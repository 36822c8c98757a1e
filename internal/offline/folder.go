package offline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// mount writes what a pod would find mounted for a source into a folder, from the Secrets and ConfigMaps of the
// namespace, or those given in their place, under the same paths.
func (c *computation) mount(folder string, source *v1alpha1.DataSource) error {
	volumes, mounts := job.SourceVolumes(source)
	for i, volume := range volumes {
		content, err := c.content(volume)
		if err != nil {
			return err
		}
		into := filepath.Join(folder, mounts[i].MountPath)
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
		config := c.ConfigMaps[volume.ConfigMap.Name]
		if config == nil && c.ConfigMap != nil {
			var err error
			if config, err = c.ConfigMap(volume.ConfigMap.Name); err != nil {
				return nil, err
			}
		}
		if config == nil {
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
