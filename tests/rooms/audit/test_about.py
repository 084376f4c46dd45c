"""Who has looked at somebody's record."""

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.selectors import events_about
from homeward.audit.services import record, record_reads

pytestmark = pytest.mark.django_db


class TestEventsAbout:
    def test_finds_events_alone_and_in_lists(self, service, actor_with, now):
        reader = actor_with(Role.FRONT_DOOR)
        record(actor=reader, action="open record", subject=("person", 7), person_id=7, service_id=service.pk, now=now)
        record_reads(
            actor=reader, action="see day", subject_kind="day", person_ids=[5, 7, 71], service_id=service.pk, now=now
        )
        record_reads(
            actor=reader, action="see day", subject_kind="day", person_ids=[71], service_id=service.pk, now=now
        )
        found = events_about(actor_with(Role.ADMINISTRATOR), 7)
        assert [event.action for event in found] == ["see day", "open record"]

    def test_is_not_for_everybody(self, actor_with):
        with pytest.raises(NotAllowedError):
            events_about(actor_with(Role.FRONT_DOOR), 7)
