// Package lifetime says what customers will be worth. With a contract, a margin is kept at every renewal with a constant
// probability. Without one, leaving is never seen: BG/NBD infers it from when customers bought, and Gamma–Gamma adds
// what they spent. Both are fitted by maximum likelihood to counts of customers with equal histories.
//
// What the models take for granted: a customer buys at random at a steady rate, and can leave for good after any
// purchase but the first; how much one spends has nothing to do with how often one buys; and tomorrow is as
// yesterday. There are no seasons in it, and a campaign is not foreseen. A value is an expectation over many
// customers, not a forecast of one.
//
// Sources: P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), “Counting your customers” the easy way: an alternative to the
// Pareto/NBD model, Marketing Science 24(2) 275–284; the same (2005), RFM and CLV: using iso-value curves for customer base
// analysis, Journal of Marketing Research 42(4) 415–430; P. S. Fader, B. G. S. Hardie (2013), The Gamma-Gamma model of
// monetary value, brucehardie.com/notes/025.
package lifetime
