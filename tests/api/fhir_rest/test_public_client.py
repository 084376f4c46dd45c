"""A public FHIR client (fhir-kit-client, from npm) against a running server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import DEFAULT_DB_ALIAS, connections
from django.test.testcases import LiveServerThread

from homeward.api.fhir.rest.table import KINDS

HERE = Path(__file__).parent
CLIENT = HERE.parents[2] / "node_modules" / "fhir-kit-client"
PATIENCE_SECONDS = 120


@pytest.fixture
def served(db):
    """The address of a server that answers over a real socket from this test's own database."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.inc_thread_sharing()
    shared = {DEFAULT_DB_ALIAS: connection}
    thread = LiveServerThread("127.0.0.1", lambda app: WSGIHandler(), connections_override=shared)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    connection.dec_thread_sharing()


class TestPublicClient:
    def test_reads_searches_pages_and_takes_everything(self, served, whole, reader_token):
        node = shutil.which("node")
        if node is None or not CLIENT.is_dir():
            pytest.skip("fhir-kit-client is not installed: run npm ci")
        ran = subprocess.run(
            [node, str(HERE / "public_client.mjs"), f"{served}/fhir", reader_token, str(whole.person.pk)],
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr[-3000:]
        said = json.loads(ran.stdout)
        patient = f"Patient/{whole.person.pk}"
        assert said["kinds"] == list(KINDS)
        assert said["family"] == "Okafor"
        assert said["found"] == [patient]
        assert len(said["posted"]) == 1
        assert f"Practitioner/{whole.worker.pk}" in said["included"]
        assert len(said["paged"]) == len(set(said["paged"])) == 6
        assert said["everything"] > 20
        assert said["refused"] == 400
