// Package job builds the objects that run computations, of a data source or of a linkage between two: an account, a
// CronJob and one-off Jobs. It is pure: it looks at what is declared and reads no cluster.
package job

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Labels on everything made for a source or a linkage.
const (
	LabelManagedBy  = "app.kubernetes.io/managed-by"
	LabelName       = "app.kubernetes.io/name"
	LabelComponent  = "app.kubernetes.io/component"
	LabelDataSource = "cpi-operator.io/data-source"
	LabelLinkage    = "cpi-operator.io/linkage"

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

// LinkageAccountName is the account of a linkage's own runs, and the name of its CronJob.
func LinkageAccountName(linkage string) string { return child(linkage, "-cpilink", maxCronJobName) }

// OneOffName is the Job of a source that computes the set of indicators that identity stands for.
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
