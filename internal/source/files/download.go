package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/web"
)

// defaultDownload bounds what is downloaded for a table.
const defaultDownload = 2 << 30

// download fetches a table's URL into the scratch folder. The engine itself has no network.
func (e *engine) download(ctx context.Context, t *table) ([]string, error) {
	target, err := url.Parse(t.URL)
	if err != nil || target.Scheme != "https" || target.Host == "" {
		return nil, source.Fail(plan.SourceUnreachable, err, "table %s: the URL must begin with https://", t.Name)
	}
	client, err := newClient(t.FileTable)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL, nil)
	if err != nil {
		return nil, source.Fail(plan.SourceUnreachable, err, "table %s: the URL is not valid", t.Name)
	}
	request.Header.Set("Accept-Encoding", "identity") // the file as it lies there
	if t.HeaderPath != "" {
		header, err := os.ReadFile(t.HeaderPath)
		if err != nil {
			return nil, source.Fail(plan.SecretMissing, err, "table %s: the Secret's key %s for the Authorization header is not there", t.Name, filepath.Base(t.HeaderPath))
		}
		request.Header.Set("Authorization", strings.TrimSpace(string(header)))
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, classifyHTTP(ctx, t.Name, target.Host, err)
	}
	defer response.Body.Close()
	if err := checkStatus(t.Name, target.Host, response.StatusCode); err != nil {
		return nil, err
	}
	saved, _, err := e.save(ctx, t, fmt.Sprintf("download-%d%s", t.index, ending(target.Path)), target.Host, response.Body, response.ContentLength, e.downloadLimit())
	if err != nil {
		return nil, err
	}
	t.names = map[string]string{saved: path.Base(target.Path)}
	return []string{saved}, nil
}

// downloadLimit is how many bytes a table's downloads may hold together.
func (e *engine) downloadLimit() int64 {
	if e.cfg.ScratchBytes > 0 {
		return e.cfg.ScratchBytes
	}
	return defaultDownload
}

// save writes what host sends to a file of the scratch folder, up to limit bytes. The name's ending tells the
// compression. A length of -1 is unknown.
func (e *engine) save(ctx context.Context, t *table, name, host string, body io.Reader, length, limit int64) (path string, written int64, err error) {
	file, err := os.Create(filepath.Join(e.scratch, name))
	if err != nil {
		return "", 0, source.FailSource(plan.DiskFull, err, "the scratch volume cannot be written")
	}
	defer file.Close()
	written, err = io.Copy(file, io.LimitReader(body, limit+1))
	if err == nil {
		err = file.Close()
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "checksum did not match"): // S3's client names no type for it
		return "", 0, source.Fail(plan.FileUnreadable, err, "table %s: what %s sent has not the checksum that it should have", t.Name, host)
	case err != nil:
		return "", 0, classifyHTTP(ctx, t.Name, host, err)
	case written > limit:
		return "", 0, source.Fail(plan.FileUnreadable, nil, "table %s: what is to be downloaded is larger than %d MiB: split it, or mount it as a volume", t.Name, e.downloadLimit()>>20)
	case length >= 0 && written != length:
		return "", 0, source.Fail(plan.FileUnreadable, nil, "table %s: the download ended early", t.Name)
	}
	return file.Name(), written, nil
}

func ending(name string) string {
	base := path.Base(name)
	if i := strings.IndexByte(base, '.'); i >= 0 && !strings.ContainsAny(base[i:], "*?[/\\") {
		return base[i:]
	}
	return ""
}

func newClient(t plan.FileTable) (*http.Client, error) {
	transport, err := web.Transport(t.CAPath)
	if err != nil {
		return nil, source.Within(err, "table %s", t.Name)
	}
	return &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" {
			return errors.New("redirected away from https")
		}
		if len(via) >= 10 {
			return errors.New("too many redirects")
		}
		return nil
	}}, nil
}

func checkStatus(table, host string, status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized:
		return source.Fail(plan.AuthenticationFailed, nil, "table %s: %s answered 401: check the Authorization header in the Secret", table, host)
	case http.StatusForbidden:
		return source.Fail(plan.PermissionDenied, nil, "table %s: %s answered 403: the credentials may not read this file", table, host)
	case http.StatusNotFound, http.StatusGone:
		return source.Fail(plan.TableMissing, nil, "table %s: %s answered %d: there is no such file", table, host, status)
	default:
		return source.Fail(plan.SourceUnreachable, nil, "table %s: %s answered %d", table, host, status)
	}
}

func classifyHTTP(ctx context.Context, table, host string, err error) error {
	return source.Within(web.Classify(ctx, host, err), "table %s", table)
}
