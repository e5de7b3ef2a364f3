// proxy stands in front of an API server, records the requests that clients send, and makes faults on demand:
//
//	proxy --upstream HOST:PORT --certificate FILE --key FILE --ca FILE
//
// It takes two free ports on the loopback address and prints them as one line of JSON: `front` speaks HTTP/1.1 over TLS
// with the given certificate, `control` plain HTTP (see control.go).
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	upstream := flag.String("upstream", "", "HOST:PORT of the API server")
	certificate := flag.String("certificate", "", "what the front shows")
	key := flag.String("key", "", "its private key")
	ca := flag.String("ca", "", "who signs the API server's certificate")
	flag.Parse()
	if err := serve(*upstream, *certificate, *key, *ca); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(upstream, certificate, key, ca string) error {
	authority, err := os.ReadFile(ca)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return fmt.Errorf("%s holds no certificate", ca)
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	said, err := json.Marshal(map[string]string{"front": front.Addr().String(), "control": control.Addr().String()})
	if err != nil {
		return err
	}
	recorder, faults := newRecorder(), newFaults()
	server := &http.Server{
		Handler:   &gate{newForwarder(upstream, roots), recorder, faults},
		ConnState: recorder.connection,
		// HTTP/2 is left out: a client's requests would share a connection, and a reset would hit all of them.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	fmt.Println(string(said))
	failed := make(chan error, 2)
	go func() { failed <- http.Serve(control, newControl(recorder, faults)) }()
	config := &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}
	go func() { failed <- server.Serve(tls.NewListener(front, config)) }()
	return <-failed
}
