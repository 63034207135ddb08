#!/bin/sh
# venv.sh PYTHON FOLDER EXTRAS: a virtual environment with nodeprep in it, made once and kept until pyproject.toml changes.
set -eu
python=$1 folder=$2 extras=$3
stamp="$folder/.nodeprep-$extras"
compile() {     # also where PYTHONDONTWRITEBYTECODE is set: compiling at each start costs more than a whole check
    "$folder/bin/python" -m compileall -q nodeprep
}
about() { "$1" -c 'import sys; print(sys.version_info[:3])'; }
asked=$(about "$python") || {
    echo "venv.sh: $python does not run; name a Python of 3.6 or later with PYTHON=..." >&2
    exit 2
}
if [ -x "$folder/bin/python" ] && [ "$(about "$folder/bin/python")" != "$asked" ]; then
    echo "The environment $folder is of another Python and is made anew." >&2
    rm -rf "$folder"
fi
if [ -e "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ]; then
    compile
    exit 0
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 6))' || {
    echo "venv.sh: $python is older than Python 3.6; name another one with PYTHON=..." >&2
    exit 2
}
if [ ! -x "$folder/bin/python" ]; then
    echo "Making the environment $folder with $("$python" --version 2>&1) ..." >&2
    "$python" -m venv "$folder" || {
        echo "venv.sh: no venv in $python; install the package python3-venv (Debian) or name another with PYTHON=..." >&2
        exit 2
    }
fi
# An editable install from pyproject.toml needs pip 21.3; the pip 18 of a fresh 3.6 cannot find that by itself.
"$folder/bin/python" - <<'PY' || "$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'pip==21.3.1'
import sys
import pip
sys.exit(tuple(int(part) for part in pip.__version__.split('.')[:2]) < (21, 3))
PY
if [ "$extras" = run ]; then what=.; else what=".[$extras]"; fi
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$what"
compile
touch "$stamp"
