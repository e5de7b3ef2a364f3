#!/bin/sh
# Makes .venv with the first Python 3.11 to 3.13 that really runs, unless it is there and still right.
#
# Right means: made by the same interpreter from the same requirements, in the same place. The stamp is written last,
# so a virtual environment whose making was interrupted is made again. PYTHON=... names an interpreter.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd -P)
venv="$root/.venv"
requirements="$root/tests/tooling/requirements.txt"
collections="$venv/collections/ansible_collections/tiphys"

# A candidate is executed, not only found: a pyenv shim may stand for a Python that is not selected.
try_python() { # candidate, minor versions it may have
    found=$("$1" -c "import sys; sys.version_info[0] == 3 and sys.version_info[1] in ($2,) and print(sys.executable)" \
        2>/dev/null </dev/null) && [ -n "$found" ] || return 1
    if "$found" -c 'import ensurepip, venv' 2>/dev/null </dev/null; then
        python=$found
    else
        incomplete="$incomplete $found"
        return 1
    fi
}

find_python() {
    incomplete=
    if [ -n "${PYTHON:-}" ]; then
        try_python "$PYTHON" 11,12,13 && return
    else
        for minor in 13 12 11; do
            for candidate in "python3.$minor" python3 "${HOME:-}/.pyenv/versions/3.$minor".*/bin/python; do
                try_python "$candidate" "$minor" && return
            done
        done
    fi
    if [ -n "$incomplete" ]; then
        echo "venv: found$incomplete, but without the venv module; on Debian or Ubuntu: apt install python3-venv" >&2
    else
        echo "venv: no working Python 3.11, 3.12 or 3.13${PYTHON:+ at $PYTHON}; name one: make PYTHON=/path/to/python" >&2
    fi
    exit 1
}

# What .venv is made from; empty when the interpreter does not run.
key_of() {
    cat "$0" "$requirements" | "$1" -c '
import hashlib, sys
made_from = [sys.stdin.read(), sys.base_prefix, sys.version, *sys.argv[1:]]
print(hashlib.sha256("\0".join(made_from).encode()).hexdigest())
' "$root" 2>/dev/null
}

# Two makes at once: the second waits and then finds the work done.
if command -v flock >/dev/null; then
    exec 9>"$root/.venv.lock"
    flock 9
fi

if [ -z "${PYTHON:-}" ] && [ -s "$venv/stamp" ] && [ "$(cat "$venv/stamp")" = "$(key_of "$venv/bin/python")" ]; then
    exit 0
fi
find_python
key=$(key_of "$python")
if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$key" ]; then
    exit 0
fi

echo "venv: making .venv with $python, about a minute" >&2
rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r "$requirements"
mkdir -p "$collections"
ln -s ../../../.. "$collections/gitops"
echo "$key" >"$venv/stamp"
