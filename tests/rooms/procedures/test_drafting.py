"""The next version of a procedure: written by one person, approved by another, and nothing lost on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.append_only import lay_triggers, missing_triggers
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.procedures import services
from homeward.procedures.models import OfferedVersion, Procedure, ProcedureDraft
from homeward.procedures.rules import as_text, definition_of, read_yaml
from homeward.procedures.selectors import (
    built,
    draft_events,
    draft_for,
    draft_problems,
    draft_text_at,
    drafts,
    drafts_published,
    library,
    newest_procedures,
    offered_version,
    open_draft_of,
    pathway,
    procedure,
)
from homeward.procedures.states import DraftMovedOnError, DraftState, Origin

CRISIS = "integrated-crisis-response"


@pytest.fixture
def first(service) -> int:
    """The version of the crisis pathway that ships now; its drafts number on from it."""
    return procedure("pathway", CRISIS).version


@pytest.fixture
def lead(service) -> Actor:
    return Actor("Lena Lead", Role.CASE_MANAGER, account_id=1, service_ids=frozenset({service.pk}))


@pytest.fixture
def other_lead(service) -> Actor:
    return Actor("Omar Other", Role.REGISTERED_PROFESSIONAL, account_id=2, service_ids=frozenset({service.pk}))


@pytest.fixture
def approver(service) -> Actor:
    return Actor("Des Designer", Role.SERVICE_DESIGNER, account_id=3, service_ids=frozenset({service.pk}))


@pytest.fixture
def draft(lead, now) -> ProcedureDraft:
    return services.start_draft(actor=lead, based_on=procedure("pathway", CRISIS), now=now)


def changed(draft: ProcedureDraft, before: str, after: str) -> str:
    assert before in draft.source_text
    return draft.source_text.replace(before, after)


@pytest.fixture
def sent(draft, lead, now) -> ProcedureDraft:
    text = draft.source_text.replace("summary:", "summary: Now in our own words. #", 1)
    saved = services.save_draft(actor=lead, draft=draft, revision=1, text=text, now=now)
    return services.send_draft(actor=lead, draft=saved, revision=2, why="Say it our way", now=now)


class TestStartDraft:
    def test_begins_with_what_is_followed_now_as_the_next_version(self, draft):
        assert (draft.code, draft.version, draft.state) == (CRISIS, 3, DraftState.DRAFT)
        said = read_yaml(draft.source_text).content
        assert said == definition_of(pathway(CRISIS)) | {"version": 3}
        assert draft_problems(draft) == []

    @pytest.mark.parametrize("kind", ["pathway", "form", "activity"])
    def test_writes_every_published_procedure_so_that_it_reads_back_the_same(self, service, kind):
        rows = newest_procedures(kind)
        assert rows
        for row in rows:
            definition = definition_of(built(row))
            assert read_yaml(as_text(kind, definition)).content == definition

    def test_refuses_a_second_draft_of_the_same(self, draft, other_lead, now):
        with pytest.raises(RefusedError, match="Lena Lead started a draft"):
            services.start_draft(actor=other_lead, based_on=draft.based_on, now=now)

    def test_is_held_to_one_open_draft_by_the_database(self, draft):
        draft.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            draft.save(force_insert=True)

    def test_makes_a_procedure_of_its_own_from_a_copy(self, lead, now):
        copy = services.start_draft(
            actor=lead, based_on=procedure("pathway", CRISIS), now=now, new_title="Falls pick-up, nights"
        )
        assert (copy.code, copy.version, copy.title) == ("falls-pick-up-nights", 1, "Falls pick-up, nights")
        assert draft_problems(copy) == []

    def test_gives_a_new_activity_a_code_as_activities_have(self, lead, now):
        copy = services.start_draft(
            actor=lead, based_on=procedure("activity", "observations"), now=now, new_title="Weighing at home"
        )
        assert copy.code == "weighing_at_home"
        assert draft_problems(copy) == []

    @pytest.mark.parametrize("title", ["Reablement at home", "!!!"])
    def test_refuses_a_name_that_is_taken_or_none(self, lead, now, title):
        with pytest.raises(RefusedError):
            services.start_draft(actor=lead, based_on=procedure("pathway", CRISIS), now=now, new_title=title)

    @pytest.mark.parametrize("role", [Role.FIELD_WORKER, Role.FRONT_DOOR, Role.PERFORMANCE_LEAD])
    def test_is_for_those_whose_role_has_it(self, actor_with, now, role):
        with pytest.raises(NotAllowedError):
            services.start_draft(actor=actor_with(role), based_on=procedure("pathway", CRISIS), now=now)


class TestSaveDraft:
    def test_keeps_the_text_exactly_and_what_it_was_before(self, draft, lead, now):
        text = "# agreed on Monday\n" + draft.source_text + "\n\n# end\n"
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text=text, now=now, note="Summary")
        assert saved.source_text == text
        assert draft_text_at(saved, 1) == draft.source_text
        assert draft_text_at(saved, 2) == text
        assert draft_text_at(saved, 3) is None
        assert [(event.kind, event.note) for event in draft_events(saved)] == [("started", ""), ("saved", "Summary")]

    def test_keeps_a_text_with_faults_and_says_where_they_are(self, draft, lead, now):
        text = draft.source_text.replace("unit: hours", "unit: fortnights", 1)
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text=text, now=now)
        assert saved.source_text == text
        assert saved.definition is None
        (problem,) = draft_problems(saved)
        assert problem.field == "clocks[1].target.unit"
        assert text.splitlines()[problem.line - 1].strip() == "unit: fortnights"
        assert "'fortnights' is not one of the choices" in problem.text

    def test_says_what_cannot_be_read_at_all(self, draft, lead, now):
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text="code: [unclosed\n", now=now)
        assert saved.title == "Integrated crisis response"
        assert draft_problems(saved)[0].line in (1, 2)

    def test_tells_the_second_of_two_and_loses_neither_text(self, draft, lead, other_lead, now):
        services.save_draft(actor=lead, draft=draft, revision=1, text=draft.source_text + "# Lena\n", now=now)
        with pytest.raises(services.DraftChangedError, match="Lena Lead changed this draft"):
            services.save_draft(actor=other_lead, draft=draft, revision=1, text=draft.source_text + "# Omar\n", now=now)
        assert draft_for(draft.pk).source_text.endswith("# Lena\n")

    def test_adds_nothing_where_nothing_changed(self, draft, lead, now):
        services.save_draft(actor=lead, draft=draft, revision=1, text=draft.source_text, now=now)
        assert draft_for(draft.pk).revision == 1
        assert len(draft_events(draft)) == 1

    def test_refuses_while_it_waits_for_approval(self, sent, lead, now):
        with pytest.raises(DraftMovedOnError, match="Take it back"):
            services.save_draft(actor=lead, draft=sent, revision=2, text="x", now=now)

    @pytest.mark.parametrize("text", ["code: a\0b", "x" * 400_001])
    def test_refuses_what_cannot_be_kept(self, draft, lead, now, text):
        with pytest.raises(RefusedError):
            services.save_draft(actor=lead, draft=draft, revision=1, text=text, now=now)

    def test_keeps_its_history_from_being_changed(self, draft):
        lay_triggers()
        assert "procedures_proceduredraftevent" not in missing_triggers()
        for statement in ("UPDATE procedures_proceduredraftevent SET note = 'x'",
                          "DELETE FROM procedures_proceduredraftevent"):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


class TestDraftProblems:
    """A draft is checked beside everything that is published, in both directions."""

    @pytest.mark.parametrize(
        ("before", "after", "field", "said"),
        [
            (f"code: {CRISIS}", "code: another", "code", "Change the code back"),
            ("version: 3", "version: 7", "version", "Change the version back"),
            ("form: crisis-outcome", "form: no-such-form", "stages[4].forms[1].form", "There is no form called"),
            (
                "hands_over_to: reablement-at-home", "hands_over_to: nowhere", "outcomes[3].hands_over_to",
                "There is no pathway called 'nowhere'",
            ),
            (
                "- crisis_first_assessment", "- no_such_activity", "visits[1].activities[1]",
                "There is no activity called",
            ),
        ],
    )  # fmt: skip
    def test_names_the_field_and_the_line(self, draft, lead, now, before, after, field, said):
        text = draft.source_text
        if before not in text:  # short lists stand on one line
            before, after = before.removeprefix("- "), after.removeprefix("- ")
        assert before in text
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text=text.replace(before, after, 1), now=now)
        problem = next(one for one in draft_problems(saved) if one.field == field)
        assert said in problem.text
        assert after in saved.source_text.splitlines()[problem.line - 1]

    def test_says_what_a_changed_activity_would_break_in_a_pathway(self, lead, now):
        row = procedure("activity", "observations")
        draft = services.start_draft(actor=lead, based_on=row, now=now)
        text = draft.source_text.replace("minutes: 10", "minutes: 300")
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text=text, now=now)
        problems = draft_problems(saved)
        assert any(
            one.file == f"pathways/{CRISIS}.yaml" and "'observations' takes 300 minutes" in one.text for one in problems
        )


class TestSendDraft:
    def test_asks_why(self, draft, lead, now):
        text = changed(draft, "Two-hour response", "Response")
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text=text, now=now)
        with pytest.raises(RefusedError, match="Say why"):
            services.send_draft(actor=lead, draft=saved, revision=2, why=" ", now=now)

    def test_refuses_one_that_changes_nothing(self, draft, lead, now):
        with pytest.raises(RefusedError, match="Nothing has been changed since version"):
            services.send_draft(actor=lead, draft=draft, revision=1, why="Because", now=now)

    def test_refuses_one_with_faults(self, draft, lead, now):
        saved = services.save_draft(actor=lead, draft=draft, revision=1, text="code: x\n", now=now)
        with pytest.raises(services.DraftHasFaultsError, match="Mend them first"):
            services.send_draft(actor=lead, draft=saved, revision=2, why="Because", now=now)

    def test_can_be_taken_back_and_sent_again(self, sent, lead, now):
        back = services.take_back_draft(actor=lead, draft=sent, now=now)
        assert back.state == DraftState.DRAFT
        again = services.send_draft(actor=lead, draft=back, revision=2, why="Again", now=now)
        assert [event.kind for event in draft_events(again)] == ["started", "saved", "sent", "taken_back", "sent"]


class TestPublishDraft:
    def test_is_followed_from_then_on_and_the_old_version_stays(self, sent, first, approver, now):
        row = services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        assert (row.version, row.origin, row.published_by) == (3, Origin.LOCAL, "Des Designer")
        assert pathway(CRISIS).summary == "Now in our own words."
        assert pathway(CRISIS, first).summary != pathway(CRISIS).summary
        assert drafts_published("pathway", CRISIS)[3].author_name == "Lena Lead"
        assert open_draft_of("pathway", CRISIS) is None
        assert Event.objects.filter(action="draft published", subject_id=sent.pk).exists()

    def test_refuses_whoever_started_it(self, service, sent, now):
        author = Actor("Lena Lead", Role.ADMINISTRATOR, account_id=1, service_ids=frozenset({service.pk}))
        with pytest.raises(services.OwnDraftError, match="somebody else must approve"):
            services.publish_draft(actor=author, draft=sent, revision=2, now=now)
        assert not Procedure.objects.filter(code=CRISIS, version=3).exists()

    def test_refuses_whoever_wrote_in_it(self, sent, other_lead, approver, lead, now):
        back = services.take_back_draft(actor=lead, draft=sent, now=now)
        saved = services.save_draft(
            actor=other_lead, draft=back, revision=2, text=back.source_text + "# Omar was here\n", now=now
        )
        again = services.send_draft(actor=lead, draft=saved, revision=3, why="Again", now=now)
        with pytest.raises(services.OwnDraftError):
            services.publish_draft(actor=other_lead, draft=again, revision=3, now=now)
        assert services.publish_draft(actor=approver, draft=again, revision=3, now=now).version == sent.version

    def test_is_refused_to_one_person_alone_by_the_database(self, sent):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProcedureDraft.objects.filter(pk=sent.pk).update(approved_by_account_id=sent.author_account_id)
        with pytest.raises(IntegrityError), transaction.atomic():
            ProcedureDraft.objects.filter(pk=sent.pk).update(state=DraftState.PUBLISHED)

    def test_refuses_those_whose_role_does_not_approve(self, service, sent, now):
        somebody = Actor("Cas", Role.CASE_MANAGER, account_id=9, service_ids=frozenset({service.pk}))
        with pytest.raises(NotAllowedError):
            services.publish_draft(actor=somebody, draft=sent, revision=2, now=now)

    def test_refuses_a_machine(self, sent, system, now):
        with pytest.raises(services.OwnDraftError, match="a person with an account"):
            services.publish_draft(actor=system, draft=sent, revision=2, now=now)

    def test_refuses_a_text_that_is_not_the_one_they_read(self, sent, approver, now):
        with pytest.raises(services.DraftChangedError):
            services.publish_draft(actor=approver, draft=sent, revision=1, now=now)

    def test_refuses_one_that_was_not_sent(self, draft, approver, now):
        with pytest.raises(DraftMovedOnError, match="being written"):
            services.publish_draft(actor=approver, draft=draft, revision=1, now=now)

    def test_is_done_once(self, sent, approver, now):
        services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        with pytest.raises(DraftMovedOnError, match="approved and published"):
            services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        assert Procedure.objects.filter(code=CRISIS, version=sent.version, kind="pathway").count() == 1

    def test_numbers_on_where_a_newer_version_came_meanwhile(self, sent, lead, approver, system, now):
        old = Procedure.objects.get(kind="pathway", code=CRISIS)
        Procedure.objects.create(
            kind="pathway", code=CRISIS, version=3, title=old.title, definition=old.definition | {"version": 3},
            content_hash="0" * 64, published_at=now, published_by="Elsewhere",
        )  # fmt: skip
        with pytest.raises(RefusedError, match="Version 3 was published while"):
            services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        back = services.return_draft(actor=approver, draft=sent, reason="Number it on", now=now)
        numbered = services.renumber_draft(actor=lead, draft=back, revision=2, now=now)
        assert (numbered.version, numbered.based_on.version) == (4, 3)
        assert draft_problems(numbered) == []
        again = services.send_draft(actor=lead, draft=numbered, revision=3, why="On from 3", now=now)
        assert services.publish_draft(actor=approver, draft=again, revision=3, now=now).version == 4


class TestReturnDraft:
    def test_says_what_must_change_and_lets_it_be_written_in_again(self, sent, approver, lead, now):
        returned = services.return_draft(actor=approver, draft=sent, reason="Name the source", now=now)
        assert returned.state == DraftState.RETURNED
        assert draft_events(returned)[-1].note == "Name the source"
        saved = services.save_draft(
            actor=lead, draft=returned, revision=2, text=returned.source_text + "# done\n", now=now
        )
        assert saved.state == DraftState.DRAFT

    def test_refuses_without_a_reason(self, sent, approver, now):
        with pytest.raises(RefusedError, match="Say what must change"):
            services.return_draft(actor=approver, draft=sent, reason="", now=now)


class TestDiscardDraft:
    def test_keeps_the_text_and_frees_the_procedure_for_another(self, draft, lead, other_lead, now):
        gone = services.discard_draft(actor=lead, draft=draft, reason="Overtaken", now=now)
        assert draft_text_at(gone, 1)
        assert drafts(DraftState.DISCARDED) == [gone]
        assert services.start_draft(actor=other_lead, based_on=draft.based_on, now=now).pk != gone.pk
        with pytest.raises(DraftMovedOnError):
            services.save_draft(actor=lead, draft=gone, revision=1, text="x", now=now)

    def test_refuses_without_a_reason(self, draft, lead, now):
        with pytest.raises(RefusedError, match="Say why"):
            services.discard_draft(actor=lead, draft=draft, reason=" ", now=now)


class TestCommentOnDraft:
    def test_is_kept_with_who_said_it(self, sent, approver, now):
        services.comment_on_draft(actor=approver, draft=sent, text="Is 2 hours right?", now=now + timedelta(hours=1))
        last = draft_events(sent)[-1]
        assert (last.kind, last.actor_name, last.note) == ("commented", "Des Designer", "Is 2 hours right?")

    def test_refuses_those_with_no_part_in_it_and_what_is_over(self, sent, approver, actor_with, now):
        with pytest.raises(NotAllowedError):
            services.comment_on_draft(actor=actor_with(Role.FIELD_WORKER), draft=sent, text="Hello", now=now)
        with pytest.raises(RefusedError):
            services.comment_on_draft(actor=approver, draft=sent, text="", now=now)
        services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        with pytest.raises(DraftMovedOnError):
            services.comment_on_draft(actor=approver, draft=sent, text="Late", now=now)


@pytest.fixture
def next_release(monkeypatch):
    """The library as the next release of Homeward would ship it; `ship(summary, version)` writes the crisis pathway."""
    now_shipped = library()

    def ship(summary: str, version: int) -> None:
        newer = replace(now_shipped.pathway(CRISIS), summary=summary, version=version)
        others = [one for one in now_shipped.pathways if one.code != CRISIS]
        monkeypatch.setattr(services, "shipped_library", lambda: replace(now_shipped, pathways=(*others, newer)))

    return ship


class TestPublishLibraryBesideLocalVersions:
    """A place's own version is never overwritten by an upgrade, and an upgrade never stops because of it."""

    def test_keeps_the_local_version_and_offers_the_shipped_one(self, first, sent, approver, system, now, next_release):
        services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        next_release("As the next release has it.", 3)
        assert services.publish_library(actor=system, now=now) == []
        assert pathway(CRISIS).summary == "Now in our own words."
        offered = offered_version("pathway", CRISIS)
        assert (offered.version, offered.definition["summary"]) == (3, "As the next release has it.")
        services.publish_library(actor=system, now=now)
        assert OfferedVersion.objects.count() == 1

    def test_takes_the_shipped_one_on_as_a_draft(self, first, sent, approver, lead, system, now, next_release):
        services.publish_draft(actor=approver, draft=sent, revision=2, now=now)
        next_release("As the next release has it.", 3)
        services.publish_library(actor=system, now=now)
        draft = services.draft_from_offered(actor=lead, offered=offered_version("pathway", CRISIS), now=now)
        assert draft.version == 4
        assert "As the next release has it." in draft.source_text
        assert draft_problems(draft) == []

    def test_publishes_it_where_the_place_has_none_of_its_own(self, first, service, system, now, next_release):
        next_release("As the next release has it.", 3)
        (new,) = services.publish_library(actor=system, now=now)
        assert (new.version, new.origin) == (3, Origin.SHIPPED)

    def test_still_refuses_a_shipped_version_edited_without_a_new_number(
        self, first, service, system, now, next_release
    ):
        next_release("Changed without saying so.", first)
        with pytest.raises(services.PublishedVersionChangedError, match="Give the change version 3"):
            services.publish_library(actor=system, now=now)
