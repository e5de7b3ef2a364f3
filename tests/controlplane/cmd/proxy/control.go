package main

import (
	"encoding/json"
	"net/http"
)

// newControl answers on the control port:
//
//	GET    /counters  what was counted, as `counters`
//	DELETE /counters  start again at nothing
//	POST   /faults    add a `fault` behind those that are there
//	DELETE /faults    remove all, and end what hangs
func newControl(recorder *recorder, faults *faults) http.Handler {
	control := http.NewServeMux()
	control.HandleFunc("GET /counters", func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Content-Type", "application/json")
		recorder.change(func() { _ = json.NewEncoder(answer).Encode(recorder.counters) })
	})
	control.HandleFunc("DELETE /counters", func(http.ResponseWriter, *http.Request) { recorder.reset() })
	control.HandleFunc("POST /faults", func(answer http.ResponseWriter, from *http.Request) {
		var made fault
		decoder := json.NewDecoder(from.Body)
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&made)
		if err == nil {
			err = faults.add(made)
		}
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadRequest)
		}
	})
	control.HandleFunc("DELETE /faults", func(http.ResponseWriter, *http.Request) { faults.clear() })
	return control
}
