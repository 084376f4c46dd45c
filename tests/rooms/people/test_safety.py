"""Alerts and needs, raised, kept back and ended."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from homeward.access.rules import Role
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import TimelineEntry
from homeward.people.selectors import (
    AlertNotFoundError,
    alert_of,
    alerts_kept_back,
    changes_of,
    current_alerts,
    current_needs,
    format_of,
    former_alerts,
    timeline_of,
)
from homeward.people.services import add_to_timeline, change_facts, end_alert, end_need, note_need, raise_alert

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(now):
    return london_day(now)


class TestRaiseAlert:
    def test_one_that_is_sensitive_is_kept_back_and_counted(self, manager, actor_with, ivy, now, today):
        alert = raise_alert(
            actor=manager, person=ivy, kind="safeguarding", text="Her son", sensitivity="safeguarding", now=now
        )
        visitor = actor_with(Role.FIELD_WORKER)
        assert current_alerts(manager, [ivy.pk], today) == {ivy.pk: [alert]}
        assert current_alerts(visitor, [ivy.pk], today) == {}
        assert (alerts_kept_back(visitor, ivy, today), alerts_kept_back(manager, ivy, today)) == (1, 0)
        assert TimelineEntry.objects.get(subject_kind="alert", subject_id=alert.pk).sensitivity == "safeguarding"
        with pytest.raises(AlertNotFoundError):
            alert_of(visitor, ivy, alert.pk, today)
        seen = changes_of(visitor, ivy, limit=9)
        assert (seen.rows, seen.kept_back) == ((), 1)
        assert len(changes_of(manager, ivy, limit=9).rows) == 1

    def test_one_about_safeguarding_is_always_sensitive(self, manager, actor_with, ivy, now, today):
        raise_alert(actor=manager, person=ivy, kind="safeguarding", text="Her son", now=now)
        visitor = actor_with(Role.FIELD_WORKER)
        assert (current_alerts(visitor, [ivy.pk], today), alerts_kept_back(visitor, ivy, today)) == ({}, 1)
        assert TimelineEntry.objects.get(kind="alert").sensitivity == "safeguarding"

    def test_one_with_a_last_day_ends_by_itself(self, manager, ivy, now, today):
        raise_alert(actor=manager, person=ivy, kind="infection", text="", until=today + timedelta(days=3), now=now)
        assert current_alerts(manager, [ivy.pk], today + timedelta(days=3))
        assert not current_alerts(manager, [ivy.pk], today + timedelta(days=4))

    @pytest.mark.parametrize("wrong", [{"kind": "loud"}, {"sensitivity": "very"}, {"until": True}])
    def test_refuses_what_is_not_on_the_list(self, manager, ivy, now, today, wrong):
        if "until" in wrong:
            wrong = {"until": today - timedelta(days=1)}
        with pytest.raises(RefusedError):
            raise_alert(**{"actor": manager, "person": ivy, "kind": "pets", "text": "", "now": now} | wrong)


class TestKeepBackOldAlerts:
    def test_marks_what_was_raised_before_with_its_entry(self, manager, actor_with, ivy, now, today):
        alert = ivy.alerts.create(kind="safeguarding", text="Her son", starts_on=today, raised_by="Lee")
        other = ivy.alerts.create(kind="pets", text="A dog", starts_on=today, raised_by="Lee")
        for one in (alert, other):
            add_to_timeline(
                actor=manager, person=ivy, kind="alert", title="Alert", text=one.text, happened_at=now, now=now,
                subject=("alert", one.pk),
            )  # fmt: skip
        migration = import_module("homeward.people.migrations.0008_keep_back_safeguarding")
        for _ in range(2):
            migration.mark(apps, None)
        visitor = actor_with(Role.FIELD_WORKER)
        assert current_alerts(visitor, [ivy.pk], today) == {ivy.pk: [other]}
        assert [one.text for one in timeline_of(visitor, ivy)] == ["A dog"]
        assert [one.text for one in timeline_of(manager, ivy)].count("Her son") == 2


class TestEndAlert:
    def test_is_not_shown_from_then_on_and_says_why(self, manager, ivy, now, today):
        alert = raise_alert(actor=manager, person=ivy, kind="pets", text="A dog", now=now)
        with pytest.raises(RefusedError, match="Say why"):
            end_alert(actor=manager, alert=alert, reason=" ", now=now)
        end_alert(actor=manager, alert=alert, reason="The dog has gone", now=now)
        assert not current_alerts(manager, [ivy.pk], today)
        assert [one.ended_reason for one in former_alerts(manager, ivy, today)] == ["The dog has gone"]
        assert ivy.timeline.filter(title="Alert ended: Pets", text="The dog has gone").exists()
        with pytest.raises(RefusedError, match="has ended"):
            end_alert(actor=manager, alert=alert, reason="Again", now=now)

    def test_may_be_raised_again(self, manager, ivy, now, today):
        told = {"actor": manager, "person": ivy, "kind": "pets", "text": "A dog", "now": now}
        first = raise_alert(**told)
        end_alert(actor=manager, alert=first, reason="The dog has gone", now=now)
        again = raise_alert(**told)
        assert again.pk != first.pk
        assert current_alerts(manager, [ivy.pk], today) == {ivy.pk: [again]}


class TestNeeds:
    def test_drive_every_letter_until_they_end(self, manager, ivy, now):
        need = note_need(actor=manager, person=ivy, kind="large_print", text="20 point", now=now)
        assert note_need(actor=manager, person=ivy, kind="large_print", text="20 point", now=now) == need
        assert format_of(manager, ivy).points == 20
        end_need(actor=manager, need=need, reason="New glasses", now=now)
        ivy.refresh_from_db()
        assert current_needs(ivy) == []
        assert format_of(manager, ivy).is_usual
        assert note_need(actor=manager, person=ivy, kind="large_print", text="20 point", now=now).pk != need.pk

    def test_letters_are_in_the_language_they_read(self, manager, ivy, now):
        changed = change_facts(actor=manager, person=ivy, values={"language": "Punjabi", "reads_in": "Urdu"}, now=now)
        assert format_of(manager, changed).language == "Urdu"

    @pytest.mark.parametrize(("kind", "text"), [("other", ""), ("whisper", "")])
    def test_refuses_a_need_that_says_nothing(self, manager, ivy, now, kind, text):
        with pytest.raises(RefusedError):
            note_need(actor=manager, person=ivy, kind=kind, text=text, now=now)
