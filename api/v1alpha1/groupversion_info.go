// Package v1alpha1 contains the API of cpi-operator.io, version v1alpha1.
// +kubebuilder:object:generate=true
// +groupName=cpi-operator.io
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the group and version of this package's kinds.
var GroupVersion = schema.GroupVersion{Group: "cpi-operator.io", Version: "v1alpha1"}

// SchemeBuilder collects the functions that register the kinds.
var SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

// AddToScheme registers the kinds with a scheme.
var AddToScheme = SchemeBuilder.AddToScheme

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&DataSource{}, &DataSourceList{},
		&Dataset{}, &DatasetList{},
		&CPIDefinition{}, &CPIDefinitionList{},
		&KPITarget{}, &KPITargetList{},
		&CPILinkage{}, &CPILinkageList{},
		&IndicatorReport{}, &IndicatorReportList{},
		&Scorecard{}, &ScorecardList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
