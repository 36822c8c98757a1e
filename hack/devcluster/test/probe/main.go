// Command probe is what the dev cluster's test runs in a pod. It shows that cluster DNS, the service network and a server
// on the node's own address work from there.
//
//	probe URL    asks the API server by name and URL by address, each within ten seconds
//	probe serve  answers on port 8000 of all addresses
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

const authority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: probe URL, or probe serve")
	}
	if os.Args[1] == "serve" {
		log.Fatal(http.ListenAndServe(":8000", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, "served from inside the node's network")
		})))
	}
	client, err := newClient()
	if err != nil {
		log.Fatal(err)
	}
	for _, url := range []string{"https://kubernetes.default.svc/version", os.Args[1]} {
		response, err := client.Get(url)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		log.Printf("%s: %s", url, response.Status)
	}
}

func newClient() (*http.Client, error) {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(pem)
	return &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}},
	}, nil
}
