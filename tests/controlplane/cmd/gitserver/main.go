// gitserver serves the bare repositories below a folder over HTTP, for reading and pushing, by way of git's own
// http-backend, and tells Argo CD's webhook of each push as GitHub would:
//
//	gitserver serve ROOT HOST:PORT [WEBHOOK-URL]
package main

import (
	"fmt"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	var err error
	switch {
	case filepath.Base(os.Args[0]) == "post-receive":
		err = postReceive(os.Stdin, os.Getenv("GITSERVER_WEBHOOK"), os.Getenv("GITSERVER_URL"))
	case len(os.Args) >= 4 && len(os.Args) <= 5 && os.Args[1] == "serve":
		err = serve(os.Args[2], os.Args[3], append(os.Args, "")[4])
	default:
		err = fmt.Errorf("usage: gitserver serve ROOT HOST:PORT [WEBHOOK-URL]")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers until it is killed. Its own program, linked as post-receive, is the hook of every repository.
func serve(root, address, webhook string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return err
	}
	hooks, err := linkHook(root)
	if err != nil {
		return err
	}
	backend := &cgi.Handler{
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
			"GITSERVER_WEBHOOK=" + webhook,
			"GITSERVER_URL=http://" + address,
		},
		InheritEnv: []string{"PATH", "HOME"},
	}
	return http.ListenAndServe(address, backend)
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
