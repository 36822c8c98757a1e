// Command pki writes what the cluster's parts need to trust one another: two authorities, the certificates and the keys
// that they sign, the service account key, and a kubeconfig for each client.
//
//	pki FOLDER NODE-NAME NODE-IP SERVICE-IP FORWARD-URL
//
// FORWARD-URL is where the machine outside the node's network reaches the API server. Everything is valid for one year.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 6 {
		log.Fatal("usage: pki FOLDER NODE-NAME NODE-IP SERVICE-IP FORWARD-URL")
	}
	if err := writeAll(folder(os.Args[1]), os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		log.Fatal(err)
	}
}

func writeAll(dir folder, nodeName, nodeIP, serviceIP, forwardURL string) error {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return err
	}
	cluster, err := newAuthority(dir, "ca")
	if err != nil {
		return err
	}
	frontProxy, err := newAuthority(dir, "front-proxy-ca")
	if err != nil {
		return err
	}
	kubernetes := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}
	for _, c := range []struct {
		signer *authority
		file   string
		holder identity
	}{
		{cluster, "apiserver", identity{name: "kube-apiserver", hosts: append(kubernetes, "localhost", "127.0.0.1", nodeIP, serviceIP)}},
		{cluster, "apiserver-kubelet-client", identity{name: "kube-apiserver-kubelet-client", group: "system:masters"}},
		{frontProxy, "front-proxy-client", identity{name: "front-proxy-client"}},
		{cluster, "kubelet-serving", identity{name: "system:node:" + nodeName, group: "system:nodes", hosts: []string{nodeName, nodeIP}}},
	} {
		if _, err := c.signer.issue(c.file, c.holder); err != nil {
			return fmt.Errorf("certificate %s: %w", c.file, err)
		}
	}
	nodeURL := "https://" + net.JoinHostPort(nodeIP, "6443")
	for _, k := range []struct {
		file, url string
		holder    identity
	}{
		{"admin", forwardURL, identity{name: "admin", group: "system:masters"}},
		{"kube-controller-manager", nodeURL, identity{name: "system:kube-controller-manager"}},
		{"kube-scheduler", nodeURL, identity{name: "system:kube-scheduler"}},
		{"kube-proxy", nodeURL, identity{name: "system:kube-proxy"}},
		{"kubelet", nodeURL, identity{name: "system:node:" + nodeName, group: "system:nodes"}},
	} {
		if err := cluster.writeKubeconfig(k.file, k.url, k.holder); err != nil {
			return fmt.Errorf("kubeconfig %s: %w", k.file, err)
		}
	}
	return writeServiceAccountKey(dir)
}

// identity is the holder of a certificate: Kubernetes reads the common name as the user, the organization as the group.
type identity struct {
	name, group string
	hosts       []string
}

type authority struct {
	dir         folder
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

// pair is a certificate and its key, both PEM.
type pair struct{ certificate, key []byte }

func newAuthority(dir folder, name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate(pkix.Name{CommonName: "devcluster " + name})
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.KeyUsage |= x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	written, err := dir.writePair(name, der, key)
	if err != nil {
		return nil, err
	}
	return &authority{dir: dir, certificate: certificate, key: key, pem: written.certificate}, nil
}

// issue signs a certificate for serving and for clients, and writes NAME.crt and NAME.key.
func (a *authority) issue(file string, holder identity) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	subject := pkix.Name{CommonName: holder.name}
	if holder.group != "" {
		subject.Organization = []string{holder.group}
	}
	template, err := newTemplate(subject)
	if err != nil {
		return pair{}, err
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, host := range holder.hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return pair{}, err
	}
	return a.dir.writePair(file, der, key)
}

func (a *authority) writeKubeconfig(file, url string, holder identity) error {
	client, err := a.issue(file, holder)
	if err != nil {
		return err
	}
	encode := base64.StdEncoding.EncodeToString
	config := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: devcluster
  cluster: {server: %q, certificate-authority-data: %s}
users:
- name: %q
  user: {client-certificate-data: %s, client-key-data: %s}
contexts:
- name: devcluster
  context: {cluster: devcluster, user: %q}
current-context: devcluster
`, url, encode(a.pem), holder.name, encode(client.certificate), encode(client.key), holder.name)
	return a.dir.write(file+".kubeconfig", []byte(config))
}

// writeServiceAccountKey writes the key pair that signs and verifies service account tokens.
func writeServiceAccountKey(dir folder) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := dir.write("service-account.key", encodePEM("EC PRIVATE KEY", private)); err != nil {
		return err
	}
	return dir.write("service-account.pub", encodePEM("PUBLIC KEY", public))
}

func newTemplate(subject pkix.Name) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               subject,
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}, nil
}

type folder string

func (d folder) writePair(name string, certificate []byte, key *ecdsa.PrivateKey) (pair, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return pair{}, err
	}
	p := pair{certificate: encodePEM("CERTIFICATE", certificate), key: encodePEM("EC PRIVATE KEY", der)}
	if err := d.write(name+".crt", p.certificate); err != nil {
		return pair{}, err
	}
	return p, d.write(name+".key", p.key)
}

func (d folder) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(string(d), name), content, 0o600)
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
