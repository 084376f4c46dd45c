"""A public FHIR client (fhir-kit-client, from npm) against a running server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from homeward.api.fhir.rest.table import KINDS

# On SQLite what a test made is served from a copy; PostgreSQL serves the test's own database
pytestmark = pytest.mark.django_db(transaction=connection.vendor != "sqlite")
HERE = Path(__file__).parent
CLIENT = HERE.parents[2] / "node_modules" / "fhir-kit-client"
PATIENCE_SECONDS = 120


class TestPublicClient:
    def test_reads_searches_pages_and_takes_everything(self, serve, whole, reader_token):
        node = shutil.which("node")
        if node is None or not CLIENT.is_dir():
            pytest.skip("fhir-kit-client is not installed: run npm ci")
        ran = subprocess.run(
            [node, str(HERE / "public_client.mjs"), f"{serve().address}/fhir", reader_token, str(whole.person.pk)],
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
