package offline

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/envtestkit"
	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// onlyOurs fails where others on the machine may read what is in a folder.
func onlyOurs(t *testing.T, folder string) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		found++
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("%d files, %v", found, err)
	}
}

// A server that is bound is reached at its engine's port, with its certificate verified unless its address says otherwise, and its
// password lies in a file that nobody else reads.
func TestBoundServers(t *testing.T) {
	for address, want := range map[string]struct {
		port int
		tls  string
	}{
		"postgres://u:hunter2@db/crm":                      {5432, "VerifyFull"},
		"postgresql://u:hunter2@db/crm?sslmode=disable":    {5432, "Disable"},
		"postgres://u:hunter2@db:6543/crm?sslmode=require": {6543, "Require"},
		"postgres://u:hunter2@db/crm?sslmode=prefer":       {5432, "Require"},
		"postgres://u:hunter2@db/crm?sslmode=allow":        {5432, "Require"},
		"postgres://u:hunter2@db/crm?sslmode=verify-ca":    {5432, "VerifyCA"},
		"postgres://u:hunter2@db/crm?sslmode=anything":     {5432, "VerifyFull"},
		"mysql://u:hunter2@db/crm":                         {3306, "VerifyFull"},
		"mysql://u:hunter2@db:3307/crm?sslmode=disable":    {3307, "Disable"},
	} {
		b, err := ParseBind("crm=" + address)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(t.TempDir(), "bound")
		source, err := b.Server(folder)
		if err != nil {
			t.Fatal(err)
		}
		var port int
		var tls, database, credentials string
		if p := source.Postgres; p != nil {
			port, tls, database, credentials = p.Port, p.TLS, p.Database, p.CredentialsDir
		} else {
			port, tls, database, credentials = source.MySQL.Port, source.MySQL.TLS, source.MySQL.Database, source.MySQL.CredentialsDir
		}
		if port != want.port || tls != want.tls || database != "crm" || credentials != folder || (source.MySQL != nil) != strings.HasPrefix(address, "mysql") {
			t.Errorf("%s: %+v %+v", address, source.Postgres, source.MySQL)
		}
		if text, err := os.ReadFile(filepath.Join(folder, "password")); err != nil || string(text) != "hunter2" {
			t.Errorf("%s: %q %v", address, text, err)
		}
		onlyOurs(t, folder)
	}
}

// filesOf is a data source of tables that lie in a ConfigMap which nobody has.
func filesOf(tables ...string) *v1alpha1.DataSource {
	source := envtestkit.DataSource("demo", "crm")
	source.Spec = v1alpha1.DataSourceSpec{Files: &v1alpha1.FilesSource{}}
	for _, name := range tables {
		source.Spec.Files.Tables = append(source.Spec.Files.Tables, v1alpha1.FileTable{Name: v1alpha1.Identifier(name), Format: "CSV", ConfigMap: &v1alpha1.KeyReference{Name: "gone", Key: name}})
	}
	return source
}

// A file takes the place of one table, which is then looked for nowhere else; of several, which one is said.
func TestABoundFileStandsForItsTable(t *testing.T) {
	rows := write(t, "rows.csv", "id\n1\n")
	only, err := ParseBind("crm=file:" + rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := bind([]Bind{only}, filesOf("a", "b"), t.TempDir()); err == nil || !strings.Contains(err.Error(), "say which one") {
		t.Errorf("of several tables: %v", err)
	}
	second, err := ParseBind("crm/b=file:" + rows)
	if err != nil {
		t.Fatal(err)
	}
	source := filesOf("a", "b")
	out, whole, err := bind([]Bind{second}, source, t.TempDir())
	if err != nil || whole || out.left.Spec.Files.Tables[0].ConfigMap == nil || out.left.Spec.Files.Tables[1].ConfigMap != nil || source.Spec.Files.Tables[1].ConfigMap == nil {
		t.Errorf("%v %+v", err, out)
	}
	into := plan.Source{Files: &plan.Files{Tables: []plan.FileTable{{Name: "a", Path: "/a"}, {Name: "b", Path: "/b", URL: "https://elsewhere.example", Format: plan.Parquet}}}}
	out.apply(&into)
	if got := into.Files.Tables; got[0].Path != "/a" || got[1].Path != rows || got[1].URL != "" || got[1].Format != plan.CSV {
		t.Errorf("%+v", got)
	}
}

// A bind to what is not there is refused with what is.
func TestBindsToNothing(t *testing.T) {
	n := Nothing("demo")
	n.Sources = []v1alpha1.DataSource{*filesOf("a", "b")}
	for text, says := range map[string]string{"crm/a=file:x": "", "crm=file:x": "", "crm/c=file:x": `has no table "c": a, b`, "erp=file:x": `no DataSource "erp"`} {
		b, err := ParseBind(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Takes(b); (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

// Of several Secrets each is read from where it is said to be, and lies in files that nobody else reads.
func TestEachSecretFromItsPlace(t *testing.T) {
	t.Setenv("CRM_USERNAME", "analyst")
	t.Setenv("CRM_PASSWORD", "hunter2")
	t.Setenv("ERP_USERNAME", "other")
	bare := load(t, write(t, "nps.yaml", survey))
	got, err := credentials(t, bare, secret(t, "erp=env:ERP"), secret(t, "crm=env:CRM"))
	if err != nil || got["username"] != "analyst" {
		t.Errorf("%v %v", got, err)
	}
	folder := t.TempDir()
	c := computation{Namespace: bare, Options: Options{Given: []Secret{secret(t, "crm=env:CRM")}}}
	if err := c.mount(folder, &bare.Sources[0]); err != nil {
		t.Fatal(err)
	}
	onlyOurs(t, folder)
	for key, want := range map[string]string{"password": "CRM_PASSWORD", "access-key": "CRM_ACCESS_KEY", "ca.crt": "CRM_CA_CRT"} {
		if got := secret(t, "crm=env:CRM").place(key); got != want {
			t.Errorf("%s is read from %s, not %s", key, got, want)
		}
	}
	if _, err := ParseSecret("crm=dir:" + write(t, "password", "hunter2")); err == nil || !strings.Contains(err.Error(), "is not a folder") {
		t.Errorf("a file for a folder: %v", err)
	}
}
