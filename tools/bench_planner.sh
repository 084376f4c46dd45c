#!/bin/sh
# The planner beside OR-Tools, CP-SAT, PyVRP and VROOM, on public instances at equal CPU time, and its speed beside C.
# SECONDS_EACH and SEEDS set the effort; what was run already is kept in var/ and not run again.
set -eu
cd "$(dirname "$0")/.."
instances=${INSTANCES:-../shared/benchmarks}/hhcrsp
[ -d "$instances" ] || { echo "There are no public instances at $instances: say where with INSTANCES=FOLDER."; exit 1; }
export PYTHONPATH=.
seconds=${SECONDS_EACH:-15}
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
mkdir -p var
.venv/bin/python -m benchmarks.side_by_side "$instances" --seconds "$seconds" --seeds "${SEEDS:-1}" \
    --keep "var/side_by_side_${commit}_${seconds}.jsonl" --out var/side_by_side.md
.venv/bin/python benchmarks/moves_per_second.py "$instances"
echo "The table is in var/side_by_side.md; docs/benchmarks.md holds the last one kept."
