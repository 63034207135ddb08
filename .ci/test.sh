#!/bin/sh
# Everything that must hold: lint and types on a new Python, all tests on the environment's own, and the tests that
# need no machine on each of 3.6, 3.9, 3.12 and 3.13 that is installed.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

interpreter() {     # the path of Python $1, from pyenv or the PATH, or nothing
    for found in "$HOME"/.pyenv/versions/"$1".*/bin/python3 "$(command -v "python$1" || :)"; do
        if [ -x "$found" ] && "$found" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            echo "$found"
            return
        fi
    done
}

if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    sh .ci/venv.sh .venv/bin/python .venv test,lint
    say 'ruff'
    .venv/bin/ruff check nodeprep tests benchmarks packaging
    say 'mypy'
    .venv/bin/mypy
else
    say 'ruff and mypy: skipped, they need Python 3.10'
fi

# Two interpreters at a time; what each printed is shown when it is done.
failed=''
running=''
finish() {          # waits for what runs, shows it, and notes what failed
    for job in $running; do
        version=${job%%:*}
        wait "${job#*:}" || failed="$failed $version"
        say "Python $version: the tests that need no machine"
        tail -n 15 ".venvs/$version.log"
    done
    running=''
}
for version in 3.6 3.9 3.12 3.13; do
    python=$(interpreter "$version")
    if [ -z "$python" ]; then
        say "Python $version: not installed, skipped"
        continue
    fi
    sh .ci/venv.sh "$python" ".venvs/$version" test
    ".venvs/$version/bin/python" -m pytest -q -p no:cacheprovider --ignore tests/system --ignore tests/compare \
        --ignore tests/lab --ignore tests/packaging --ignore tests/web >".venvs/$version.log" 2>&1 &
    running="$running $version:$!"
    case $running in *' '*' '*) finish ;; esac
done
finish

# The whole virtual machine is emulated for minutes, in which many of the other tests wait for something.
mkdir -p .venvs
.venv/bin/python -m pytest -q -p no:cacheprovider -m vm tests/lab >.venvs/vm.log 2>&1 &
vm=$!
say "All other tests, with $(.venv/bin/python --version 2>&1)"
.venv/bin/python -m coverage run -m pytest -q -m 'not vm' || failed="$failed .venv"
wait "$vm" || failed="$failed vm"
say 'The whole virtual machine'
tail -n 15 .venvs/vm.log
.venv/bin/python -m coverage report --skip-covered --skip-empty --sort=cover | tail -n 25
if [ -n "$failed" ]; then
    say "Failed on:$failed"
    exit 1
fi
