// Package login is what sources behind a user name have in common: credentials from a mounted Secret, whom a
// connection trusts, and how its failures are told.
package login

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/source"
)

// Credentials reads username and password from the folder that a Secret is mounted at.
func Credentials(dir string) (username, password string, err error) {
	if username, err = credential(dir, "username"); err != nil {
		return "", "", err
	}
	password, err = credential(dir, "password")
	return username, password, err
}

func credential(dir, key string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, key))
	if err != nil {
		return "", source.FailSource(plan.SecretMissing, err, "the Secret with the source's credentials has no key %q: create it", key)
	}
	// A file made by an editor, or with echo, ends in a newline that no one means.
	return strings.TrimRight(string(content), "\r\n"), nil
}

// TLS is a mode's configuration, nil for plain text. There is no fallback from one mode to another.
func TLS(host, mode, caPath string) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if caPath != "" {
		pem, err := os.ReadFile(caPath)
		if err != nil {
			return nil, source.FailSource(plan.SecretMissing, err, "the CA file %s is not there: add the key to its Secret or ConfigMap", filepath.Base(caPath))
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, source.FailSource(plan.TLSFailed, nil, "the CA file %s holds no PEM certificate", filepath.Base(caPath))
		}
	}
	switch mode {
	case "Disable":
		return nil, nil
	case "Require":
		cfg.InsecureSkipVerify = true // encrypted, but to anyone: what this mode means
	case "VerifyCA":
		cfg.InsecureSkipVerify = true // the host's name is not checked, the chain is, here:
		cfg.VerifyConnection = verifyChain(cfg.RootCAs)
	case "VerifyFull", "":
	default:
		return nil, source.FailSource(plan.TLSFailed, nil, "TLS mode %q is unknown: use Disable, Require, VerifyCA or VerifyFull", mode)
	}
	return cfg, nil
}

func verifyChain(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("x509: the server sent no certificate")
		}
		intermediates := x509.NewCertPool()
		for _, certificate := range state.PeerCertificates[1:] {
			intermediates.AddCert(certificate)
		}
		_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates})
		if err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
}

// IsTLS reports whether err is about certificates or the TLS handshake.
func IsTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
		unknown      x509.UnknownAuthorityError
		hostname     x509.HostnameError
	)
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &unknown) ||
		errors.As(err, &hostname)
}

// LastCause is the innermost message: the outer ones repeat user and address.
func LastCause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) > 0 {
				err = joined.Unwrap()[0]
				continue
			}
			return err.Error()
		}
		err = inner
	}
}
