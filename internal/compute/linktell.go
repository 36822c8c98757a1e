package compute

import (
	"encoding/json"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// tellLinkage hands a linkage's result on, at its place behind the indicators.
func (r *run) tellLinkage(place int, link *plan.Link, failure *plan.Failure) error {
	l := r.plan.Linkages[place]
	if _, err := json.Marshal(link); err != nil { // an infinite number: one claim must not end the run of all
		link, failure = nil, &plan.Failure{Reason: plan.NotANumber, Message: "What was found holds a number that is none, which is a defect of this program; the log has it. Other claims are not concerned."}
		r.log.Error("a finding cannot be written", "linkage", l.String(), "error", err)
	}
	result := plan.Result{
		FormatVersion: plan.FormatVersion, Key: l.Key, UID: l.UID, RequestHash: l.RequestHash,
		Run: r.plan.Run, Link: link, Failure: failure,
	}
	if err := r.sink.Result(r.series.own+place, result); err != nil {
		return recordFailed{err}
	}
	r.linked[place] = true
	if failure != nil {
		r.done.Failed++
		r.log.Warn("linkage failed", "linkage", l.String(), "reason", failure.Reason, "message", failure.Message)
		return nil
	}
	r.done.Succeeded++
	r.log.Info("linkage tested", "linkage", l.String(), "drivers", len(link.Drivers))
	return nil
}

// failLinkages gives the source's failure to all linkages: none is tested before the source has been read.
func (r *run) failLinkages(failure plan.Failure) error {
	for place := range r.plan.Linkages {
		if r.linked[place] {
			continue
		}
		if err := r.tellLinkage(place, nil, &failure); err != nil {
			return err
		}
	}
	return nil
}
