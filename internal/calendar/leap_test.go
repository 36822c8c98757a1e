package calendar

import (
	"archive/zip"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// slim is a zone as Go embeds it, and so as an image without zone files has it: a short table and a rule.
func slim(t *testing.T, name string) *time.Location {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	file, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocationFromTZData(name, content)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestDaysAroundTheEndOfALeapYear(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Sydney", "Pacific/Auckland"} {
		zone := slim(t, name)
		for _, d := range []day{{2023, 12, 31}, {2024, 12, 30}, {2024, 12, 31}, {2025, 1, 1}, {2028, 12, 31}, {2029, 1, 1}, {2029, 1, 2}} {
			if got, want := d.start(zone), time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone); !got.Equal(want) {
				t.Errorf("%s: %v starts at %v, want %v", name, d, got, want)
			}
		}
	}
}
