package planstep_test

import (
	"math"
	"testing"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/planstep"
)

// 182 of 200 is 0.91 within 0.862 and 0.942 at 95 % (Wilson 1927); what is not known is no share.
func TestShareOfACohort(t *testing.T) {
	counts := &v1alpha1.LinkCustomers{Cohorts: []v1alpha1.LinkCohort{
		{Name: "promoters", N: new(int64(200)), Outcomes: new(int64(182))}, {Name: "nobody", N: new(int64(0)), Outcomes: new(int64(0))}, {Name: "untold", N: new(int64(9))},
	}}
	cohorts := planstep.Cohorts(counts, "0.95")
	share := cohorts[0].Share
	if share.Value == nil || *share.Value != 0.91 || math.Abs(*share.Lower-0.8622) > 1e-4 || math.Abs(*share.Upper-0.9423) > 1e-4 || share.N != 200 {
		t.Errorf("%+v", share)
	}
	wider := planstep.Cohorts(counts, "0.99")[0].Share
	if *wider.Lower >= *share.Lower || *wider.Upper <= *share.Upper {
		t.Errorf("at 99 %%: %+v", wider)
	}
	for _, unknown := range []planstep.Cohort{cohorts[1], cohorts[2], planstep.Cohorts(counts, "")[0], planstep.Cohorts(counts, "95")[0]} {
		if unknown.Share.Value != nil {
			t.Errorf("%+v", unknown)
		}
	}
	if n := planstep.Cohorts(counts, "")[0].N; n == nil || *n != 200 {
		t.Error("the counts are lost")
	}
}
