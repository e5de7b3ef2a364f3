package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// gate records each request, then makes a fault of it or passes it on.
type gate struct {
	forward  http.Handler
	recorder *recorder
	faults   *faults
}

func (g *gate) ServeHTTP(answer http.ResponseWriter, from *http.Request) {
	made, end := g.recorder.begin(from)
	defer end()
	wait, fault, cleared := g.faults.choose(from)
	if wait > 0 {
		time.Sleep(time.Duration(wait * float64(time.Millisecond)))
	}
	noting := &noting{answer, func(status int) { g.recorder.change(func() { made.Status = status }) }}
	if fault == nil {
		g.forward.ServeHTTP(noting, from)
		return
	}
	g.recorder.change(func() { made.Fault = fault.Action })
	switch fault.Action {
	case "status":
		fault.answer(noting)
	case "reset_before":
		reset(answer)
	case "reset_after":
		g.forward.ServeHTTP(newMemory(), from)
		reset(answer)
	case "hang":
		_, _ = io.Copy(io.Discard, from.Body) // else the server does not notice when the client leaves
		select {
		case <-from.Context().Done():
		case <-cleared:
		}
		reset(answer)
	case "truncate":
		whole := newMemory()
		g.forward.ServeHTTP(whole, from)
		fault.truncate(noting, whole)
	}
}

var reasons = map[int]string{
	400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired",
	429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout",
}

func (f *fault) answer(to http.ResponseWriter) {
	body := []byte(f.Body)
	if f.Body == "" {
		to.Header().Set("Content-Type", "application/json")
		body, _ = json.Marshal(map[string]any{
			"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
			"message": "the fault proxy says " + strconv.Itoa(f.Status), "reason": reasons[f.Status], "code": f.Status,
		})
	}
	if f.RetryAfter != "" {
		to.Header().Set("Retry-After", f.RetryAfter)
	}
	to.WriteHeader(f.Status)
	_, _ = to.Write(body)
}

func (f *fault) truncate(to http.ResponseWriter, whole *memory) {
	length := whole.body.Len()
	for name, values := range whole.header {
		to.Header()[name] = values
	}
	to.Header().Set("Content-Length", strconv.Itoa(length))
	to.WriteHeader(whole.status)
	part := f.Bytes
	if part == 0 {
		part = length / 2
	}
	_, _ = to.Write(whole.body.Bytes()[:min(part, length)])
	_ = http.NewResponseController(to).Flush()
	panic(http.ErrAbortHandler)
}

// reset ends the connection as a machine that goes away does: with RST and not a byte more.
func reset(answer http.ResponseWriter) {
	connection, _, err := http.NewResponseController(answer).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if secured, ok := connection.(interface{ NetConn() net.Conn }); ok {
		connection = secured.NetConn()
	}
	if plain, ok := connection.(*net.TCPConn); ok {
		_ = plain.SetLinger(0)
	}
	_ = connection.Close()
}

// noting passes an answer on and tells of its status before the client can see it.
type noting struct {
	http.ResponseWriter
	tell func(int)
}

func (n *noting) WriteHeader(status int) {
	n.tell(status)
	n.ResponseWriter.WriteHeader(status)
}

func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// memory keeps an answer.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newMemory() *memory { return &memory{header: http.Header{}, status: http.StatusOK} }

func (m *memory) Header() http.Header               { return m.header }
func (m *memory) WriteHeader(status int)            { m.status = status }
func (m *memory) Write(content []byte) (int, error) { return m.body.Write(content) }
