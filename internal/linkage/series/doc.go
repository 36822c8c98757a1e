// Package series tells whether one series of finished periods goes before another: whether a company's number follows
// its customers' by some periods.
package series
