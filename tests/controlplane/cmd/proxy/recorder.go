package main

import (
	"net"
	"net/http"
	"strings"
	"sync"
)

// kept is how many requests are listed; all are counted.
const kept = 50_000

// request is one that a client sent. Status is 0 until it is answered, and stays so if it never is.
type request struct {
	Method   string `json:"method"`
	Path     string `json:"path"`
	Query    string `json:"query"`
	Resource string `json:"resource"`
	Watch    bool   `json:"watch"`
	DryRun   bool   `json:"dry_run"`
	Status   int    `json:"status"`
	Fault    string `json:"fault"`
}

// counters are since the start or the last reset. Resources: number of requests by "METHOD resource".
type counters struct {
	Total       int            `json:"total"`
	Methods     map[string]int `json:"methods"`
	Resources   map[string]int `json:"resources"`
	Watches     int            `json:"watches"`
	DryRuns     int            `json:"dry_runs"`
	Connections int            `json:"connections"`
	MaxInFlight int            `json:"max_in_flight"`
	Unlisted    int            `json:"unlisted"`
	Requests    []*request     `json:"requests"`
}

type recorder struct {
	mutex    sync.Mutex
	counters counters
	inFlight int
}

func newRecorder() *recorder {
	recorder := &recorder{}
	recorder.reset()
	return recorder
}

func (r *recorder) reset() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.counters = counters{Methods: map[string]int{}, Resources: map[string]int{}, Requests: []*request{}}
}

func (r *recorder) connection(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.counters.Connections++
	}
}

// begin records a request on its arrival; the function that it returns is for its end.
func (r *recorder) begin(from *http.Request) (*request, func()) {
	query := from.URL.Query()
	watch := query.Get("watch") == "true" || query.Get("watch") == "1"
	made := &request{
		Method: from.Method, Path: from.URL.Path, Query: from.URL.RawQuery, Resource: resource(from.URL.Path),
		Watch: watch, DryRun: query.Get("dryRun") != "",
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	c := &r.counters
	c.Total++
	c.Methods[made.Method]++
	c.Resources[made.Method+" "+made.Resource]++
	if made.DryRun {
		c.DryRuns++
	}
	if len(c.Requests) < kept {
		c.Requests = append(c.Requests, made)
	} else {
		c.Unlisted++
	}
	if watch { // stays for minutes, and so says nothing of how much is asked at a time
		c.Watches++
		return made, func() {}
	}
	r.inFlight++
	c.MaxInFlight = max(c.MaxInFlight, r.inFlight)
	return made, func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.inFlight--
	}
}

// change runs a function that writes to a request.
func (r *recorder) change(write func()) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	write()
}

// resource is the plural in the path of an API request, with a subresource behind a slash; else the path itself.
func resource(path string) string {
	words := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case words[0] == "api" && len(words) > 2:
		words = words[2:]
	case words[0] == "apis" && len(words) > 3:
		words = words[3:]
	default:
		return path
	}
	if words[0] == "namespaces" && len(words) > 2 && words[2] != "status" && words[2] != "finalize" {
		words = words[2:]
	}
	if len(words) > 2 {
		return words[0] + "/" + words[2]
	}
	return words[0]
}
