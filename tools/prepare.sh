#!/bin/sh
# Set up what a goal needs and say what it is doing: `tools/prepare.sh run|test|check|bench`.
# Steps that are up to date are skipped; a missing system tool is installed where we are root on Debian, else named.
set -eu
cd "$(dirname "$0")/.."
goal=${1:-run}
began=$(date +%s)

say() { printf '%4ss  %s\n' "$(($(date +%s) - began))" "$1"; }

need() { # need COMMAND DEBIAN-PACKAGE WHAT-FOR
    command -v "$1" >/dev/null 2>&1 && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing $2 ($3)"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2; } \
            >var/apt.log 2>&1 || { tail -5 var/apt.log; echo "Could not install $2. Install it, then run this again."; exit 1; }
    else
        echo "$1 is missing ($3). Install it, on Debian with: sudo apt-get install $2"
        exit 1
    fi
}

# up_to_date STAMP FILE...: is the stamp newer than every file it was made from?
up_to_date() {
    stamp=$1
    shift
    [ -f "$stamp" ] || return 1
    for made_from in "$@"; do [ "$made_from" -nt "$stamp" ] && return 1; done
    return 0
}

mkdir -p var
python=python3.11
command -v python3.11 >/dev/null 2>&1 || python=python3
need "$python" "python3.11 python3.11-venv" "the service is written for Python 3.11"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed, this is $("$python" --version). Install python3.11."
    exit 1
}
need npm "nodejs npm" "fetches the NHS design system, once"

if [ ! -x .venv/bin/uv ]; then
    say "Making .venv"
    "$python" -c 'import venv, ensurepip' 2>/dev/null || need no-venv "python3-venv" "makes the environment"
    "$python" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check "uv==0.13.*" 2>/dev/null ||
        { echo "Could not install uv from the package index. Check the network, then run this again."; exit 1; }
fi

install() { # install NAME: the locked packages of requirements/NAME.txt
    up_to_date ".venv/$1.done" "requirements/$1.txt" pyproject.toml && return 0
    say "Installing the packages of requirements/$1.txt"
    .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "requirements/$1.txt"
    touch ".venv/$1.done"
}

if ! up_to_date .venv/core.done requirements/core.txt pyproject.toml; then
    install core
    .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
fi

if ! up_to_date node_modules/.done package-lock.json; then
    say "Fetching the NHS design system, htmx and Leaflet"
    npm ci --silent --no-progress >var/npm.log 2>&1 || { tail -5 var/npm.log; echo "npm ci failed; its output is in var/npm.log."; exit 1; }
    touch node_modules/.done
fi
if ! up_to_date homeward/web/static/vendor/nhsuk.css node_modules/.done tools/build_assets.py; then
    say "Building the stylesheets and scripts"
    .venv/bin/python tools/build_assets.py
fi

case $goal in
test)
    install test
    need chromium chromium "journeys run in a real browser"
    fc-match Arial 2>/dev/null | grep -qiE 'arial|liberation|arimo' ||
        need no-arial fonts-liberation "pages are drawn in Arial, or a font as wide"
    [ -x /usr/lib/postgresql/15/bin/initdb ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
        need initdb postgresql "the same tests run on PostgreSQL"
    ;;
check) install check ;;
bench) install bench ;;
esac
