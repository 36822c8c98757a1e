package preset

import "github.com/cpi-operator/cpi-operator/internal/measure"

// Who stays and comes back.
var retained = []Preset{
	{
		Name: "RepeatPurchase", Title: "Repeat purchase", Theme: "Loyalty", Families: []string{"conversion", "share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many new customers buy a second time.",
		Formula:   "customers with a further purchase within H days of their first / customers whose H days are over",
		Columns:   "one row for each purchase with customer and time",
		Pitfall:   "An order that was split on the day of purchase is no second purchase: leave out the first day. And customers of last week have had no time to return.",
		Reference: "Fader, Hardie and Lee 2005, Marketing Science 24:275",
	},
	{
		Name: "CustomerReturn", Title: "Returning customers", Theme: "Loyalty", Families: []string{"share", "conversion"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many of the customers who bought in a period had bought before.",
		Formula:   "customers active in the period who bought before it / customers active in the period",
		Columns:   "one row for each order with customer, time and how many orders the customer had before",
		Pitfall:   "Count customers, not orders: regulars order more often, so that the share of orders is larger than that of customers. It has nothing to do with returned goods.",
		Reference: "Reinartz and Kumar 2003, Journal of Marketing 67:77",
	},
	{
		Name: "Churn", Title: "Churned customers", Theme: "Loyalty", Families: []string{"share", "aggregate"},
		Unit: "ratio 0–1", Direction: measure.LowerIsBetter,
		Tells:     "How many customers left, where a column says so. With intervals or snapshots, use the family churn.",
		Formula:   "customers of the opening day who left / customers of the opening day",
		Columns:   "one row for each customer, whether the customer left, and whether it was there at the start",
		Pitfall:   "Customers won within the period have hardly had time to leave. Below the line they dilute churn, and most so where growth is fast.",
		Reference: "Ascarza et al. 2018, Customer Needs and Solutions 5:65",
	},
	{
		Name: "Engagement", Title: "Engaged customers", Theme: "Loyalty", Families: []string{"share", "conversion"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many of all customers really use what they pay for.",
		Formula:   "customers active on at least so many days of the period / all customers",
		Columns:   "one row for each customer and period, 0 for those who were never there, with the number of active days",
		Pitfall:   "A log of visits has no rows of who stayed away. A share among those who came at all rises when the others give up.",
		Reference: "van Doorn et al. 2010, Journal of Service Research 13:253",
	},
}

// What customers are worth and get out of it.
var valuable = []Preset{
	{
		Name: "HealthyAccounts", Title: "Accounts in good health", Theme: "Value", Families: []string{"share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many accounts have a health score from which on they are not worried about.",
		Formula:   "accounts with a score of at least the bound / accounts",
		Columns:   "one row for each account and snapshot with its score",
		Pitfall:   "A mean score hides who is ill: a few enthusiasts make up for many who are about to leave.",
		Reference: "OECD and JRC 2008, Handbook on Constructing Composite Indicators",
	},
	{
		Name: "Activation", Title: "Activation", Theme: "Value", Families: []string{"conversion", "share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many new customers reach a first result in time.",
		Formula:   "new customers with the event of value within H days / new customers whose H days are over",
		Columns:   "sign-ups and events of use, each with customer and time",
		Pitfall:   "Logging in is not a result. Choose the event after which customers stay, not the one that nearly all reach.",
		Reference: "McClure 2007, Startup Metrics for Pirates",
	},
	{
		Name: "Upsell", Title: "Upsell rate", Theme: "Value", Families: []string{"conversion", "share", "ratio"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many customers who could move to a larger plan did so.",
		Formula:   "customers who upgraded / customers eligible for an upgrade",
		Columns:   "one row for each customer, eligible or not, offered or not, upgraded or not",
		Pitfall:   "Those who were offered it are chosen by sales: divided by them, the rate rises when fewer are asked. Say who is below the line, and pair it with complaints: pressed customers leave.",
		Reference: "Kamakura 2008, Journal of Relationship Marketing 6:41",
	},
	{
		Name: "CrossSell", Title: "Cross-sell rate", Theme: "Value", Families: []string{"conversion", "share", "ratio"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many customers of one product took another one too.",
		Formula:   "customers who bought from a further product line / customers of the first one",
		Columns:   "one row for each customer with what was bought besides: nothing, an upgrade, or another line",
		Pitfall:   "More of the same is an upsell. Counted in, it makes a one-product company look like one with many.",
		Reference: "Kamakura 2008, Journal of Relationship Marketing 6:41",
	},
}

// What the company gets out of it.
var commercial = []Preset{
	{
		Name: "Conversion", Title: "Funnel conversion", Theme: "Growth", Families: []string{"conversion", "share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many visitors buy.",
		Formula:   "visitors with a purchase within H of their first visit in the period / visitors of the period",
		Columns:   "visits and purchases, each with visitor and time",
		Pitfall:   "A visitor who comes three times before buying is one success, not one in three. Divided by visits, conversion falls when people think twice.",
		Reference: "Moe and Fader 2004, Management Science 50:326",
	},
	{
		Name: "ResponseRate", Title: "Response rate", Theme: "Efficiency", Families: []string{"share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many of those invited to a survey completed it: how far its numbers can be trusted.",
		Formula:   "completed / invited, undelivered invitations left out (AAPOR RR1: of all eligible)",
		Columns:   "one row for each invitation with what became of it",
		Pitfall:   "Completed of those who started is the completion rate: it tells of the questionnaire, not of who stayed silent.",
		Reference: "AAPOR 2023, Standard Definitions, 10th ed.",
	},
	{
		Name: "AcquisitionCost", Title: "Customer acquisition cost", Theme: "Efficiency", Families: []string{"ratio"},
		Unit: "an amount per customer", Direction: measure.LowerIsBetter,
		Tells:     "What it costs to win a customer.",
		Formula:   "Σ spend / Σ new customers, the spend lagged where customers take time to decide",
		Columns:   "one row for each channel and month with spend and new customers, 0 where none was won",
		Pitfall:   "The mean of the channels' costs leaves out the channel that won nobody, whose cost per customer does not exist, and with it the money it burnt.",
		Reference: "Gupta, Lehmann and Stuart 2004, Journal of Marketing Research 41:7",
	},
	{
		Name: "Revenue", Title: "Revenue", Theme: "Growth", Families: []string{"aggregate"},
		Unit: "an amount, as declared", Direction: measure.HigherIsBetter,
		Tells:     "What customers paid in a period.",
		Formula:   "Σ amount of paid orders",
		Columns:   "the amount of each order and its status; the customer for `clusterBy`",
		Pitfall:   "What was ordered is not what was paid: cancelled and unpaid orders do not belong in it.",
		Reference: "IFRS 15, Revenue from Contracts with Customers",
	},
	{
		Name: "Profit", Title: "Profit", Theme: "Profit", Families: []string{"aggregate"},
		Unit: "an amount, as declared", Direction: measure.HigherIsBetter,
		Tells:     "What is left of the revenue after what it cost.",
		Formula:   "Σ (amount − cost)",
		Columns:   "the margin of each order; the customer for `clusterBy`",
		Pitfall:   "Revenue can grow while each order loses money. Profit may be below zero, and its interval too.",
		Reference: "Kaplan and Cooper 1998, Cost and Effect",
	},
	{
		Name: "Productivity", Title: "Productivity", Theme: "Productivity", Families: []string{"ratio"},
		Unit: "output per hour, or as declared", Direction: measure.HigherIsBetter,
		Tells:     "How much a team gets done in its time.",
		Formula:   "Σ output / Σ hours",
		Columns:   "output and hours, by team or day",
		Pitfall:   "The mean of the teams' ratios weighs a team of one like a team of twenty. And output that must be done again is no output.",
		Reference: "OECD 2001, Measuring Productivity",
	},
}
