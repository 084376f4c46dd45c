"""Client Level Data of a month, from reablement by the services, and read back by the national measure."""

import csv
import io
from datetime import date, datetime

import pytest

from homeward.access.rules import Actor
from homeward.assessments.models import FilledForm
from homeward.episodes.services import accept_referral, close_episode
from homeward.kernel.rules import LONDON
from homeward.outcomes.ascof.measure_2a import ascof_2a
from homeward.outcomes.ascof.periods import choose_period
from homeward.outcomes.ascof.reading import read_file
from homeward.outcomes.returns.making import make_return
from homeward.people.models import Person
from homeward.procedures.selectors import built, procedure
from homeward.referrals.services import NewReferral, decline_referral, receive_referral
from homeward.referrals.states import Source, Urgency

IN_DECEMBER = datetime(2026, 12, 2, 10, 0, tzinfo=LONDON)
ENDS = datetime(2026, 11, 27, 15, 0, tzinfo=LONDON)


@pytest.fixture
def asked(coordinator, ivy, now):
    new = NewReferral(source=Source.HOSPITAL, urgency=Urgency.ROUTINE, need_code="reablement", received_at=now)
    return receive_referral(actor=coordinator, person=ivy, new=new, now=now)


@pytest.fixture
def reablement(coordinator, asked, fill, now):
    """Ivy's reablement, begun on 24 November."""
    for form in built(procedure("pathway", "reablement-at-home")).stages[0].forms:
        fill(form.form, ("referral", asked.pk), person=asked.person)
    return accept_referral(actor=coordinator, referral=asked, pathway_code="reablement-at-home", now=now)


@pytest.fixture
def council(tmp_path):
    path = tmp_path / "council.yaml"
    path.write_text(
        'council: "E10000007"\ndelivery_mechanism: CASSR Managed Personal Budget\nassessment_outcome: NFA- Other\n'
        "review_outcome: No change in package\nprimary_support_reason: Physical Support\n"
        "ethnicity: {J: Made-up word for Pakistani, not_asked: Made-up word for unknown}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def made(service, council):
    def make(month: date = date(2026, 11, 1), now: datetime = IN_DECEMBER):
        actor = Actor.system("Homeward, by command", service.pk)
        return make_return(actor=actor, service_id=service.pk, kind="cld", month=month, now=now, own_codes=council)

    return make


def _rows(made, kind: str) -> list[dict[str, str]]:
    return [row for row in csv.DictReader(io.StringIO(made.files["CLDEvents.csv"])) if row["Event_Type"] == kind]


def _end(coordinator, episode, fill, outcome: str) -> None:
    for form in {use.form for stage in built(episode.pathway).stages for use in stage.forms}:
        if not FilledForm.objects.filter(form__code=form, subject_id=episode.pk, subject_kind="episode").exists():
            fill(form, ("episode", episode.pk), person=episode.person)
    close_episode(actor=coordinator, episode=episode, outcome_code=outcome, now=ENDS)


class TestCld:
    def test_gives_the_request_that_led_to_reablement_once_it_is_decided(self, reablement, ivy, made):
        (request,) = _rows(made(), "Request")
        assert request["LA Person Unique Identifier"] == ivy.reference
        assert request["Event_Outcome"] == "Progress to Reablement/ST-Max"
        assert request["Request_Route_of_Access"] == "Discharge from Hospital"
        assert (request["Event_Start_Date"], request["Event_End_Date"]) == ("2026-11-24", "2026-11-24")

    def test_says_the_ethnicity_in_the_words_the_council_settled(self, reablement, ivy, made):
        def told() -> tuple[str, list[str]]:
            found = made()
            return _rows(found, "Request")[0]["Ethnicity"], [one["column"] for one in found.report["not_settled"]]

        assert told() == ("Made-up word for unknown", [])
        Person.objects.filter(pk=ivy.pk).update(ethnic_category="J")
        assert told() == ("Made-up word for Pakistani", [])
        Person.objects.filter(pk=ivy.pk).update(ethnic_category="H")
        assert told() == ("NOT SET", ["Ethnicity"])

    def test_counts_each_person_nobody_asked_once_however_many_events_they_have(
        self, coordinator, reablement, fill, ivy, made
    ):
        _end(coordinator, reablement, fill, "independent")
        found = made()
        assert len(list(csv.DictReader(io.StringIO(found.files["CLDEvents.csv"])))) > 1
        assert found.report["not_asked"] == {"Ethnic category": {"people": 1, "of": 1}}
        Person.objects.filter(pk=ivy.pk).update(ethnic_category="99")
        assert made().report["not_asked"] == {"Ethnic category": {"people": 0, "of": 1}}

    def test_sends_no_request_before_it_is_decided(self, asked, made):
        assert _rows(made(), "Request") == []

    def test_sends_a_service_each_month_it_lasts_without_an_end(self, reablement, made):
        (service,) = _rows(made(), "Service")
        assert (service["Service_Type"], service["Event_End_Date"], service["Event_Outcome"]) == (
            "Short Term Support: ST-Max",
            "",
            "",
        )
        january = datetime(2027, 1, 4, 9, 0, tzinfo=LONDON)
        assert _rows(made(date(2026, 12, 1), january), "Service") == [service]

    def test_says_how_a_service_ended(self, coordinator, reablement, fill, made):
        _end(coordinator, reablement, fill, "independent")
        (service,) = _rows(made(), "Service")
        assert (service["Event_End_Date"], service["Event_Outcome"]) == ("2026-11-27", "Service ended as planned")

    def test_says_how_a_request_was_turned_away(self, coordinator, asked, made, now):
        asked.pathway_code = "reablement-at-home"
        asked.save()
        decline_referral(actor=coordinator, referral=asked, reason="Lives outside the area", now=now)
        (request,) = _rows(made(), "Request")
        assert request["Event_Outcome"] == "NFA - No services offered: Other reason"

    def test_counts_requests_that_are_not_adult_social_care(self, coordinator, crisis, made, now):
        accept_referral(actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now)
        assert _rows(made(), "Request") == []
        assert made().report["left_out"] == {"Requests on pathways that are not adult social care, or none": 1}

    def test_finds_nothing_wrong_and_nothing_open_where_the_council_settled_its_codes(self, reablement, made):
        assert (made().report["problems"], made().report["not_settled"]) == ([], [])

    def test_is_read_by_the_national_measure_as_reablement_that_left_nobody_in_long_term_support(
        self, coordinator, reablement, fill, made, tmp_path
    ):
        _end(coordinator, reablement, fill, "independent")
        path = tmp_path / "cld.csv"
        path.write_bytes(made().files["CLDEvents.csv"].encode())
        file = read_file(path, imported_on=IN_DECEMBER.replace(tzinfo=None))
        assert file.faults == []
        chosen = choose_period(
            file.records, first=date(2026, 11, 1), last=date(2026, 11, 30), submitted_by=None, today=date(2026, 12, 2)
        )
        total = ascof_2a(file.records, chosen.period).everywhere
        assert (total.numerator, total.denominator) == (1, 1)
