package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// fault is a rule. It looks at the requests with one of Methods (none: any) whose path and query contain Match, lets
// the first Skip of them pass, and acts on every Every-th (0: each) of the rest, at most Times times (0: no limit).
//
// Actions: `delay` waits Milliseconds, and the rules behind it follow; the first other rule that acts is the last.
// `status` answers with Status, RetryAfter and Body (none: a Status object) in the API server's place. `reset_before`
// breaks the connection before the API server hears of the request, `reset_after` after it has answered. `hang` never
// answers. `truncate` breaks off after Bytes bytes of the answer's body (0: half of it).
type fault struct {
	Action       string   `json:"action"`
	Methods      []string `json:"methods"`
	Match        string   `json:"match"`
	Skip         int      `json:"skip"`
	Every        int      `json:"every"`
	Times        int      `json:"times"`
	Milliseconds float64  `json:"milliseconds"`
	Status       int      `json:"status"`
	RetryAfter   string   `json:"retry_after"`
	Body         string   `json:"body"`
	Bytes        int      `json:"bytes"`
}

var actions = []string{"delay", "status", "reset_before", "reset_after", "hang", "truncate"}

type rule struct {
	fault
	seen, acted int
}

type faults struct {
	mutex   sync.Mutex
	rules   []*rule
	cleared chan struct{} // closed when the rules are cleared: what hangs ends
}

func newFaults() *faults {
	return &faults{cleared: make(chan struct{})}
}

func (f *faults) add(made fault) error {
	if !slices.Contains(actions, made.Action) {
		return fmt.Errorf("action %q is none of %s", made.Action, strings.Join(actions, ", "))
	}
	if made.Action == "status" && (made.Status < 200 || made.Status > 599) {
		return fmt.Errorf("status %d is none of an answer", made.Status)
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.rules = append(f.rules, &rule{fault: made})
	return nil
}

func (f *faults) clear() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.rules = nil
	close(f.cleared)
	f.cleared = make(chan struct{})
}

// choose gives the milliseconds to wait with a request, the fault to make of it if any, and what tells of a clear.
func (f *faults) choose(from *http.Request) (float64, *fault, <-chan struct{}) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	wait := 0.0
	for _, each := range f.rules {
		if !each.acts(from) {
			continue
		}
		if each.Action != "delay" {
			return wait, &each.fault, f.cleared
		}
		wait += each.Milliseconds
	}
	return wait, nil, f.cleared
}

func (r *rule) acts(from *http.Request) bool {
	if len(r.Methods) > 0 && !slices.Contains(r.Methods, from.Method) {
		return false
	}
	if !strings.Contains(from.URL.RequestURI(), r.Match) {
		return false
	}
	r.seen++
	number := r.seen - r.Skip
	if number < 1 || r.Every > 0 && number%r.Every != 0 || r.Times > 0 && r.acted >= r.Times {
		return false
	}
	r.acted++
	return true
}
