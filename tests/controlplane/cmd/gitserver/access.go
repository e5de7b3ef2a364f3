package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// access is the file access.json of a repository, or of a folder of them. It asks for a user with a password or for a
// bearer token, whatever of these it names, and also for a client certificate if it names a common name. It is read for
// every request, so a change counts at once.
type access struct {
	Username    string `json:"username"`
	Password    string `json:"password"`
	Token       string `json:"token"`
	Certificate string `json:"certificate"`
}

// door lets in whom every access file on the way to a repository admits; without one, everybody.
type door struct {
	root   string
	behind http.Handler
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	demands, err := d.demands(r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for _, one := range demands {
		if !one.admits(r) {
			w.Header().Set("WWW-Authenticate", `Basic realm="gitserver"`)
			http.Error(w, "this repository asks for credentials", http.StatusUnauthorized)
			return
		}
	}
	d.behind.ServeHTTP(w, r)
}

// demands reads the access files of a path and of all folders above it. Git finds NAME.git as NAME, too.
func (d *door) demands(asked string) ([]access, error) {
	found := []access{}
	folder := d.root
	for _, step := range strings.Split(strings.Trim(path.Clean("/"+asked), "/"), "/") {
		folder = filepath.Join(folder, step)
		for _, each := range []string{folder, folder + ".git"} {
			text, err := os.ReadFile(filepath.Join(each, "access.json"))
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
				continue
			}
			if err != nil {
				return nil, err
			}
			var one access
			if err := json.Unmarshal(text, &one); err != nil {
				return nil, err
			}
			found = append(found, one)
		}
	}
	return found, nil
}

func (a *access) admits(r *http.Request) bool {
	return a.knows(r) && a.certifies(r)
}

// knows tells whether the user or the token is right, or none is asked for.
func (a *access) knows(r *http.Request) bool {
	if user, password, given := r.BasicAuth(); given && a.Username != "" {
		return user == a.Username && password == a.Password
	}
	if token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); given && a.Token != "" {
		return token == a.Token
	}
	return a.Username == "" && a.Token == ""
}

func (a *access) certifies(r *http.Request) bool {
	if a.Certificate == "" {
		return true
	}
	return r.TLS != nil && len(r.TLS.PeerCertificates) > 0 && r.TLS.PeerCertificates[0].Subject.CommonName == a.Certificate
}
