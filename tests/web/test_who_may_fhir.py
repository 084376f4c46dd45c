"""Every resource type, as every role, with every tie to the person: compared with the table."""

import pytest

from homeward.access.rules import ROLE_PERMISSIONS, sight_with
from homeward.api.fhir.rest.table import KINDS
from tests.web.test_who_may import PEOPLE_WHO_SIGN_IN, TIES, reader, somebody_tied  # noqa: F401 - reader is a fixture

OF_SOMEBODY = [
    kind
    for kind in KINDS.values()
    if kind.is_about_somebody and (kind.name == "Patient" or any(one.name == "patient" for one in kind.parameters))
]


class TestEveryResource:
    @pytest.mark.parametrize("role", PEOPLE_WHO_SIGN_IN)
    def test_about_somebody_is_read_as_the_table_says(self, reader, service, desk, cared_for, now, role):  # noqa: F811
        client, account = reader(role)
        wrong = []
        for tie in TIES:
            whose = somebody_tied(tie, account, service, desk, cared_for, now)
            sight = sight_with(role, whose.ties)
            for kind in OF_SOMEBODY:
                person = whose.parts["person_id"]
                asked = f"/fhir/Patient/{person}" if kind.name == "Patient" else f"/fhir/{kind.name}?patient={person}"
                answer = client.get(asked)
                may = kind.permission in ROLE_PERMISSIONS[role] and sight >= kind.needs
                if answer.status_code != (200 if may else 403):
                    wrong.append(f"{tie}: {kind.name} {answer.status_code}, sight {sight.name}")
        assert not wrong
