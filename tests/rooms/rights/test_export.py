"""Everything about one person is exported, or says why not."""

import json

import pytest
from django.apps import apps
from django.db.models import BinaryField, JSONField

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.people.models import Contact
from homeward.people.services import add_to_timeline
from homeward.rights.selectors import everything_about, items_to_review
from homeward.rights.selectors.export import BY_HAND, LEFT_OUT, paths_to_person, tables

MODELS = {one._meta.label: one for one in apps.get_models() if one.__module__.startswith("homeward.")}


def may_hold_somebody(model) -> bool:
    """Whether rows of a table could say something of somebody though no foreign key leads there."""
    return any(
        isinstance(field, JSONField | BinaryField) or "person" in field.name or field.name in ("subject_id", "people")
        for field in model._meta.concrete_fields
    )


class TestCompleteness:
    @pytest.mark.parametrize("label", sorted(MODELS))
    def test_every_table_is_exported_or_left_out_for_a_reason(self, label):
        model = MODELS[label]
        is_exported = model in tables() or label in BY_HAND
        if label in LEFT_OUT:
            assert not is_exported
            assert len(LEFT_OUT[label]) > 20
        elif paths_to_person(model) or may_hold_somebody(model):
            assert is_exported, f"{label} holds something of a person: export it, or say in LEFT_OUT why not"

    def test_names_only_tables_there_are(self):
        assert set(LEFT_OUT) | set(BY_HAND) <= set(MODELS)


@pytest.mark.django_db
class TestEverythingAbout:
    def test_holds_every_row_of_the_person_and_of_nobody_else(self, officer, ivy, crisis, coordinator, now, service):
        from homeward.people.services import NewPerson, register_person

        other = register_person(
            actor=coordinator, service_id=service.pk, new=NewPerson(given_name="Al", family_name="Moss"), now=now
        )
        add_to_timeline(actor=coordinator, person=other, kind="note", title="Als secret", happened_at=now, now=now)
        export = everything_about(officer, ivy, now)
        rows = {kind.label: kind.rows for kind in export.kinds}
        assert rows["people.Person"][0]["family_name"] == "Okafor"
        assert rows["people.Address"][0]["postcode"] == "DE1 3DA"
        assert rows["referrals.Referral"][0]["need_text"] == "Fell this morning, cannot get up the stairs"
        assert len(rows["referrals.ReferralEvent"]) == crisis.events.count()
        told = json.dumps([kind.rows for kind in export.kinds])
        assert "Als secret" not in told
        assert '"1234"' not in told  # the code of the key safe
        assert any(row["action"] == "register person" for row in rows["audit.Event"])

    def test_is_audited_with_its_purpose(self, officer, ivy, now):
        everything_about(officer, ivy, now)
        event = Event.objects.get(action="export record")
        assert (event.person_id, event.purpose) == (ivy.pk, "data_rights")

    def test_flags_what_is_about_others_and_leaves_out_what_was_decided(self, officer, coordinator, ivy, now):
        son = Contact.objects.create(person=ivy, name="David Okafor", relationship="son")
        add_to_timeline(
            actor=coordinator, person=ivy, kind="note", title="A call", text="Rang her son, David Okafor",
            happened_at=now, now=now,
        )  # fmt: skip
        items = {one.key: one.reason for one in items_to_review(officer, ivy, now)}
        assert items[f"people.Contact:{son.pk}"] == "Is about somebody in the person's life"
        entry = ivy.timeline.get(title="A call")
        assert items[f"people.TimelineEntry:{entry.pk}"] == "Names David Okafor"
        export = everything_about(officer, ivy, now, left_out=[f"people.Contact:{son.pk}"])
        contacts = next(kind for kind in export.kinds if kind.label == "people.Contact")
        assert (contacts.rows, contacts.left_out) == ((), 1)

    def test_is_for_who_answers_rights(self, somebody, ivy, now):
        with pytest.raises(NotAllowedError):
            everything_about(somebody(Role.CASE_MANAGER), ivy, now)


@pytest.mark.django_db
class TestDocuments:
    @pytest.fixture
    def letter(self, coordinator, cared_for, ivy, now, settings, tmp_path):
        from homeward.documents.models import Document, DocumentVersion
        from homeward.documents.storage import keep

        settings.STORAGES = settings.STORAGES | {
            "documents": {
                "BACKEND": "homeward.documents.storage.DocumentFolder",
                "OPTIONS": {"location": str(tmp_path)},
            }
        }
        kept = keep(b"Dear Ivy, your appointment")
        letter = Document.objects.create(
            person=ivy, title="A letter", kind="letter", source="typed", happened_on=now.date(), added_at=now,
            added_by="Somebody",
        )  # fmt: skip
        DocumentVersion.objects.create(
            document=letter, number=1, media_type=kept.media_type, size=kept.size, sha256=kept.sha256,
            stored_as=kept.stored_as, added_at=now, added_by="Somebody",
        )  # fmt: skip
        return letter

    def test_are_in_the_export_as_they_were_kept(self, officer, ivy, letter, now):
        (file,) = everything_about(officer, ivy, now).files
        assert file.content == b"Dear Ivy, your appointment"

    def test_stay_out_with_every_version_where_left_out(self, officer, ivy, letter, now):
        export = everything_about(officer, ivy, now, left_out=[f"documents.Document:{letter.pk}"])
        assert export.files == ()
        versions = next(kind for kind in export.kinds if kind.label == "documents.DocumentVersion")
        assert (versions.rows, versions.left_out) == ((), 1)
