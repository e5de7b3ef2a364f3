package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// push is the part of GitHub's push event that Argo CD reads (util/webhook/webhook.go of Argo CD).
type push struct {
	Ref        string     `json:"ref"`
	Before     string     `json:"before"`
	After      string     `json:"after"`
	Repository repository `json:"repository"`
	Commits    []commit   `json:"commits"`
}

type repository struct {
	HTMLURL       string `json:"html_url"`
	DefaultBranch string `json:"default_branch"`
}

type commit struct {
	Modified []string `json:"modified"`
}

// postReceive runs as the hook in a bare repository: one line "BEFORE AFTER REF" on in for each ref that was pushed.
func postReceive(in io.Reader, webhook, server string) error {
	if webhook == "" {
		return nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	head, err := exec.Command("git", "symbolic-ref", "--short", "HEAD").Output()
	if err != nil {
		return err
	}
	place, err := filepath.Rel(os.Getenv("GIT_PROJECT_ROOT"), folder)
	if err != nil {
		return err
	}
	from := repository{server + "/" + place, strings.TrimSpace(string(head))}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 {
			return fmt.Errorf("post-receive: %q is not BEFORE AFTER REF", lines.Text())
		}
		event := push{words[2], words[0], words[1], from, []commit{{changed(words[0], words[1])}}}
		if err := tell(webhook, event); err != nil {
			fmt.Println("Argo CD was not told of the push:", err)
			continue
		}
		fmt.Println("Argo CD was told of the push to", event.Ref)
	}
	return lines.Err()
}

// changed lists the files between two commits; none where one of them is the beginning or the end of a branch.
func changed(before, after string) []string {
	out, err := exec.Command("git", "diff", "--name-only", before, after).Output()
	if err != nil {
		return []string{}
	}
	return strings.Fields(string(out))
}

func tell(webhook string, event push) error {
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, webhook, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-GitHub-Event", "push")
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return fmt.Errorf("%s: %s", response.Status, said)
	}
	return nil
}
