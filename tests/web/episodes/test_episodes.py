"""The pages of an episode on any pathway, without JavaScript."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.assessments.models import FilledForm
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import accept_referral
from homeward.procedures.selectors import built
from tests.answering import complete_answers


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.CASE_MANAGER, "Lee Okeke")


@pytest.fixture
def episode(desk, ivy, refer, now) -> Episode:
    return accept_referral(actor=desk, referral=refer(ivy), pathway_code="reablement-at-home", now=now)


def fill(desk, episode: Episode, code: str, now) -> None:
    filled = start_form(
        actor=desk, service_id=episode.service_id, form_code=code, subject=("episode", episode.pk), now=now
    )
    answers = complete_answers(built(filled.form))
    filled = save_answers(actor=desk, filled=filled, answers=answers, revision=0, now=now).filled
    complete_form(actor=desk, filled=filled, now=now)


class TestEpisode:
    def test_shows_where_it_is_and_what_it_needs(self, lead, episode):
        page = lead.get(f"/episodes/{episode.pk}").content.decode()
        assert "Ivy Okafor" in page and "Ivy" not in page.split("</title>")[0]
        assert "Reablement baseline and goals" in page and "Needed to go on" in page
        assert 'aria-current="step">Starting' in page

    def test_stays_where_it_is_while_a_form_is_missing(self, lead, desk, episode, now):
        page = lead.post(f"/episodes/{episode.pk}/move", {"stage": "reabling"}, follow=True).content.decode()
        assert "Complete “Reablement baseline and goals” before this leaves “Starting”." in page
        fill(desk, episode, "reablement-baseline-and-goals", now)
        lead.post(f"/episodes/{episode.pk}/move", {"stage": "reabling"})
        episode.refresh_from_db()
        assert episode.stage == "reabling"

    def test_records_what_its_clocks_wait_for_and_puts_a_time_right(self, lead, episode):
        lead.post(f"/episodes/{episode.pk}/record", {"kind": "support_started", "detail": "First visit"})
        event = EpisodeEvent.objects.get(kind="support_started")
        page = lead.post(
            f"/episodes/{episode.pk}/right-time/{event.pk}",
            {"day": (event.happened_at - timedelta(days=3)).date().isoformat(), "at": "09:30", "reason": "Wrong day"},
            follow=True,
        ).content.decode()
        assert "Time put right" in page and "9:30am" in page
        assert EpisodeEvent.objects.filter(kind="support_started").count() == 2

    def test_refuses_what_it_does_not_wait_for_and_a_time_to_come(self, lead, episode):
        page = lead.post(f"/episodes/{episode.pk}/record", {"kind": "bed_ready"}, follow=True).content.decode()
        assert "Choose what happened from the list." in page
        later = {"kind": "support_started", "day": "2099-01-01", "at": "09:00"}
        assert "future" in lead.post(f"/episodes/{episode.pk}/record", later, follow=True).content.decode()
        wrong = lead.post(f"/episodes/{episode.pk}/record", {"kind": "support_started", "at": "25:00"})
        assert wrong.status_code == 422 and "Enter a time, like 14:05" in wrong.content.decode()

    def test_keeps_comments(self, lead, episode):
        page = lead.post(f"/episodes/{episode.pk}/comment", {"text": "Daughter back on Friday"}, follow=True)
        assert "Daughter back on Friday" in page.content.decode()


class TestClose:
    def test_takes_the_outcome_and_its_form_on_one_page(self, lead, episode):
        lead.post(f"/episodes/{episode.pk}/begin-closing")
        draft = FilledForm.objects.get(form__code="reablement-closing-review")
        page = lead.get(f"/episodes/{episode.pk}/close").content.decode()
        assert "How many goals were agreed?" in page and "How did it end?" in page

        missing = lead.post(f"/episodes/{episode.pk}/close", {"outcome": "independent", "asks": [], "revision": 0})
        assert missing.status_code == 422 and "Before it can be closed" in missing.content.decode()
        episode.refresh_from_db()
        assert episode.ended_at is None

        answers = complete_answers(built(draft.form))
        sent = {code: {True: "yes", False: "no"}[one] if isinstance(one, bool) else one
                for code, one in answers.items()}  # fmt: skip
        lead.post(
            f"/episodes/{episode.pk}/close",
            {"outcome": "independent", "asks": list(answers), "revision": draft.revision, **sent},
        )
        episode.refresh_from_db()
        draft.refresh_from_db()
        assert (episode.outcome_code, draft.state) == ("independent", "complete")

    @pytest.mark.parametrize(
        ("choice", "says"),
        [
            # nothing else was typed in the field, and what the page kept of the answer cannot be read
            ({"keep-goals_agreed": "mine", "mine-goals_agreed": "{", "goals_agreed": ""}, "cannot be read"),
            ({}, "Which is right?"),
        ],
    )
    def test_stays_open_and_keeps_what_was_typed_while_two_answers_wait(self, lead, episode, choice, says):
        lead.post(f"/episodes/{episode.pk}/begin-closing")
        draft = FilledForm.objects.get(form__code="reablement-closing-review")
        answers = complete_answers(built(draft.form))
        assert "goals_agreed" in answers
        sent = {code: {True: "yes", False: "no"}[one] if isinstance(one, bool) else one
                for code, one in answers.items()}  # fmt: skip
        waits = {"clash": "goals_agreed", "mine-words-goals_agreed": "What I typed", "note": "Went well"} | choice
        form = {"outcome": "independent", "asks": list(answers), "revision": draft.revision}
        answer = lead.post(f"/episodes/{episode.pk}/close", form | sent | waits)
        page = answer.content.decode()
        assert answer.status_code == 422 and says in page and "Mine: What I typed" in page and "Went well" in page
        episode.refresh_from_db()
        draft.refresh_from_db()
        assert (episode.ended_at, draft.state) == (None, "draft")

    def test_asks_for_no_form_after_an_outcome_that_needs_none(self, lead, episode):
        lead.post(f"/episodes/{episode.pk}/close", {"outcome": "not_needed"})
        episode.refresh_from_db()
        assert episode.outcome_code == "not_needed"


class TestList:
    def test_narrows_by_pathway_stage_and_clock(self, lead, episode):
        assert "Ivy Okafor" in lead.get("/episodes/").content.decode()
        assert "Ivy Okafor" in lead.get("/episodes/?pathway=reablement-at-home&stage=starting").content.decode()
        assert "Ivy Okafor" not in lead.get("/episodes/?pathway=reablement-at-home&stage=reabling").content.decode()
        assert "Ivy Okafor" not in lead.get("/episodes/?pathway=peer-support").content.decode()

    def test_is_not_for_somebody_who_sees_no_one(self, sign_in):
        assert sign_in(Role.PERFORMANCE_LEAD).get("/episodes/").status_code == 403
