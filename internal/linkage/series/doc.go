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
// link between sluggish series is found less often (36 periods, φ 0.8, β 1: in 75 % at best instead of 95 %), and what
// is significant depends far more on persistence, which short series tell badly. It also contains the regression of
// changes on changes, so that whether to take changes need not be decided before the test, and cannot spoil its p.
//
// Called linked at 5 %, of 4,000 unlinked pairs, lags 0 to 6 (0 to 4 with 24 periods), in percent:
//
//	periods                              24     36     60
//	AR(1), φ 0.5                         4.0    4.6    4.6
//	AR(1), φ 0.7                         3.9    4.0    4.7
//	AR(1), φ 0.8                         3.2    4.9    4.4
//	random walk                          4.0    4.6    4.3
//	independent periods                  3.7    4.3    3.8
//	AR(1), φ −0.5                        3.0    2.9    3.2
//	AR(1), φ 0.95                        3.5    4.7    4.2
//	AR(1), φ 0.5, about a rising line    3.7    4.2    4.2
//	random walk that drifts              4.3    4.2    5.0
//	random walk, measured with noise     4.3    4.7    5.1
//	AR(1), φ 0.9, measured with noise    4.2    4.6    5.3
//	AR(2), 0.9 and −0.5                  3.2    3.8    4.4
//	AR(1), φ 0.7, skewed errors          3.9    4.0    4.2
//	AR(1), φ 0.5, with months                   4.5    4.7
//	random walk, with months                    4.6    4.6
//
// Found, of 4,000 pairs with y(t) = β·x(t−2) + u(t), x and u AR(1) with the same φ and errors of equal size, lags 0 to 6,
// in percent; in brackets, at the true lag:
//
//	          periods    β 0.5      β 0.8      β 1.0
//	φ 0.5          24   21 (20)    55 (55)    76 (76)
//	φ 0.5          36   39 (38)    83 (83)    95 (95)
//	φ 0.5          60   74 (74)    99 (99)   100 (100)
//	φ 0.8          36   37 (36)    83 (82)    95 (95)
//	φ 0.8          60   73 (73)    99 (99)   100 (100)
//	random walk    36   38 (37)    79 (78)    94 (93)
//
// How often intervals at 95 % hold the true slope, of such pairs with β 0.8, in percent: Slope where the link is shown
// at its lag, and the interval of Lags at that lag, always:
//
//	                    Slope                    Lags
//	periods       24     36     60         24     36     60
//	φ 0.5         91     94     94         95     95     95
//	φ 0.8         90     92     92         93     94     94
//	random walk   90     92     94         93     94     94
//
// Weak spots. The interval of changes by Newey and West is somewhat narrow with few periods, as the table shows.
// Needed speaks of an association as strong as it looks: two series without any may also be told a number, about 100
// with 36 periods. A link that lies at several lags at once is found at one of them.
package series
