package offline

import (
	"strings"
	"testing"

	"github.com/cpi-operator/cpi-operator/internal/manifest"
)

// Members that no file declares are told with their lines.
func TestMembersOfAScorecardMustExist(t *testing.T) {
	objects, _, err := manifest.Read([]string{"-"}, strings.NewReader(`apiVersion: cpi-operator.io/v1alpha1
kind: Scorecard
metadata: {name: board}
spec:
  title: Customers
  audience: The board
  owner: {team: strategy}
  members:
  - {cpiRef: {name: nps}}
  - {kpiRef: {name: renewal}}
`))
	if err != nil {
		t.Fatal(err)
	}
	namespaces, found, err := Load(t.Context(), objects, "demo")
	if err != nil || len(found) > 0 || len(namespaces) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	found = namespaces[0].Validate()
	if len(found) != 2 || found[0].Line != 9 || found[0].Field != "spec.members[0].cpiRef" || found[0].Message != `CPIDefinition "nps" is not among these files.` ||
		found[1].Line != 10 || found[1].Message != `KPITarget "renewal" is not among these files.` {
		t.Errorf("%+v", found)
	}
}
