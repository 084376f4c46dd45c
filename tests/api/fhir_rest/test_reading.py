"""Reading and searching the record over FHIR."""

import pytest

from homeward.api.fhir.rest.table import KINDS


class TestEveryKind:
    @pytest.mark.parametrize("name", [kind.name for kind in KINDS.values() if kind.is_searched])
    def test_is_searched(self, ask, whole, name):
        if name == "AuditEvent":
            assert ask(f"/fhir/{name}", status=403)["resourceType"] == "OperationOutcome"
            return
        bundle = ask(f"/fhir/{name}")
        print(bundle)
        assert bundle["type"] == "searchset"
