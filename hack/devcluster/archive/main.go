// Command archive packs one static binary as a container image on scratch, in the docker-archive format that containerd
// imports. Equal input gives an equal archive.
//
//	archive IMAGE:TAG BINARY OUT.tar [PATH]
//
// PATH is where the image has the binary; by default in its root, under its own name.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 && len(os.Args) != 5 {
		log.Fatal("usage: archive IMAGE:TAG BINARY OUT.tar [PATH]")
	}
	image, binary, out := os.Args[1], os.Args[2], os.Args[3]
	path := filepath.Base(binary)
	if len(os.Args) == 5 {
		path = os.Args[4]
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		log.Fatal(err)
	}
	packed, err := pack(image, path, content)
	if err != nil {
		log.Fatalf("pack %s: %v", binary, err)
	}
	if err := os.WriteFile(out, packed, 0o644); err != nil {
		log.Fatal(err)
	}
}

// file is an entry of a tar archive.
type file struct {
	name    string
	mode    int64
	content []byte
}

// pack returns the archive of an image that holds one file, its entrypoint, run as user 65532.
func pack(image, path string, binary []byte) ([]byte, error) {
	layer, err := tarball(file{path, 0o755, binary})
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      time.Unix(0, 0).UTC(),
		"config":       map[string]any{"Entrypoint": []string{"/" + path}, "User": "65532:65532"},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + digest(layer)}},
	})
	if err != nil {
		return nil, err
	}
	configName := digest(config) + ".json"
	manifest, err := json.Marshal([]map[string]any{
		{"Config": configName, "RepoTags": []string{image}, "Layers": []string{"layer.tar"}},
	})
	if err != nil {
		return nil, err
	}
	return tarball(file{configName, 0o644, config}, file{"layer.tar", 0o644, layer}, file{"manifest.json", 0o644, manifest})
}

func tarball(files ...file) ([]byte, error) {
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content)), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg}
		if err := writer.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := writer.Write(f.content); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
