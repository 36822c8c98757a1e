// Package alerting holds what tests of alerts need beside a cluster: a receiver of Alertmanager's messages.
package alerting

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Alert as Alertmanager tells it: the version 4 of its webhook.
type Alert struct {
	Status      string            `json:"status"` // firing or resolved
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
}

// Told is one alert in one message.
type Told struct {
	// To is the path that the message went to, which stands for people.
	To string
	Alert
}

// Receiver is a webhook that keeps every message. Use it as an http.Handler.
type Receiver struct {
	mutex sync.Mutex
	told  []Told
	wrong []string
}

// ServeHTTP takes a message.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var message struct {
		Version string  `json:"version"`
		Alerts  []Alert `json:"alerts"`
	}
	err := json.NewDecoder(request.Body).Decode(&message)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err != nil || message.Version != "4" {
		r.wrong = append(r.wrong, request.URL.Path)
		http.Error(w, "no message of Alertmanager", http.StatusBadRequest)
		return
	}
	for _, alert := range message.Alerts {
		r.told = append(r.told, Told{To: strings.TrimPrefix(request.URL.Path, "/"), Alert: alert})
	}
}

// Wrong are the paths that got something other than a message.
func (r *Receiver) Wrong() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.Clone(r.wrong)
}

// About gives what was told of alerts with these labels, oldest first.
func (r *Receiver) About(labels map[string]string) []Told {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var out []Told
	for _, told := range r.told {
		if matches(told.Labels, labels) {
			out = append(out, told)
		}
	}
	return out
}

func matches(have, want map[string]string) bool {
	for name, value := range want {
		if have[name] != value {
			return false
		}
	}
	return true
}

// Turns are the changes in what was told of one alert: its status and since when, told again or not.
func Turns(told []Told) []string {
	var out []string
	for _, one := range told {
		turn := one.Status + " since " + one.StartsAt.UTC().Format(time.RFC3339Nano)
		if len(out) == 0 || out[len(out)-1] != turn {
			out = append(out, turn)
		}
	}
	return out
}
