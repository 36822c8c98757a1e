package planstep

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// linkageRun is the plan of a run that tests one claim, whose customers are in two sources. It is empty where the claim is
// not, or no longer, of that kind.
func (a *assembly) linkageRun(in Inputs, source plan.Source) (plan.Plan, []Skipped, error) {
	out := plan.Plan{FormatVersion: plan.FormatVersion, Run: in.Run, Now: in.Now, Source: source, SourceGeneration: in.Source.Generation}
	out.Linkages = a.linkages(in)
	if len(out.Linkages) == 0 {
		return out, a.skipped, nil
	}
	other, err := objectsOf(in).Source(out.Linkages[0].Other)
	if err == nil && other == nil {
		err = fmt.Errorf("DataSource %q does not exist", out.Linkages[0].Other)
	}
	if err != nil {
		return out, a.skipped, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	resolved, problems := resolve.OtherSource(other, source.Limits)
	if len(problems) > 0 {
		return out, a.skipped, fmt.Errorf("%w: %s: %s", ErrInvalid, other.Name, problems)
	}
	out.Others = []plan.Source{resolved}
	out.Datasets = a.read(out)
	return out, a.skipped, nil
}
