package offline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

const crmSecret = `
---
apiVersion: v1
kind: Secret
metadata: {name: crm}
stringData: {username: filed, password: filed}
`

// credentials that a source named crm would find mounted.
func credentials(t *testing.T, n *Namespace, given ...Secret) (map[string]string, error) {
	t.Helper()
	folder := t.TempDir()
	source, _ := n.with(nil).Source("crm")
	c := computation{Namespace: n, Options: Options{Given: given}}
	if err := c.mount(folder, source); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, key := range []string{"username", "password"} {
		text, err := os.ReadFile(filepath.Join(folder, resolve.CredentialsDir, key))
		if err != nil {
			t.Fatal(err)
		}
		out[key] = string(text)
	}
	return out, nil
}

func secret(t *testing.T, text string) Secret {
	t.Helper()
	s, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Secrets come from the files, from the environment or from a folder; the files go first, and what is given fills what they lack.
func TestSecrets(t *testing.T) {
	t.Setenv("CRM_DB_USERNAME", "analyst")
	t.Setenv("CRM_DB_PASSWORD", "hunter2")
	folder := t.TempDir()
	for key, text := range map[string]string{"username": "u", "password": "p"} {
		if err := os.WriteFile(filepath.Join(folder, key), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bare, filed := load(t, write(t, "nps.yaml", survey)), load(t, write(t, "nps.yaml", survey+crmSecret))
	template := load(t, write(t, "nps.yaml", survey+strings.Replace(crmSecret, "password: filed", `password: ""`, 1)))
	for name, c := range map[string]struct {
		namespace          *Namespace
		given              []Secret
		username, password string
	}{
		"filed":                    {filed, nil, "filed", "filed"},
		"environment":              {bare, []Secret{secret(t, "crm=env:CRM_DB")}, "analyst", "hunter2"},
		"folder":                   {bare, []Secret{secret(t, "crm=dir:"+folder)}, "u", "p"},
		"filed before given":       {filed, []Secret{secret(t, "crm=env:CRM_DB")}, "filed", "filed"},
		"given for what is empty":  {template, []Secret{secret(t, "crm=env:CRM_DB")}, "filed", "hunter2"},
		"of another, filed is not": {filed, []Secret{secret(t, "erp=env:CRM_DB")}, "filed", "filed"},
	} {
		got, err := credentials(t, c.namespace, c.given...)
		if err != nil || got["username"] != c.username || got["password"] != c.password {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	for says, given := range map[string][]Secret{
		`Secret "crm" is not among these files`: nil,
		"none of NONE_USERNAME, NONE_PASSWORD":  {secret(t, "crm=env:NONE")},
	} {
		if _, err := credentials(t, bare, given...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
	if err := bare.TakesSecret(secret(t, "erp=env:CRM_DB")); err == nil || bare.TakesSecret(secret(t, "crm=env:CRM_DB")) != nil {
		t.Errorf("a Secret that nothing reads is taken: %v", err)
	}
	if err := filed.TakesSecret(secret(t, "crm=env:CRM_DB")); err == nil || !strings.Contains(err.Error(), "go first") || template.TakesSecret(secret(t, "crm=env:CRM_DB")) != nil {
		t.Errorf("a Secret that the files have whole is taken: %v", err)
	}
}

// A password that was meant for the flag's value never enters a message.
func TestSecretsThatAreRefused(t *testing.T) {
	for text, says := range map[string]string{
		"hunter2":              "names no Secret",
		"=env:hunter2":         "names no Secret",
		"crm=hunter2":          "nothing that is known",
		"crm=env:":             "nothing that is known",
		"crm=dir:nowhere-here": "no such file",
	} {
		if _, err := ParseSecret(text); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %s", text, err, says)
		}
	}
}
