"""What is kept of an answer, and what is shown of many."""

from datetime import timedelta

import pytest
from django.forms.models import model_to_dict

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import TimelineEntry
from homeward.procedures.selectors import procedure
from homeward.surveys.models import Invitation, InvitationStep, SurveyAnswer
from homeward.surveys.selectors import survey_results
from homeward.surveys.services import answer_by_link, answer_for, ask_staff, token_of
from homeward.surveys.states import Audience
from homeward.teams.models import Account, Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(asks, ended, ask, ivy) -> Invitation:
    asks()
    ended(ivy)
    return ask()[0]


def given(one: Invitation, now, answers=None, may_keep=False, smallest=8) -> SurveyAnswer:
    answers = answers or {"overall": "good"}
    return answer_by_link(token=token_of(one), answers=answers, may_keep=may_keep, smallest=smallest, now=now)


class TestAnswer:
    def test_leads_to_nobody_unless_they_agree(self, one, ivy, now):
        answer = given(one, now)
        kept = model_to_dict(answer)
        assert kept.pop("invitation") is None
        assert str(ivy.pk) not in {str(value) for key, value in kept.items() if key not in ("form", "service")}
        assert answer.month == london_day(now).replace(day=1)
        assert not TimelineEntry.objects.filter(kind="survey").exists()

    def test_leaves_no_time_and_no_person_in_the_audit_trail(self, one, now):
        before = set(Event.objects.values_list("pk", flat=True))
        given(one, now)
        (event,) = Event.objects.exclude(pk__in=before)
        assert (event.action, event.person_id, event.subject_id) == ("take survey answer", None, None)
        step = InvitationStep.objects.get(invitation=one, kind="answered")
        assert model_to_dict(step, exclude=["id", "invitation"]) == {
            "kind": "answered", "day": london_day(now), "by_name": "Survey link", "note": "",
        }  # fmt: skip

    def test_is_numbered_by_chance(self, one, now):
        assert given(one, now).pk > 10_000  # one in 460 trillion would fail here

    def test_stands_with_the_record_where_they_agree(self, one, ivy, now):
        answer = given(one, now, may_keep=True)
        assert answer.invitation == one
        assert ivy.timeline.get(kind="survey").title == "Said how our help was"

    @pytest.mark.parametrize(
        ("answers", "why"),
        [
            ({}, "Answer this question"),
            ({"listened": "always"}, "Answer this question"),
            ({"overall": "splendid"}, "one of"),
            ({"overall": "good", "shoe_size": 7}, "shoe_size"),
            ({"overall": "good", "better": "x" * 2001}, "at most 2000"),
        ],
    )
    def test_is_refused_where_it_answers_something_else(self, one, now, answers, why):
        with pytest.raises(RefusedError, match=why):
            answer_by_link(token=token_of(one), answers=answers, may_keep=False, smallest=8, now=now)
        assert not SurveyAnswer.objects.exists()

    def test_is_written_down_by_those_who_follow_up(self, one, somebody, now):
        told = {"invitation": one, "answers": {"overall": "poor"}, "may_keep": False, "now": now}
        with pytest.raises(NotAllowedError):
            answer_for(actor=somebody(Role.FIELD_WORKER, "A Worker"), given="phone", **told)
        manager = somebody(Role.CASE_MANAGER, "Cat Manager")
        with pytest.raises(RefusedError, match="by phone or on paper"):
            answer_for(actor=manager, given="screen", **told)
        assert answer_for(actor=manager, given="phone", **told).given == "phone"


class TestStaff:
    @pytest.mark.parametrize(("colleagues", "is_kept"), [(7, False), (8, True)])
    def test_keep_their_employer_only_where_many_could_have_answered(
        self, service, asks, itself, now, colleagues, is_kept
    ):
        trust = Organisation.objects.create(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True)
        for number in range(colleagues):
            account = Account.objects.create(username=f"w{number}", role=Role.FIELD_WORKER, organisation=trust)
            account.services.set([service])
        asks("staff", "survey-staff")
        ask_staff(actor=itself, service_id=service.pk, now=now)
        one = Invitation.objects.filter(account__organisation=trust).first()
        answer = given(one, now, may_keep=True)
        assert (answer.employer == trust) is is_kept
        assert answer.invitation is None


class TestResults:
    @pytest.fixture
    def answers(self, service, now):
        """Answers of this month: `answers(good=9, poor=3, pathway="reablement-at-home")`."""

        def make(pathway: str = "reablement-at-home", better: str = "", **numbers: int) -> None:
            for overall, number in numbers.items():
                SurveyAnswer.objects.bulk_create(
                    SurveyAnswer(
                        service=service, audience="person", form=procedure("form", "survey-person"), given="screen",
                        month=london_day(now).replace(day=1), pathway_code=pathway,
                        answers={"overall": overall} | ({"better": better} if better else {}),
                    )
                    for _ in range(number)
                )  # fmt: skip

        return make

    def shown(self, actor, service, now, **more):
        day = london_day(now)
        return survey_results(actor, service.pk, Audience.PERSON, day - timedelta(days=90), day, 8, **more)

    def test_show_nothing_where_fewer_than_eight_answered(self, service, somebody, answers, now):
        lead = somebody(Role.PERFORMANCE_LEAD, "P Lead")
        answers(good=7)
        hidden = self.shown(lead, service, now)
        assert (hidden.is_hidden, hidden.answered, hidden.questions, hidden.said) == (True, 0, (), ())
        answers(poor=1)
        told = self.shown(lead, service, now)
        assert (told.is_hidden, told.answered) == (False, 8)
        assert [one.count for one in told.questions[0].options][:4] == [0, 7, 0, 1]

    def test_divide_only_where_no_part_tells_of_few(self, service, somebody, answers, now):
        lead = somebody(Role.PERFORMANCE_LEAD, "P Lead")
        answers(good=9)
        answers(pathway="low-vision-clinic", good=8)
        assert dict(self.shown(lead, service, now).parts) == {"low-vision-clinic": 8, "reablement-at-home": 9}
        assert self.shown(lead, service, now, part="low-vision-clinic").answered == 8
        answers(pathway="dementia-crisis-team", good=3)  # which the difference would tell
        assert self.shown(lead, service, now).parts == ()
        assert self.shown(lead, service, now, part="low-vision-clinic").answered == 20

    def test_give_words_to_those_who_may_see_records(self, service, somebody, answers, now):
        answers(good=8, better="Ask for Ann")
        assert self.shown(somebody(Role.PERFORMANCE_LEAD, "P Lead"), service, now).said == ()
        assert self.shown(somebody(Role.CASE_MANAGER, "C M"), service, now).said == ("Ask for Ann",) * 8

    def test_count_those_asked_by_the_month_they_were_asked_in(self, service, one, somebody, now):
        lead = somebody(Role.PERFORMANCE_LEAD, "P Lead")
        assert self.shown(lead, service, now).asked == 1
        later = now + timedelta(days=200)
        assert self.shown(lead, service, later).asked == 0

    def test_are_for_those_who_see_results(self, service, somebody, now):
        with pytest.raises(NotAllowedError):
            self.shown(somebody(Role.FIELD_WORKER, "A Worker"), service, now)
