package console

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/cpi-operator/cpi-operator/internal/board"
)

// Shapes stand before words, so that what is grave is seen in a long list without its colour.
var (
	standingShapes = map[board.Standing]string{
		board.Broken: "✕", board.Critical: "▲", board.Warned: "◆", board.Doubtful: "?", board.Open: "○", board.Good: "✓",
	}
	gravityShapes = map[board.Gravity]string{board.Grave: "▲", board.Notable: "◆", board.Advice: "○"}
	verdictShapes = map[string]string{"Supported": "✓", "NotSupported": "✕", "Conflicting": "◆", "InsufficientData": "?"}
	verdictTones  = map[string]string{"Supported": "good", "NotSupported": "critical", "Conflicting": "warning", "InsufficientData": "doubtful"}
)

// shapeFunctions are for templates.
var shapeFunctions = map[string]any{
	"shape":        func(standing any) string { return standingShapes[board.Standing(fmt.Sprint(standing))] },
	"standing":     board.StandingOf,
	"gravityShape": func(g board.Gravity) string { return gravityShapes[g] },
	"verdictShape": func(verdict string) string { return cmp.Or(verdictShapes[verdict], "○") },
	"verdictTone":  func(verdict string) string { return cmp.Or(verdictTones[verdict], "open") },
	"verdicts": func() []string {
		return []string{"Supported", "NotSupported", "Conflicting", "InsufficientData", "Pending"}
	},
	"clipped": clipped,
	"plus":    func(a, b int) int { return a + b },
	"lower":   func(text any) string { return strings.ToLower(fmt.Sprint(text)) },
}
