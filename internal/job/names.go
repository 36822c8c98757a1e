// Package job builds the objects that run a data source's computations: its account, its CronJob and its
// one-off Jobs. It is pure: it looks at a DataSource and reads no cluster.
package job

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
)

// Labels on everything made for a source.
const (
	LabelManagedBy  = "app.kubernetes.io/managed-by"
	LabelName       = "app.kubernetes.io/name"
	LabelComponent  = "app.kubernetes.io/component"
	LabelDataSource = "cpi-operator.io/data-source"

	ManagedBy = "cpi-operator"
	component = "run"
)

// ClusterRole is what a run's account may do; it is bound in the source's namespace only.
const ClusterRole = "cpi-operator-job"

// Containers of a run's pod.
const (
	PlanContainer    = "plan"
	ComputeContainer = "compute"
	PublishContainer = "publish"
)

// maxCronJobName leaves room for what Kubernetes appends to the names of a CronJob's jobs.
const maxCronJobName = 52

// Name of a source's CronJob, ServiceAccount and RoleBinding.
func Name(source string) string { return child(source, "-cpi", maxCronJobName) }

// ServiceAccountName is the account of a source's runs: the only one that may write its reports' status.
func ServiceAccountName(source string) string { return Name(source) }

// OneOffName is the Job that computes the set of indicators that identity stands for: the same set, the same
// name, and with 64 bits of hash no other set.
func OneOffName(source, identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return child(source, "-cpi-"+hex.EncodeToString(sum[:8]), 63)
}

// child is parent+suffix, cut and told apart by a hash where that is longer than limit.
func child(parent, suffix string, limit int) string {
	if len(parent)+len(suffix) <= limit {
		return parent + suffix
	}
	hash := shortHash(parent)
	kept := parent[:limit-len(suffix)-len(hash)-1]
	return strings.TrimRight(kept, "-.") + "-" + hash + suffix
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}

// labels of the objects made for a source.
func labels(ds *v1alpha1.DataSource) map[string]string {
	return map[string]string{
		LabelName:       ManagedBy,
		LabelManagedBy:  ManagedBy,
		LabelComponent:  component,
		LabelDataSource: ds.Name,
	}
}
