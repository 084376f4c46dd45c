"""Run all tests: everything on SQLite, then everything that touches the record again on PostgreSQL.

    tools/run_tests.py [pytest arguments]     arguments go to both runs

The planner and the architecture do not touch the record, and browser journeys test pages, so those run once; tests
marked `any_engine` too.
"""

import os
import subprocess
import sys
from pathlib import Path

from postgres import server

BASE = Path(__file__).resolve().parent.parent
ON_EACH_ENGINE = ["rooms", "web", "api", "api_import", "demo"]
CORES = str(min(4, os.cpu_count() or 1))


def _pytest(what: str, environment: dict[str, str], arguments: list[str]) -> int:
    print(f"\n{what}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", CORES, "--dist", "loadgroup", *arguments]
    return subprocess.run(command, cwd=BASE, env={**os.environ, **environment}, check=False).returncode


def main() -> None:
    arguments = sys.argv[1:]
    # Tests start many processes: what they import is compiled once and kept, whatever this machine is set to do.
    left_out = ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    os.environ.clear()
    os.environ.update(environment)
    if _pytest("All tests, on SQLite", {}, arguments):
        raise SystemExit(1)
    folders = [f"tests/{name}" for name in ON_EACH_ENGINE if (BASE / "tests" / name).is_dir()]
    with server() as url:
        chosen = ["-m", "not any_engine", *arguments, *folders]
        if _pytest("The same tests of the record, on PostgreSQL", {"DATABASE_URL": url}, chosen):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
