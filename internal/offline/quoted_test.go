package offline

import (
	"strings"
	"testing"
)

// What is quoted already is not advised to be.
func TestWhatIsQuotedAlready(t *testing.T) {
	quoted := strings.Replace(survey, "quality: {minSampleSize: 2}", `quality: {minSampleSize: "2"}`, 1)
	if got := findingsOf(t, write(t, "nps.yaml", quoted)); len(got) != 1 || !strings.Contains(got[0], "minSampleSize") || strings.Contains(got[0], "quote it") {
		t.Errorf("%q", got)
	}
}
