package prometheus

import (
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
	"github.com/cpi-operator/cpi-operator/internal/source/login"
)

// maxAnswer bounds an answer: one number needs a hundredth of it.
const maxAnswer = 1 << 20

// wholeAnswersOnly asks servers that would leave out what some of their parts cannot give to fail instead. Thanos reads
// the first, VictoriaMetrics the second, and others neither.
var wholeAnswersOnly = map[string]string{"partial_response": "false", "deny_partial_response": "1"}

// transport adds secrets and tenant to each request, and reads what is not an answer.
type transport struct {
	base    http.RoundTripper
	host    string
	headers http.Header
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	maps.Copy(request.Header, t.headers)
	query := request.URL.Query()
	for name, value := range wholeAnswersOnly {
		query.Set(name, value)
	}
	request.URL.RawQuery = query.Encode()
	response, err := t.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if err := t.refused(request.Method, response.StatusCode); err != nil {
		_ = response.Body.Close()
		return nil, err
	}
	response.Body = &bounded{body: response.Body, left: maxAnswer, host: t.host}
	return response, nil
}

// refused is the failure that a status stands for, nil for those that the client reads itself.
func (t *transport) refused(method string, status int) error {
	switch {
	case status == http.StatusUnauthorized:
		return source.FailSource(plan.AuthenticationFailed, nil, "%s answered 401: check the source's Secret, and its tenant", t.host)
	case status == http.StatusForbidden && method == http.MethodGet: // after POST the client tries GET, which more may be allowed
		return source.FailSource(plan.PermissionDenied, nil, "%s answered 403: the Secret's account may not query", t.host)
	case status == http.StatusNotFound:
		return source.FailSource(plan.SourceUnreachable, nil, "%s answered 404: name the address under which the path /api/v1/query lies", t.host)
	case status/100 == 3:
		return source.FailSource(plan.SourceUnreachable, nil, "%s answered %d: it sends to another address; name that one", t.host, status)
	}
	return nil
}

// bounded fails a body that is too long, so that no answer fills the memory.
type bounded struct {
	body io.ReadCloser
	left int64
	host string
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, source.Fail(plan.QueryFailed, nil, "%s answers with more than %d MiB: make one series of them, such as with sum(…)", b.host, maxAnswer>>20)
	}
	n, err := b.body.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (b *bounded) Close() error { return b.body.Close() }

// headersOf are who asks, and for which tenant.
func headersOf(declared *plan.Prometheus) (http.Header, error) {
	headers := http.Header{}
	if declared.TenantHeader != "" {
		headers.Set(declared.TenantHeader, declared.Tenant)
	}
	switch {
	case declared.CredentialsDir != "":
		username, password, err := login.Credentials(declared.CredentialsDir)
		if err != nil {
			return nil, err
		}
		headers.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(username+":"+password)))
	case declared.TokenPath != "":
		token, err := os.ReadFile(declared.TokenPath)
		if err != nil {
			return nil, source.FailSource(plan.SecretMissing, err, "the Secret with the token has no key %q: create it", filepath.Base(declared.TokenPath))
		}
		headers.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	return headers, nil
}
