#!/bin/sh
# Every static check but ansible-test sanity. All of them run; it fails when one did.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
cd "$root" || exit 1
PATH="$root/.venv/bin:$PATH"
export ANSIBLE_COLLECTIONS_PATH="$root/.venv/collections"
[ -t 1 ] || export NO_COLOR=1

# ansible-lint installs what it finds into the user's ~/.ansible, where it would shadow later installs.
private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT
trap 'exit 130' INT TERM

failed=
check() { # name, command
    name=$1
    shift
    echo "== $name"
    "$@" || failed="$failed, $name"
}

# No profile contains the rule that compares a task with its module's options; a second run without one does.
lint_ansible() {
    HOME="$private" ANSIBLE_HOME="$private/.ansible" ansible-lint --offline -q --profile production &&
        HOME="$private" ANSIBLE_HOME="$private/.ansible" ansible-lint --offline -q --strict
}

lint_go() {
    unformatted=$("$(go env GOROOT)/bin/gofmt" -l tests/controlplane) && [ -z "$unformatted" ] && return
    echo "gofmt would change: $unformatted" >&2
    return 1
}

check "ruff check" ruff check --quiet
check "ruff format" ruff format --check --quiet
check "mypy" mypy --no-error-summary
check "ansible-lint" lint_ansible
check "changelog fragments" antsibull-changelog lint
[ ! -d tests/controlplane ] || check "gofmt" lint_go

[ -z "$failed" ] || echo "lint failed: ${failed#, }" >&2
[ -z "$failed" ]
