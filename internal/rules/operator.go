package rules

import (
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/alert"
	"github.com/cpi-operator/cpi-operator/internal/metrics"
)

// Operator gives the rule that watches the operator itself. It belongs into the operator's namespace.
func Operator() Group {
	return Group{Name: "cpi-operator-health", Rules: []Rule{rule(alert.OperatorAbsent,
		fmt.Sprintf("absent(max(%s) == 1)", metrics.LeaderName), absent, map[string]string{"severity": string(alert.Critical), "owner": "platform"},
		"No cpi-operator is at work",
		"No instance of cpi-operator has held the lease, or none could be scraped. Indicators are not looked after and their alerts have gone silent.")}}
}
