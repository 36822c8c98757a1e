package envtestkit

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cpi-operator/cpi-operator/api/v1alpha1"
	"github.com/cpi-operator/cpi-operator/internal/job"
)

// DataSource reads one CSV file from a ConfigMap; mutations may make it another.
func DataSource(namespace, name string, mutations ...func(*v1alpha1.DataSource)) *v1alpha1.DataSource {
	out := &v1alpha1.DataSource{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.DataSourceSpec{Files: &v1alpha1.FilesSource{Tables: []v1alpha1.FileTable{{
			Name: "survey", Format: v1alpha1.FormatCSV, ConfigMap: &v1alpha1.KeyReference{Name: "survey", Key: "survey.csv"},
		}}}},
	}
	return mutate(out, mutations)
}

// Postgres makes a source read a database.
func Postgres(ds *v1alpha1.DataSource) {
	ds.Spec.Files = nil
	ds.Spec.Postgres = &v1alpha1.PostgresSource{
		Host: "db.example", Database: "crm", CredentialsRef: v1alpha1.LocalReference{Name: "crm-reader"},
	}
}

// Prometheus makes a source ask a Prometheus.
func Prometheus(ds *v1alpha1.DataSource) {
	ds.Spec.Files = nil
	ds.Spec.Prometheus = &v1alpha1.PrometheusSource{Address: "http://prometheus.monitoring.svc:9090"}
}

// Dataset of survey answers: contact, score, answered_at.
func Dataset(namespace, name, source string, mutations ...func(*v1alpha1.Dataset)) *v1alpha1.Dataset {
	out := &v1alpha1.Dataset{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.DatasetSpec{
			DataSourceRef: v1alpha1.LocalReference{Name: source},
			Table:         &v1alpha1.TableReference{Name: "survey"},
			Entities:      map[string]v1alpha1.Identifier{"contact": "contact"},
			Time:          &v1alpha1.DatasetTime{Event: &v1alpha1.TimeColumn{Column: "answered_at"}},
		},
	}
	return mutate(out, mutations)
}

// CPI is a monthly Net Promoter Score on a dataset of survey answers.
func CPI(namespace, name, dataset string, mutations ...func(*v1alpha1.CPIDefinition)) *v1alpha1.CPIDefinition {
	out := &v1alpha1.CPIDefinition{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.CPIDefinitionSpec{
			Title: "NPS", Theme: "Advocacy", Owner: v1alpha1.Owner{Team: "support"},
			Indicator: v1alpha1.Indicator{
				DatasetRef: &v1alpha1.LocalReference{Name: dataset},
				Measure:    &v1alpha1.Measure{NetPromoterScore: &v1alpha1.NetPromoterScore{Score: "score"}},
				Responses:  &v1alpha1.Responses{Entity: "contact", Keep: "Latest"},
				Period:     &v1alpha1.Period{Grain: "Month"},
			},
		},
	}
	return mutate(out, mutations)
}

// Revenue is a monthly sum that a Prometheus gives, with a target.
func Revenue(namespace, name, source string, mutations ...func(*v1alpha1.KPITarget)) *v1alpha1.KPITarget {
	out := &v1alpha1.KPITarget{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.KPITargetSpec{
			Title: "Revenue", Category: "Growth", Owner: v1alpha1.Owner{Team: "platform"},
			Indicator: v1alpha1.Indicator{
				DataSourceRef: &v1alpha1.LocalReference{Name: source},
				Measure: &v1alpha1.Measure{PromQL: &v1alpha1.PromQL{
					Expr: "sum(increase(revenue_eur_total[$__period]))", Unit: "EUR", Additive: new(true), Direction: v1alpha1.HigherIsBetter,
				}},
				Period: &v1alpha1.Period{Grain: "Month"},
			},
			Targets: []v1alpha1.Target{{From: "2026-01-01", AtLeast: new(v1alpha1.Value("1000000"))}},
		},
	}
	return mutate(out, mutations)
}

// RatePer makes a CPI the rate of its dataset's rows per 1,000 rows of another one.
func RatePer(exposure string) func(*v1alpha1.CPIDefinition) {
	return func(cpi *v1alpha1.CPIDefinition) {
		cpi.Spec.Responses = nil
		cpi.Spec.Measure = &v1alpha1.Measure{Rate: &v1alpha1.Rate{
			Exposure: v1alpha1.Exposure{DatasetRef: &v1alpha1.LocalReference{Name: exposure}}, Per: 1000, Direction: v1alpha1.LowerIsBetter,
		}}
	}
}

// Report as the controller makes it for an indicator that exists.
func Report(cpi *v1alpha1.CPIDefinition, source, requestHash string, mutations ...func(*v1alpha1.IndicatorReport)) *v1alpha1.IndicatorReport {
	out := &v1alpha1.IndicatorReport{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:       cpi.Namespace,
			Name:            "cpi-" + cpi.Name,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cpi, v1alpha1.GroupVersion.WithKind("CPIDefinition"))},
		},
		Spec: v1alpha1.IndicatorReportSpec{
			IndicatorRef:       v1alpha1.IndicatorReference{Kind: "CPIDefinition", Name: cpi.Name, UID: string(cpi.UID)},
			RequestHash:        requestHash,
			DataSourceRef:      v1alpha1.LocalReference{Name: source},
			ServiceAccountName: job.ServiceAccountName(source),
		},
	}
	return mutate(out, mutations)
}

func mutate[T any](object *T, mutations []func(*T)) *T {
	for _, mutation := range mutations {
		mutation(object)
	}
	return object
}
