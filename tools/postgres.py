"""A PostgreSQL server for as long as it is needed: made in a new folder, reached over a socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if versions:
        return versions[-1]
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    raise SystemExit("PostgreSQL is missing. Install it, on Debian with: apt-get install postgresql")


@contextmanager
def server(*, is_durable: bool = False) -> Iterator[str]:
    """Start a server and give its DATABASE_URL.

    PostgreSQL refuses to run as root, so where we are root it runs as nobody. Durability is off for tests, whose data
    is for one run; `is_durable` leaves PostgreSQL's own settings, to measure as a real service runs.

    Raises: SystemExit saying what to install; CalledProcessError with the server's own words.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="homeward-pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--reset-env"]
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w", "-s", "-l", str(folder / "log")]
    try:
        subprocess.run(
            [*prefix, str(programs / "initdb"), "-D", str(data), "-U", "homeward", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        options = f"-k {folder} -c listen_addresses='' -c max_connections=60 -c shared_buffers=128MB"
        if not is_durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        subprocess.run([*control, "-o", options, "start"], check=True, cwd=folder)
        try:
            yield f"postgresql://homeward@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
