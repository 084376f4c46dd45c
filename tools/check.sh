#!/bin/sh
# Everything that can be judged without running the service. Stops at the first fault.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin

step() { printf '%s\n' "· $1"; }

step "style and common faults (ruff)"
$bin/ruff check -q .
$bin/ruff format -q --check .
step "types of the planner and the rules (mypy)"
$bin/mypy --no-error-summary visit_planner rota_builder homeward/*/rules.py homeward/procedures/rules homeward/referrals/rules \
    homeward/outcomes/ascof homeward/outcomes/variation homeward/outcomes/national
step "which way the rooms lean (import-linter)"
$bin/lint-imports >var/imports.log 2>&1 || { cat var/imports.log; exit 1; }
step "security (bandit)"
$bin/bandit -q -c pyproject.toml -r homeward visit_planner rota_builder tools 2>var/bandit.log
step "templates (djlint)"
found=$($bin/djlint homeward/web/templates -e jinja --lint --quiet 2>&1) || { printf '%s\n' "$found"; exit 1; }
step "procedures"
$bin/homeward procedures check
step "migrations are complete"
$bin/homeward makemigrations --check --dry-run >var/migrations.log 2>&1 || { cat var/migrations.log; exit 1; }
step "locks hold no address of a package index"
if grep -rnE 'https?://' requirements/*.txt package-lock.json; then exit 1; fi
echo "All checks passed."
