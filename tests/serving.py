"""The service on a real server, on whichever database the tests run."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

BASE = Path(__file__).resolve().parents[1]


class Server:
    """The command that serves a place, on a port of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [
            str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
            "homeward.config.wsgi:application",
        ]  # fmt: skip
        with log.open("a") as said:
            self.process = subprocess.Popen(
                command, cwd=BASE, env=environment, stdout=said, stderr=said, start_new_session=True
            )
        for _ in range(300):
            if self.process.poll() is not None:
                pytest.fail(f"the service did not start:\n{log.read_text()[-3000:]}")
            try:
                urllib.request.urlopen(f"{self.address}/sign-in", timeout=5)
                return
            except OSError:
                time.sleep(0.2)
        pytest.fail("the service did not answer")

    def kill(self) -> None:
        """End every process of it at once, as a power cut does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)


@pytest.fixture
def serve(tmp_path) -> Callable[[], Server]:
    """Serves what the test has made so far; on SQLite a copy of it, in a file."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "homeward.config.settings_test",
        "HOMEWARD_VAR": str(tmp_path),
        # whoever signed in in the test is signed in there
        "HOMEWARD_SECRET": settings.SECRET_KEY,
    }
    if connection.vendor == "sqlite":
        environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'served.sqlite3'}"
    else:
        address = urlsplit(os.environ["DATABASE_URL"])
        environment["DATABASE_URL"] = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    started = []

    def start() -> Server:
        if connection.vendor == "sqlite" and not started:
            (tmp_path / "served.sqlite3").write_bytes(connection.connection.serialize())
        started.append(Server(environment, tmp_path / "log"))
        return started[-1]

    yield start
    for server in started:
        server.kill()
