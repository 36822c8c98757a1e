package job

import (
	"crypto/sha256"
	"encoding/hex"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Work is what runs are made for: all that reads one data source, or one linkage whose rows are in two.
type Work struct {
	// Source has the schedule and the pod settings; of a linkage it is the KPI's.
	Source *v1alpha1.DataSource
	// Linkage is nil for all that reads Source; Other is the linkage's second data source.
	Linkage *v1alpha1.CPILinkage
	Other   *v1alpha1.DataSource
}

// OfSource is all that reads a data source.
func OfSource(ds *v1alpha1.DataSource) Work { return Work{Source: ds} }

// OfLinkage is a linkage between a KPI of source and rows of another data source.
func OfLinkage(l *v1alpha1.CPILinkage, source, other *v1alpha1.DataSource) Work {
	return Work{Source: source, Linkage: l, Other: other}
}

// Owner takes the objects of the work along when it goes.
func (w Work) Owner() metav1.Object {
	if w.Linkage != nil {
		return w.Linkage
	}
	return w.Source
}

// Name of the work's CronJob, ServiceAccount and RoleBinding.
func (w Work) Name() string {
	if w.Linkage != nil {
		return LinkageAccountName(w.Linkage.Name)
	}
	return Name(w.Source.Name)
}

// OneOffName is the Job that computes the set of indicators that identity stands for: the same set, the same name, and
// with 64 bits of hash no other set.
func (w Work) OneOffName(identity string) string {
	if w.Linkage == nil {
		return OneOffName(w.Source.Name, identity)
	}
	sum := sha256.Sum256([]byte(identity))
	return child(w.Linkage.Name, "-cpilink-"+hex.EncodeToString(sum[:8]), 63)
}

// Labels of the objects made for the work; Selector finds its Jobs and pods.
func (w Work) Labels() map[string]string {
	labels := w.Selector()
	labels[LabelName], labels[LabelManagedBy], labels[LabelComponent] = ManagedBy, ManagedBy, component
	return labels
}

// Selector is what Labels have and no other work's.
func (w Work) Selector() map[string]string {
	if w.Linkage != nil {
		return map[string]string{LabelLinkage: w.Linkage.Name}
	}
	return map[string]string{LabelDataSource: w.Source.Name}
}

// kind of the owner.
func (w Work) kind() string {
	if w.Linkage != nil {
		return "CPILinkage"
	}
	return "DataSource"
}

// sources are the data sources that are read, the KPI's first.
func (w Work) sources() []*v1alpha1.DataSource {
	if w.Other == nil {
		return []*v1alpha1.DataSource{w.Source}
	}
	return []*v1alpha1.DataSource{w.Source, w.Other}
}
