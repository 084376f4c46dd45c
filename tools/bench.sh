#!/bin/sh
# What things cost, measured: the main job, each screen, and the planner on public instances where they are at hand.
# Machines differ and are shared: read CPU seconds and ratios, and compare two versions in one sitting.
set -eu
cd "$(dirname "$0")/.."
export HOMEWARD_VAR="${HOMEWARD_VAR:-var/bench}"
unset DATABASE_URL || true
mkdir -p "$HOMEWARD_VAR"
rm -f "$HOMEWARD_VAR"/homeward.sqlite3*

echo "A place of 1,250 visits a day, built and planned"
/usr/bin/env time -f "%U user + %S system CPU seconds, %e elapsed" .venv/bin/homeward run --prepare-only --visits 1250 2>&1 ||
    .venv/bin/homeward run --prepare-only --visits 1250
echo "Visits that could be one, and sign-offs worth working for"
.venv/bin/python tools/bench_joining.py
.venv/bin/homeward delegation value-of-signoff --days 2 --top 5
echo "Each screen"
.venv/bin/python tools/bench_pages.py
echo "A busy front door on PostgreSQL, the server killed half way"
.venv/bin/python tools/bench_front_door.py --seconds "${LOAD_SECONDS:-120}"
echo "Finding people, and second records of one person"
.venv/bin/python tools/bench_search.py --people "${PEOPLE:-500000}"
.venv/bin/python tools/bench_search.py --people "${PEOPLE:-500000}" --postgresql
.venv/bin/python tools/measure_duplicates.py
echo "A timeline of ten years"
.venv/bin/python tools/bench_timeline.py
.venv/bin/python tools/bench_timeline.py --postgresql
echo "Planning as a day grows, and many localities on a cluster of this machine"
.venv/bin/python benchmarks/scale.py --sizes "${SIZES:-1000,2000,5000}" --milliseconds 10
.venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements/cluster.txt
.venv/bin/python benchmarks/cluster.py --localities "${LOCALITIES:-150}" --days 7 --nodes 1,2,4
echo "Living with a plan: absences, urgent visits, reasons"
.venv/bin/python benchmarks/living.py --full 2
instances=${INSTANCES:-../shared/benchmarks}
if [ -d "$instances" ]; then
    echo "The planner on public instances, ${SECONDS_EACH:-20} CPU seconds each"
    .venv/bin/visit-planner bench "$instances/hhcrsp" --only italian --seconds "${SECONDS_EACH:-20}"
fi
