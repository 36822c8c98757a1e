// Package certificates makes what servers in tests need for TLS.
package certificates

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// Write makes ca.pem, server.pem and server.key for the names and for no address, and other-ca.pem,
// a CA that vouches for nobody. They are good for a day.
func Write(dir string, hosts []string) error {
	ca, caKey, err := newCertificate("tests' CA", nil, nil, nil)
	if err != nil {
		return err
	}
	other, _, err := newCertificate("another CA", nil, nil, nil)
	if err != nil {
		return err
	}
	server, serverKey, err := newCertificate(hosts[0], hosts, ca, caKey)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name, kind string
		content    []byte
		mode       os.FileMode
	}{
		{"ca.pem", "CERTIFICATE", ca.Raw, 0o444},
		{"other-ca.pem", "CERTIFICATE", other.Raw, 0o444},
		{"server.pem", "CERTIFICATE", server.Raw, 0o444},
		{"server.key", "PRIVATE KEY", key, 0o600},
	} {
		block := pem.EncodeToMemory(&pem.Block{Type: file.kind, Bytes: file.content})
		if err := os.WriteFile(filepath.Join(dir, file.name), block, file.mode); err != nil {
			return err
		}
	}
	return nil
}

// newCertificate is signed by a CA, or is one where none is given.
func newCertificate(name string, hosts []string, ca *x509.Certificate, caKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: hosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	parent, signer := ca, caKey
	if ca == nil {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return certificate, key, err
}
