package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/board"
	"github.com/cpi-operator/cpi-operator/internal/plan"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
	"github.com/cpi-operator/cpi-operator/internal/resolve"
)

// linkFlags are those of link.
type linkFlags struct {
	lookFlags
	output string
}

func linkCommand(now time.Time) *cobra.Command {
	var flags linkFlags
	command := &cobra.Command{
		Use:   "link NAME",
		Short: "Tell the evidence for a claim: does this CPI move that KPI?",
		Long: `Tells what was found of a CPILinkage: the verdict on each driver, with effect, interval and what it rests on; the customers that were
compared, as they stand and like with like; the periods; how much of the KPI the drivers explain; forecast, targets' chances and
what-ifs; the guardrails; and how the verdict came to be. It tells what goes together, never what causes what.
Exit codes: 0 told, whatever it says; 2 not.`,
		Example: `  # the evidence for a claim
  kubectl cpi link software-nps-renewal

  # of definitions in files, computed on the spot
  kubectl cpi link -f config/samples/telco.yaml telco-support-churn --output markdown`,
		Args: oneName,
		RunE: func(command *cobra.Command, args []string) error { return flags.run(command, args[0], now) },
	}
	flags.add(command)
	command.ValidArgsFunction = flags.completeNames(plan.KindLinkage)
	addOutput(command, &flags.output)
	return command
}

func (f *linkFlags) run(command *cobra.Command, name string, now time.Time) error {
	if err := checkFormat(f.output); err != nil {
		return err
	}
	objects, err := f.look(command, now)
	if err != nil {
		return err
	}
	found, err := find(objects, name, plan.KindLinkage)
	if err != nil {
		return err
	}
	return newEvidence(objects, found.name).document().print(command.OutOrStdout(), f.output)
}

// evidence is a claim with what was found of it.
type evidence struct {
	objects board.Objects
	claim   board.Claim
	linkage *v1alpha1.CPILinkage
	// found in full, and in plain numbers; nil before there is anything.
	report *v1alpha1.ReportLink
	found  *plan.Link
	// kpi knows how the KPI's numbers are written; nil if its definition cannot be read as it stands.
	kpi *alert.Indicator
}

func newEvidence(objects board.Objects, name string) *evidence {
	e := &evidence{objects: objects, linkage: objects.Linkage(name), report: objects.Found(name)}
	for _, c := range objects.Claims() {
		if c.Name == name {
			e.claim = c
		}
	}
	e.found = planstep.Found(e.report)
	e.kpi, _ = objects.View(resolve.KindKPITarget, e.claim.KPI) // without it numbers are written plainly
	return e
}

// view of a driver, which knows how the CPI's numbers are written; plain if its definition cannot be read.
func (e *evidence) view(driver string) *alert.Indicator {
	view, err := e.objects.View(resolve.KindCPIDefinition, driver)
	if err != nil {
		return &alert.Indicator{}
	}
	return view
}

// kpiView is that of the KPI, or a plain one.
func (e *evidence) kpiView() *alert.Indicator {
	if e.kpi == nil {
		return &alert.Indicator{}
	}
	return e.kpi
}

// toldEvidence is the same as programs read it. Numbers are those of the report: decimal strings, differences in the KPI's
// unit.
type toldEvidence struct {
	toldLink
	Namespace   string                      `json:"namespace"`
	Description string                      `json:"description,omitempty"`
	Evidence    string                      `json:"evidence"`
	Explanation []string                    `json:"explanation,omitempty"`
	Drivers     []v1alpha1.LinkDriverStatus `json:"drivers,omitempty"`
	Course      []v1alpha1.LinkStage        `json:"course,omitempty"`
	Findings    *v1alpha1.ReportLink        `json:"findings,omitempty"`
	Caveat      string                      `json:"caveat"`
}

func (e *evidence) told() toldEvidence {
	return toldEvidence{
		toldLink: linkTold(e.objects, e.claim), Namespace: e.objects.Namespace, Description: e.linkage.Spec.Description, Evidence: e.design(),
		Explanation: e.linkage.Status.Explanation, Drivers: e.driversTold(), Course: e.happened(e.linkage.Status.Course), Findings: e.report, Caveat: e.caveat(),
	}
}
