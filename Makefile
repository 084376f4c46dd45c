# run · test · check · bench · bench-planner. Each sets up what it needs; the environment is in .venv, everything made at run time in var.
PORT ?= 8000
PYTHON := .venv/bin/python
export PORT

.PHONY: run test check bench bench-planner setup format clean

run: setup
	@.venv/bin/homeward run --port $(PORT)

test: setup
	@tools/prepare.sh test
	@$(PYTHON) tools/run_tests.py

check: setup
	@tools/prepare.sh check
	@tools/check.sh

bench: setup
	@tools/bench.sh

bench-planner: setup
	@tools/prepare.sh bench
	@tools/bench_planner.sh

setup:
	@tools/prepare.sh run

format: setup
	@tools/prepare.sh check
	@.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format -q .

clean:
	rm -rf .venv node_modules var homeward/web/static/vendor
