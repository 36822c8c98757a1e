// Package series tells whether one series of finished periods goes before another: whether a company's number follows
// its customers' by some periods. It shows association and order in time, never cause.
//
// Two series that have nothing to do with one another go together easily: both rise, both are sluggish, both have
// Decembers, and of seven lags one always looks best. Test therefore does this:
//
//   - It takes the longest stretch in which both series have a value. Periods are never made up. It needs 24, and three
//     years where there may be seasons, which month dummies then take out.
//   - At each lag k from 0 to the most asked for, a sixth of the periods at most, it regresses the outcome on the driver
//     k periods before, beside a straight line, the outcome's own past, and as much of the driver's before those k
//     periods. How much past is decided by the corrected Akaike criterion. The evidence is the largest |t| of all lags.
//   - It holds that against the largest |t| of the same driver with outcomes that know nothing of it: the outcome's own
//     autoregression, its persistence corrected for the bias of short series, with its own surprises in random order,
//     drawn 999 times and, where p is at most 0.1, 9,999 times. So p is corrected for the search over lags, for
//     persistence and for outliers at once. The random numbers follow from the data: equal input gives equal p.
//   - It tells the effect at that lag: where ADF and KPSS do not both say of both series that they keep to a level, the
//     slope of changes on changes, with an interval by Newey and West; else the slope of the regression above. In either
//     case a link counts as shown only if changes show it too: if their slope differs from zero, to the same side.
//   - It asks by Granger's test whether the driver also follows the outcome, and where nothing is shown, how many
//     periods would show an association as strong as the one seen.
//
// The regression has the driver just before lag k beside it, which the textbook's (Distributed) does not. Without it, a
// link between sluggish series is found less often (φ 0.8, β 1: 75 % at best instead of 96 %), and what is significant
// depends far more on persistence, which short series tell badly. It also contains the regression of changes on changes,
// so that whether to take changes need not be decided before the test, and cannot spoil its p.
//
// Called linked at 5 %, of 4,000 unlinked pairs, lags 0 to 6 (0 to 4 with 24 periods), in percent:
//
// # SIZE
//
// Found, of 4,000 pairs with y(t) = β·x(t−2) + u(t), x and u AR(1) with the same φ and errors of equal size, lags 0 to 6,
// in percent; in brackets, at the true lag:
//
// # POWER
//
// What the numbers are worth, same pairs at β 0.8:
//
// # WORTH
//
// Weak spots. With few periods and sluggish series the interval of changes is somewhat narrow, as the table shows.
// Needed speaks of an association as strong as it looks: two series without any may also be told a number, about 100
// with 36 periods. A link that lies at several lags at once is found at one of them.
package series
