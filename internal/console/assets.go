package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

// assetRoot is where assets are served: below it comes a hash of them all, so that a browser may keep them for ever, and
// scripts can name each other by relative paths.
const assetRoot = "/assets/"

var assetHash = hashOf(assetFiles)

// assetPath of a file of assets.
func assetPath(name string) string { return assetRoot + assetHash + "/" + name }

// hashOf names and contents of all files.
func hashOf(files fs.FS) string {
	sum := sha256.New()
	_ = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error { // embedded files can be read
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		sum.Write([]byte(path + "\x00"))
		sum.Write(content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, assetRoot), "/")
	content, err := assetFiles.ReadFile("assets/" + name)
	if hash != assetHash || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", assetType(name))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // a reader that went away needs no answer
}

// assetType of a file by its name; the machine's own table of types is not asked, for it may lack some.
func assetType(name string) string {
	switch name[strings.LastIndex(name, ".")+1:] {
	case "css":
		return "text/css; charset=utf-8"
	case "js", "mjs":
		return "text/javascript; charset=utf-8"
	case "svg":
		return "image/svg+xml"
	}
	return "text/plain; charset=utf-8"
}
