// gitserver serves the bare repositories below a folder over HTTP and HTTPS, for reading and pushing, by way of git's
// own http-backend, lets in only whom a repository's access file names (see access.go), and tells Argo CD's webhook of
// each push as GitHub would:
//
//	gitserver --root DIR --address HOST:PORT --tls-address HOST:PORT --certificate FILE --key FILE --ca FILE
//		[--webhook URL]
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
)

type options struct {
	root, address, tlsAddress, certificate, key, ca, webhook string
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if filepath.Base(os.Args[0]) == "post-receive" {
		return postReceive(os.Stdin, os.Getenv("GITSERVER_WEBHOOK"), os.Getenv("GITSERVER_URL"))
	}
	var asked options
	flag.StringVar(&asked.root, "root", "", "the folder of the repositories")
	flag.StringVar(&asked.address, "address", "", "HOST:PORT for HTTP")
	flag.StringVar(&asked.tlsAddress, "tls-address", "", "HOST:PORT for HTTPS")
	flag.StringVar(&asked.certificate, "certificate", "", "what is shown over HTTPS")
	flag.StringVar(&asked.key, "key", "", "its private key")
	flag.StringVar(&asked.ca, "ca", "", "who signs the certificates of clients")
	flag.StringVar(&asked.webhook, "webhook", "", "the URL that is told of each push")
	flag.Parse()
	return serve(asked)
}

// serve answers until it is killed.
func serve(asked options) error {
	root, err := filepath.EvalSymlinks(asked.root)
	if err != nil {
		return err
	}
	backend, err := newBackend(root, asked)
	if err != nil {
		return err
	}
	config, err := newTLS(asked)
	if err != nil {
		return err
	}
	door := &door{root, backend}
	failed := make(chan error, 2)
	go func() { failed <- http.ListenAndServe(asked.address, door) }()
	go func() {
		server := http.Server{Addr: asked.tlsAddress, Handler: door, TLSConfig: config}
		failed <- server.ListenAndServeTLS("", "")
	}()
	return <-failed
}

// newBackend calls git. The hook of every repository is this very program, linked as post-receive.
func newBackend(root string, asked options) (http.Handler, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, err
	}
	hooks, err := linkHook(root)
	if err != nil {
		return nil, err
	}
	return &cgi.Handler{
		Path: git,
		Args: []string{"http-backend"},
		Dir:  root,
		Env: []string{
			"GIT_PROJECT_ROOT=" + root,
			"GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=3",
			"GIT_CONFIG_KEY_0=http.receivepack", "GIT_CONFIG_VALUE_0=true",
			"GIT_CONFIG_KEY_1=core.hooksPath", "GIT_CONFIG_VALUE_1=" + hooks,
			"GIT_CONFIG_KEY_2=safe.directory", "GIT_CONFIG_VALUE_2=*",
			"GITSERVER_WEBHOOK=" + asked.webhook,
			"GITSERVER_URL=http://" + asked.address,
		},
		InheritEnv: []string{"PATH", "HOME"},
	}, nil
}

// newTLS asks clients for a certificate and takes them without one, too: the access file decides.
func newTLS(asked options) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(asked.certificate, asked.key)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(asked.ca)
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s holds no certificate", asked.ca)
	}
	verify := tls.VerifyClientCertIfGiven
	return &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: clients, ClientAuth: verify}, nil
}

func linkHook(root string) (string, error) {
	hooks := filepath.Join(root, ".hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		return "", err
	}
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	link := filepath.Join(hooks, "post-receive")
	if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
		return "", err
	}
	return hooks, os.Symlink(program, link)
}
