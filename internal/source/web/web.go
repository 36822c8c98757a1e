// Package web is what sources behind https have in common: whom they trust, and how their failures are told.
package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// Transport trusts the PEM roots in a file, or the image's own where caPath is empty. Its errors are *source.Error.
func Transport(caPath string) (*http.Transport, error) {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		ResponseHeaderTimeout: time.Minute,
		TLSHandshakeTimeout:   20 * time.Second,
		DialContext:           (&net.Dialer{Timeout: 20 * time.Second}).DialContext,
	}
	if caPath == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(caPath)
	if err != nil {
		return nil, source.Fail(plan.SecretMissing, err, "the CA file %s is not there", filepath.Base(caPath))
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, source.Fail(plan.TLSFailed, nil, "the CA file %s holds no PEM certificate", filepath.Base(caPath))
	}
	transport.TLSClientConfig.RootCAs = roots
	return transport, nil
}

// Classify tells why a request to host, or the reading of its answer, failed: a *source.Error, or ctx's own error where
// that has ended. The address is not repeated, for it may hold a token.
func Classify(ctx context.Context, host string, err error) error {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		pathErr  *fs.PathError
	)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &pathErr):
		return source.FailSource(plan.DiskFull, err, "the scratch volume cannot hold the download: %v", pathErr.Err)
	case errors.As(err, &unknown), errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &verify):
		return source.Fail(plan.TLSFailed, err, "the certificate of %s is not trusted (%v): set the CA that signed it", host, errors.Unwrap(err))
	default:
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err
		}
		return source.Fail(plan.SourceUnreachable, err, "%s cannot be reached: %v", host, err)
	}
}
