package publish

import (
	"encoding/json"
	"fmt"

	"github.com/cpi-operator/cpi-operator/internal/plan"
)

// Summary is what a run tells the controller, as the termination message of the publish container.
type Summary struct {
	// Expected indicators of the plan; of them Succeeded and Failed have a result.
	Expected  int `json:"expected"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// Unchanged reports already said what the run found.
	Unchanged int `json:"unchanged"`
	// Dropped results were of a definition that was edited, moved or deleted meanwhile.
	Dropped int `json:"dropped"`
	// Unwritten results could not be brought to the API server.
	Unwritten int `json:"unwritten,omitempty"`
	// Interrupted runs were told to stop before every indicator had its turn.
	Interrupted bool `json:"interrupted,omitempty"`
	// Died is set if compute ended without a word: it was killed.
	Died bool `json:"died,omitempty"`
	// SourceFailure is set if the data source itself failed.
	SourceFailure *SourceFailure `json:"sourceFailure,omitempty"`
}

// SourceFailure is why the data source could not be used.
type SourceFailure struct {
	Reason  plan.Reason `json:"reason"`
	Message string      `json:"message"`
}

// maxMessage bounds the failure's text: Kubernetes keeps 4096 bytes of a termination message.
const maxMessage = 1024

// Encode is the termination message.
func (s Summary) Encode() []byte {
	if s.SourceFailure != nil {
		s.SourceFailure = &SourceFailure{Reason: s.SourceFailure.Reason, Message: cut(s.SourceFailure.Message, maxMessage)}
	}
	content, err := json.Marshal(s)
	if err != nil {
		panic(err) // numbers and text always marshal
	}
	return content
}

// Sentence says how a run went that reached its data.
func (s Summary) Sentence() string {
	if s.Failed > 0 {
		return fmt.Sprintf("The last run computed %d of %d indicators; %d failed and say why.", s.Succeeded, s.Expected, s.Failed)
	}
	return fmt.Sprintf("The last run computed %d of %d indicators.", s.Succeeded, s.Expected)
}

// DecodeSummary reads a termination message; false if it holds no summary.
func DecodeSummary(message string) (Summary, bool) {
	var s Summary
	err := json.Unmarshal([]byte(message), &s)
	return s, err == nil
}
