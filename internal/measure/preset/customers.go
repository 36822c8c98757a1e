package preset

import "github.com/cpi-operator/cpi-operator/internal/measure"

// What customers wait for.
var timely = []Preset{
	{
		Name: "WaitingTime", Title: "Waiting time", Theme: "Time", Families: []string{"duration", "aggregate"},
		Unit: "time, such as seconds; with `shareWithin` a ratio", Direction: measure.LowerIsBetter,
		Tells:     "How long customers wait until somebody attends to them.",
		Formula:   "quantile (median, 90 %) of the time until the customer is served or gives up",
		Columns:   "when the customer arrived and when the wait ended, by being served or by giving up; or a column of the time waited",
		Pitfall:   "A mean hides the tail: most wait a little and a few wait for ever. Tell the 90 % quantile beside the median, not the mean.",
		Reference: "Maister 1985, The Psychology of Waiting Lines; quantile intervals: Hahn and Meeker 1991, Statistical Intervals",
	},
	{
		Name: "FirstResponseTime", Title: "First response time", Theme: "Time", Families: []string{"duration", "aggregate"},
		Unit: "time; with `shareWithin` a ratio", Direction: measure.LowerIsBetter,
		Tells:     "How long a customer waits for the first answer of a person.",
		Formula:   "share of cases answered within the promised time, or a quantile of first answer − opened",
		Columns:   "when a case was opened and first answered, NULL while it was not; or a column of elapsed business time",
		Pitfall:   "Cases that were never answered are the worst ones. Left out, they make the share better the more of them there are: count them as missed once their time is over.",
		Reference: "ISO 18295-1:2017, Customer contact centres",
	},
	{
		Name: "ResolutionTime", Title: "Resolution time", Theme: "Time", Families: []string{"duration", "aggregate"},
		Unit: "time; with `shareWithin` a ratio", Direction: measure.LowerIsBetter,
		Tells:     "How long it takes until a customer's case is solved.",
		Formula:   "Kaplan–Meier median of solved − opened; open cases are censored",
		Columns:   "when a case was opened and when it was solved for good, NULL while it is open",
		Pitfall:   "The cases still open are the slow ones. A median of solved cases alone is that of the quick ones, and gets better when work piles up.",
		Reference: "Kaplan and Meier 1958, Journal of the American Statistical Association 53:457",
	},
	{
		Name: "TimeToValue", Title: "Time to value", Theme: "Time", Families: []string{"duration"},
		Unit: "time", Direction: measure.LowerIsBetter,
		Tells:     "How long it takes new customers to get what they came for.",
		Formula:   "Kaplan–Meier median from start to the first event of value; customers without one are censored",
		Columns:   "when the customer started and when the first event of value happened, NULL if it has not yet",
		Pitfall:   "Customers who never got there are part of the answer. Without them the median tells of those who made it. Where less than half have got there, there is no median yet, and that is the news.",
		Reference: "Kaplan and Meier 1958; Brookmeyer and Crowley 1982, Biometrics 38:29",
	},
}

// What customers are spared.
var convenient = []Preset{
	{
		Name: "FirstContactResolution", Title: "First contact resolution", Theme: "Convenience", Families: []string{"conversion", "share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How often one contact is enough.",
		Formula:   "contacts without a further contact of the same customer within R days / contacts older than R days",
		Columns:   "one row for each contact with customer and time, and the topic where customers have several concerns",
		Pitfall:   "An agent's tick in “resolved” is not the customer's. Only the absence of a further contact tells, and of the last R days nothing can be told yet.",
		Reference: "ISO 18295-1:2017, Customer contact centres",
	},
	{
		Name: "SelfService", Title: "Self-service rate", Theme: "Convenience", Families: []string{"share", "conversion"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many concerns customers settle by themselves.",
		Formula:   "concerns resolved in self-service / (self-service sessions + assisted cases)",
		Columns:   "one row for each concern, with the way it ended: resolved by the customer, handed to a person, or given up",
		Pitfall:   "Giving up is not success. “Not escalated” counts everybody who went away annoyed; count what was resolved.",
		Reference: "Meuter et al. 2000, Journal of Marketing 64:50",
	},
	{
		Name: "StepsPerCase", Title: "Steps per case", Theme: "Convenience", Families: []string{"aggregate", "ratio"},
		Unit: "steps", DefaultUnit: "steps", Direction: measure.LowerIsBetter,
		Tells:     "How many steps customers must take to get something done.",
		Formula:   "Σ steps / cases that were finished",
		Columns:   "one row for each case with its number of steps and whether it was finished",
		Pitfall:   "Who gives up after two steps took few. Counting abandoned cases makes a worse process look shorter.",
		Reference: "Dixon, Freeman and Toman 2010, Harvard Business Review 88:116",
	},
	{
		Name: "HandOffsPerCase", Title: "Hand-offs per case", Theme: "Convenience", Families: []string{"aggregate", "ratio"},
		Unit: "hand-offs", DefaultUnit: "hand-offs", Direction: measure.LowerIsBetter,
		Tells:     "How often customers are passed on and must explain anew.",
		Formula:   "Σ hand-offs / cases",
		Columns:   "one row for each case with its number of hand-offs, 0 for those without",
		Pitfall:   "A log of hand-offs has no rows of cases without any. A mean over that log is at least 1 and does not move when more cases are settled at once.",
		Reference: "Dixon, Freeman and Toman 2010, Harvard Business Review 88:116",
	},
	{
		Name: "ContactsPerCase", Title: "Contacts per resolved case", Theme: "Convenience", Families: []string{"ratio", "aggregate"},
		Unit: "contacts", DefaultUnit: "contacts", Direction: measure.LowerIsBetter,
		Tells:     "How many contacts it takes until a case is resolved.",
		Formula:   "Σ contacts / Σ resolved cases; contacts of cases that never were resolved count too",
		Columns:   "one row for each case with its number of contacts and 1 if it was resolved, else 0",
		Pitfall:   "The contacts spent on cases that were never resolved are part of the price. A mean over resolved cases leaves them out.",
		Reference: "Dixon, Freeman and Toman 2010, Harvard Business Review 88:116",
	},
}

// What customers keep in their purse.
var saved = []Preset{
	{
		Name: "MoneySaved", Title: "Money saved", Theme: "MoneySaved", Families: []string{"ratio", "aggregate"},
		Unit: "ratio, or an amount for `aggregate`", Direction: measure.HigherIsBetter,
		Tells:     "How much less customers paid than a documented reference price.",
		Formula:   "Σ (reference − paid) / Σ reference",
		Columns:   "the amount saved and the amount at the reference price, by row; the customer for `clusterBy`",
		Pitfall:   "It is not the mean of the rows' discounts, in which a cheap item counts as much as a dear one. And an inflated list price saves nobody anything: take the lowest price of the last 30 days.",
		Reference: "Directive (EU) 2019/2161 (30-day reference price); Cochran 1977, Sampling Techniques, 3rd ed., chapter 6",
	},
}

// What customers get for staying.
var loyal = []Preset{
	{
		Name: "LoyaltyRecognition", Title: "Loyalty recognised", Theme: "LoyaltyRecognition", Families: []string{"conversion", "share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many loyal customers are thanked for it in time.",
		Formula:   "loyal customers who got a recognition within H days of earning it / loyal customers whose H days are over",
		Columns:   "one row for each customer who became eligible, with the time; the recognitions with customer, kind and time",
		Pitfall:   "Points that everybody gets for every purchase recognise nobody. Count what is given for loyalty, and leave out those whose time is not over.",
		Reference: "Henderson, Beck and Palmatier 2011, Journal of Consumer Psychology 21:256",
	},
	{
		Name: "Redemption", Title: "Redemption rate", Theme: "LoyaltyRecognition", Families: []string{"ratio"},
		Unit: "ratio", Direction: measure.HigherIsBetter,
		Tells:     "How much of what a loyalty programme gives is really used.",
		Formula:   "Σ points redeemed / Σ points earned",
		Columns:   "points redeemed and points earned, by row; the customer for `clusterBy`",
		Pitfall:   "Points that expired are gone but gave nobody anything. “No longer outstanding” is not redeemed: breakage must stay out.",
		Reference: "Dorotic, Bijmolt and Verhoef 2012, International Journal of Management Reviews 14:217",
	},
}

// What customers think of it.
var satisfied = []Preset{
	{
		Name: "CustomerSatisfactionIndex", Title: "Customer satisfaction index", Theme: "Satisfaction", Families: []string{"index"},
		Unit: "points 0–100", Direction: measure.HigherIsBetter,
		Tells:     "How satisfied customers are, over several questions weighed by their importance.",
		Formula:   "mean over customers of Σ weight × 100 × (answer − min)/(max − min)",
		Columns:   "one column for each question; the entity of `responses`",
		Pitfall:   "One question is not an index: the same customers may be content overall and far from what they expected. An index with weights of your own is not to be called by the trademark of the American Customer Satisfaction Index.",
		Reference: "ISO 10004:2018; Fornell et al. 1996, Journal of Marketing 60:7",
	},
	{
		Name: "GoalAttainment", Title: "Goal attainment", Theme: "Satisfaction", Families: []string{"share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many customers reached what they themselves came for.",
		Formula:   "customers who say that they reached their goal / customers who were asked and answered",
		Columns:   "the answer, NULL without one; the entity of `responses`",
		Pitfall:   "That a process was completed is the company's goal. A customer who checked out with the wrong thing completed it. And who did not answer has not said no: leave them out by `where`.",
		Reference: "Macdonald, Kleinaltenkamp and Wilson 2016, Journal of Marketing 80:96",
	},
	{
		Name: "ExpectationMet", Title: "Expectation met", Theme: "Satisfaction", Families: []string{"share"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many customers got at least what they expected.",
		Formula:   "answers “as expected” or “better” / answers",
		Columns:   "the answer to the question of what was expected; the entity of `responses`",
		Pitfall:   "It is not satisfaction: who expects little is satisfied with little. Ask for it by a question of its own.",
		Reference: "Oliver 1980, Journal of Marketing Research 17:460",
	},
	{
		Name: "ComplaintRate", Title: "Complaint rate", Theme: "Satisfaction", Families: []string{"rate", "ratio"},
		Unit: "complaints per so many orders or customers", Direction: measure.LowerIsBetter,
		Tells:     "How often customers complain, by how much they buy.",
		Formula:   "complaints / orders, by period and segment",
		Columns:   "one row for each complaint, and the orders, each with its time and the columns of the breakdowns",
		Pitfall:   "The number of complaints grows with the orders; only the rate compares months. A low rate may also mean that complaining is hard: look at the channel.",
		Reference: "ISO 10002:2018; Garwood 1936, Biometrika 28:437 (interval)",
	},
}

// What customers tell others.
var advocated = []Preset{
	{
		Name: "Referral", Title: "Referral rate", Theme: "Advocacy", Families: []string{"share", "conversion"},
		Unit: "ratio 0–1", Direction: measure.HigherIsBetter,
		Tells:     "How many customers bring others.",
		Formula:   "customers with at least one qualified referral / active customers",
		Columns:   "one row for each active customer with the number of qualified referrals",
		Pitfall:   "An invitation sent is no referral, and who invites himself for the bonus is none either. Count those that became customers.",
		Reference: "Schmitt, Skiera and Van den Bulte 2011, Journal of Marketing 75:46",
	},
	{
		Name: "ReferralCoefficient", Title: "Referral coefficient", Theme: "Advocacy", Families: []string{"ratio"},
		Unit: "new customers per customer", Direction: measure.HigherIsBetter,
		Tells:     "How many new customers each customer brings: invitations per customer × their conversion.",
		Formula:   "Σ converted invitations / Σ customers",
		Columns:   "one row for each customer, with 1 and with the number of invitations that were converted",
		Pitfall:   "It is not the share of customers who refer: one keen customer may bring five. Above 1 growth feeds itself, which a share can never tell.",
		Reference: "Schmitt, Skiera and Van den Bulte 2011, Journal of Marketing 75:46",
	},
	{
		Name: "ReviewRating", Title: "Review rating", Theme: "Advocacy", Families: []string{"aggregate", "share"},
		Unit: "stars; a ratio for `share`", DefaultUnit: "stars", Direction: measure.HigherIsBetter,
		Tells:     "How a product is rated in public, with little weight on few reviews.",
		Formula:   "(weight × mean of all products + Σ stars) / (weight + reviews)",
		Columns:   "the stars of each review; the product for breakdowns",
		Pitfall:   "A mean of eight reviews beats one of eight thousand by chance. Without shrinkage a list by rating is led by what hardly anybody reviewed. Who reviews is no random sample either.",
		Reference: "Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., 3.4; Hu, Zhang and Pavlou 2009, Communications of the ACM 52:144",
	},
	{
		Name: "Sentiment", Title: "Sentiment", Theme: "Advocacy", Families: []string{"share"},
		Unit: "points −100 to 100; a ratio without `less`", Direction: measure.HigherIsBetter,
		Tells:     "Whether customers write well or ill of the company, from labels that something else gave their texts.",
		Formula:   "100 × (share of positive − share of negative), each corrected for how often its label is right",
		Columns:   "one row for each text with its label; how often labels were right on texts that people read, in your language",
		Pitfall:   "Labels are wrong, and not evenly so: where few texts are negative, most that are labelled so may not be. Without the correction the balance leans towards zero.",
		Reference: "Rogan and Gladen 1978, American Journal of Epidemiology 107:71; Lang and Reiczigel 2014, Preventive Veterinary Medicine 113:13",
	},
}
