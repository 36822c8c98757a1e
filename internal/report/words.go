package report

// words are the report's own texts in one language. What the operator said of an object is told as it said it.
type words struct {
	language string

	// Facts at the top, by what they are.
	audience, objective, owner, namespace, asOf, since, review string
	sinceWhen                                                  string // an instant, and why that one

	inShort    string
	counts     string // members, on target, off target, unknown, attention
	countsHelp string

	actions, nothingToDo, nothingKnown, moreActions string
	who, nobody, why, look                          string

	numbers, cpisOf, kpis, noMembers                                          string
	indicator, value, interval, n, period, trend, target, state, team, weight string
	course, courseOf, courseInWords, periodsOf, guardrailMark, notYet         string

	changed, nothingChanged, forgetful                                         string
	valuesChanged, before, now, difference, shows                              string
	better, worse, noneShown, notCompared, against                             string
	newOnes, statesEntered, verdictsReached, definitionsEdited, what, when, of string

	claims, noClaims, claimsHelp, driver, kpi, effect, lag, verdict, sentences string

	guardrails, noGuardrails, guardrailOf, allMembers, together, untested string

	doubts, noDoubts, unknown string

	gaps, noGaps string

	reading string
	help    []string
}

// english words.
var english = words{
	language: "en",

	audience: "For", objective: "Objective", owner: "Kept by", namespace: "Namespace", asOf: "As of", since: "What changed, since", review: "Review",
	sinceWhen: "%s (%s)",

	inShort:    "In short",
	counts:     "Members: %d. On target: %d. Off target: %d. Cannot be judged: %d. Need attention: %d.",
	countsHelp: "There is no score. A sum over numbers of different units has none, and hides what it is made of.",

	actions: "What matters most now", nothingToDo: "Nothing asks for action: no problem is known of any member.",
	nothingKnown: "Nothing that is known asks for action. Members of which nobody can tell how they stand: %d; “%s” says why.",
	moreActions:  "Less urgent: %d more. kubectl cpi status %s lists every problem.",
	who:          "Who", nobody: "nobody is named as the owner of %s %s", why: "Why", look: "Where to look",

	numbers: "The numbers", cpisOf: "What customers get: %s", kpis: "What the company wants", noMembers: "There are no indicators.",
	indicator: "Indicator", value: "Value", interval: "Interval", n: "n", period: "Period", trend: "Trend", target: "Target", state: "State", team: "Team", weight: "Weight",
	course: "Course", courseOf: "Course of “%s”", courseInWords: "from %s to %s, with the interval as a band; its numbers stand below under “Periods of %s”",
	periodsOf: "Periods of %s", guardrailMark: "guardrail", notYet: "–",

	changed: "What changed", nothingChanged: "Nothing is known to have changed.",
	forgetful:     "The definitions come from files, which remember no states, verdicts or edits: only values of periods are compared.",
	valuesChanged: "Values of later periods than then", before: "Then", now: "Now", difference: "Difference", shows: "What it shows",
	better: "better", worse: "worse", noneShown: "no change shown", notCompared: "not compared: %s", against: "%s, against %s",
	newOnes: "New since then: %s.", statesEntered: "States that were entered", verdictsReached: "Verdicts that claims came to", definitionsEdited: "Definitions that were edited",
	what: "What", when: "When", of: "Of",

	claims: "What goes with what", noClaims: "No claim speaks of a member.",
	claimsHelp: "Each claim is tested on the rows at hand. What goes together need not follow from each other: only where chance decided who got which experience may one speak of an effect.",
	driver:     "Driver", kpi: "KPI", effect: "Difference that goes with it", lag: "After", verdict: "Verdict", sentences: "What was found: %s",

	guardrails: "Guardrails", noGuardrails: "No CPI is held to not getting worse while the KPIs look good.",
	guardrailOf: "While this looks good", allMembers: "all members", together: "Do they drift apart?",
	untested: "Nobody tests it: no claim (CPILinkage) names it as the guardrail of a KPI.",

	doubts: "What is uncertain, and why", noDoubts: "Nothing of the members is known to be in doubt.", unknown: "What is not known",

	gaps: "What the set leaves out", noGaps: "Each theme in which customers gain has a member, each department that is expected too, and no topic has most of the weight.",

	reading: "How to read this",
	help: []string{
		"Value and interval: with a sample of size n, the true value lies within the interval with the confidence that the indicator declares, 95 % unless it says otherwise. Two values whose intervals overlap a lot may not differ at all.",
		"Period: the latest mature one. A period that is not over, or whose value still moves by design, is not shown as a result.",
		"Warning, Critical, OnTarget and OffTarget are told only where the whole interval lies on one side. Inconclusive: the interval contains the target.",
		"Trend: told where a test on six or more mature periods that share no rows shows it. That none is shown does not mean that there is none.",
		"No data is never zero, and an association is never a cause.",
	},
}
