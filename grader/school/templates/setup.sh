#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image; so does the Containerfile.
set -euo pipefail

source="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        if usable "$python"; then
            echo "$python"
            return
        fi
    done
}

python="$(find_python)"
if [ -z "$python" ]; then
    apt-get update
    # Ubuntu 24.04 has 3.12, and 22.04 has 3.11 beside its own.
    for version in 3.13 3.12 3.11; do
        if apt-get install --yes "python$version" "python$version-venv"; then
            break
        fi
    done
    python="$(find_python)"
fi
if [ -z "$python" ]; then
    echo "setup: no Python 3.11 or later with venv is here, and none could be installed" >&2
    exit 1
fi

"$python" -m venv "$source/.venv"
"$source/.venv/bin/python" -m pip install --no-cache-dir -r "$source/course/requirements.lock"
