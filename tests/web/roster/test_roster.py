"""The rota of everybody, changing it, contracts and requests; and each worker's own rota."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.roster.models import Absence, Contract, OpenShift, RosterRequest, RotaPattern, Shift
from homeward.roster.services import keep_forecast, publish_rota, put_shift, set_employer_rules
from homeward.teams.models import Account, Registration, Training


@pytest.fixture
def planner(sign_in):
    return sign_in(Role.ROSTER_PLANNER, "Tessa Grange")


@pytest.fixture
def ash(workers):
    """A worker with no shift yet; the others keep theirs of today."""
    Shift.objects.filter(worker=workers[0]).delete()
    return workers[0]


@pytest.fixture
def day() -> date:
    """A day of next week."""
    today = timezone.localdate()
    return today + timedelta(days=9 - today.weekday())


@pytest.fixture
def mine(sign_in, ash):
    """The browser of that worker."""
    browser = sign_in(Role.FIELD_WORKER, "Ash Vale")
    ash.account = Account.objects.get(full_name="Ash Vale")
    ash.save()
    return browser


@pytest.fixture
def published(desk, ash, day, service, now) -> Shift:
    told = {"actor": desk, "now": now}
    shift = put_shift(worker=ash, day=day, starts_at="07:00", ends_at="14:00", **told)
    publish_rota(service_id=service.pk, last_day=day, **told)
    return shift


def cell(worker, day: date) -> str:
    return f"/roster/workers/{worker.pk}/{day.isoformat()}"


class TestMonth:
    def test_shows_everybody_of_every_employer(self, planner, workers):
        page = planner.get("/roster/").content.decode()
        for words in ("Merrow Trust", "Merrow Council", "Ash Vale", "Cedar Holt", "2 of 2 workers"):
            assert words in page

    def test_narrows_by_employer_skill_and_name(self, planner, workers):
        for told in (
            {"employer": str(workers[0].organisation_id)}, {"skill": "crisis_responder_health"}, {"name": "vale"}
        ):  # fmt: skip
            page = planner.post("/roster/find", told).content.decode()
            assert "Ash Vale" in page and "Cedar Holt" not in page

    def test_says_absences_in_words(self, planner, desk, ash, day, service, now):
        Absence.objects.create(worker=ash, kind="leave", starts_on=day, ends_on=day)
        page = planner.get(f"/roster/?from={day.isoformat()}").content.decode()
        assert ">Leave</a>" in page

    def test_says_gaps_in_words(self, planner, workers, service):
        planner.post("/cover/hours", {
            "kind": "night", "starts_at": "21:30", "ends_at": "07:00", "weekdays": list("1234567"),
            "least_health": "1", "least_care": "1",
        })  # fmt: skip
        page = planner.get("/roster/").content.decode()
        assert "1 health responder and 1 care responder short, 21:30 to 07:00" in page

    def test_goes_to_other_weeks_and_takes_no_nonsense(self, planner, service):
        assert "30 November to 27 December 2026" in planner.get("/roster/?from=2026-12-02").content.decode()
        assert planner.get("/roster/?from=never").status_code == 200
        assert planner.get("/roster/days/never").status_code == 404

    def test_says_news_only_when_there_is_some(self, planner, desk, ash, day, now):
        seen = 10**9
        assert planner.get(f"/roster/news?seen={seen}").status_code == 204
        put_shift(actor=desk, worker=ash, day=day, starts_at="07:00", ends_at="14:00", now=now)
        assert b"has changed" in planner.get("/roster/news?seen=0").content

    def test_shows_a_day_by_hour(self, planner, ash, workers):
        page = planner.get(f"/roster/days/{timezone.localdate().isoformat()}").content.decode()
        assert "Cedar Holt" in page

    @pytest.mark.parametrize("role", [Role.FIELD_WORKER, Role.FRONT_DOOR, Role.ADMINISTRATOR])
    def test_is_not_for_who_has_only_their_own(self, sign_in, workers, role):
        assert sign_in(role, "Else").get("/roster/").status_code == 403


class TestChanging:
    def test_adds_changes_and_takes_out_a_shift(self, planner, ash, day):
        answer = planner.post(f"{cell(ash, day)}/add", {"starts_at": "07:00", "ends_at": "14:00"})
        assert answer.headers["Location"] == cell(ash, day)
        shift = Shift.objects.get(worker=ash)
        planner.post(f"/roster/shifts/{shift.pk}/change", {"starts_at": "08:00", "ends_at": "14:30"})
        assert "08:00 to 14:30" in planner.get(cell(ash, day)).content.decode()
        planner.post(f"/roster/shifts/{Shift.objects.get(worker=ash).pk}/remove")
        page = planner.get(cell(ash, day)).content.decode()
        assert "No shift on this day" in page and "08:00 to 14:30 became off" in page

    def test_says_why_not_and_asks_for_a_reason_where_one_helps(self, planner, desk, ash, day, now):
        set_employer_rules(actor=desk, organisation=ash.organisation, longest_shift_minutes=480, now=now)
        told = {"starts_at": "07:00", "ends_at": "17:00"}
        answer = planner.post(f"{cell(ash, day)}/add", told)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "the employer’s rules allow at most 8 hours" in page and "Reason for going beyond it" in page
        assert 'value="17:00"' in page
        assert planner.post(f"{cell(ash, day)}/add", {**told, "reason": "Two are sick"}).status_code == 302
        early = {"starts_at": "02:00", "ends_at": "08:00"}
        law = planner.post(f"{cell(ash, day + timedelta(days=1))}/add", early).content.decode()
        assert "This cannot be done" in law and "Reason for going beyond it" not in law

    def test_keeps_what_was_typed(self, planner, ash, day):
        answer = planner.post(f"{cell(ash, day)}/add", {"starts_at": "25:00", "ends_at": "14:00"})
        assert answer.status_code == 422
        assert 'value="25:00"' in answer.content.decode()

    def test_moves_to_somebody_else(self, planner, workers, published, day):
        told = {"worker": workers[0].pk, "day": day.isoformat(), "to_worker": workers[1].pk, "to_day": day.isoformat()}
        assert planner.post("/roster/move", told).status_code == 302
        assert Shift.objects.get(day=day).worker == workers[1]
        again = planner.post("/roster/move", told)
        assert again.status_code == 422 and "has no shift" in again.content.decode()

    def test_records_an_absence_and_an_earlier_return(self, planner, ash, day):
        until = (day + timedelta(days=3)).isoformat()
        planner.post(f"{cell(ash, day)}/away", {"kind": "sick", "starts_on": day.isoformat(), "ends_on": until})
        absence = Absence.objects.get()
        told = {"absence": absence.pk, "starts_on": day.isoformat(), "ends_on": day.isoformat()}
        planner.post(f"{cell(ash, day)}/away", told)
        absence.refresh_from_db()
        assert (absence.kind, absence.ends_on) == ("sick", day)

    def test_says_why_somebody_is_away_only_to_who_manages_the_roster(self, planner, sign_in, ash, day):
        Absence.objects.create(worker=ash, kind="sick", starts_on=day, ends_on=day)
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL)
        for page in (cell(ash, day), f"/roster/days/{day.isoformat()}"):
            assert "Sick" in planner.get(page).content.decode(), page
            seen = nurse.get(page).content.decode()
            assert "Sick" not in seen and "Away" in seen, page

    def test_is_for_who_manages_the_roster(self, sign_in, ash, day):
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL, "Nell Marsh")
        assert nurse.get(cell(ash, day)).status_code == 200
        assert nurse.post(f"{cell(ash, day)}/add", {"starts_at": "07:00", "ends_at": "14:00"}).status_code == 403


class TestPatternsAndPublishing:
    def test_sets_a_pattern_makes_shifts_and_publishes(self, planner, ash, day):
        monday = day - timedelta(days=day.weekday())
        told = {"starts_on": monday.isoformat(), "w1d1": "07:00-14:30", "w1d3": "07:00-11:00, 15:00-19:00"}
        assert planner.post(f"/roster/workers/{ash.pk}/pattern", told).status_code == 302
        assert len(RotaPattern.objects.get().shifts) == 3
        last = monday + timedelta(days=6)
        answer = planner.post("/roster/make", {"first": monday.isoformat(), "last": last.isoformat()})
        assert "Made 3 shifts for 1 workers" in answer.content.decode()
        planner.post("/roster/publish", {"last_day": last.isoformat()})
        assert not Shift.objects.filter(is_draft=True).exists()

    def test_says_which_week_and_day_cannot_be_read(self, planner, ash, day):
        monday = day - timedelta(days=day.weekday())
        answer = planner.post(f"/roster/workers/{ash.pk}/pattern", {"starts_on": monday.isoformat(), "w2d5": "early"})
        assert answer.status_code == 422 and "Week 2, day 5" in answer.content.decode()


class TestWorker:
    def test_records_contract_registration_and_training(self, planner, ash):
        today = timezone.localdate()
        told = {"kind": "hours", "pay_basis": "salary", "weekly_hours": "37.5", "hourly_pounds": "21.50",
                "starts_on": "2026-01-05", "nights": "yes"}  # fmt: skip
        assert planner.post(f"/roster/workers/{ash.pk}/contract", told).status_code == 302
        contract = Contract.objects.get()
        assert (contract.weekly_minutes, contract.hourly_pence) == (2250, 2150)
        soon = (today + timedelta(days=20)).isoformat()
        told = {"register": "nmc", "number": "00z 1234z", "expires_on": soon, "checked_on": today.isoformat()}
        assert planner.post(f"/roster/workers/{ash.pk}/registration", told).status_code == 302
        assert Registration.objects.get().number == "00Z1234Z"
        told = {"title": "Basic life support", "done_on": "2026-01-05", "lasts_until": soon, "mandatory": "yes"}
        assert planner.post(f"/roster/workers/{ash.pk}/training", told).status_code == 302
        page = planner.get("/roster/running-out").content.decode()
        assert page.count("Runs out within 4 weeks") == 2
        told = {"withdraw": Training.objects.get().pk, "reason": "Somebody else’s"}
        planner.post(f"/roster/workers/{ash.pk}/training", told)
        assert Training.objects.get().withdrawn_reason == "Somebody else’s"

    @pytest.mark.parametrize(
        "what, told, said",
        [("contract", {"kind": "hours", "pay_basis": "salary", "starts_on": "2026-01-05"}, "Give the hours a week"),
         ("registration", {"register": "nmc", "number": "?", "expires_on": "2027-01-05", "checked_on": "2026-01-05"},
          "letters and numbers"), ("training", {"title": "Fire", "done_on": "2099-01-05"}, "in the future")],
    )  # fmt: skip
    def test_says_what_is_wrong(self, planner, ash, what, told, said):
        answer = planner.post(f"/roster/workers/{ash.pk}/{what}", told)
        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_changes_what_an_employer_allows(self, planner, ash):
        link = f"/roster/employers/{ash.organisation_id}"
        assert "agreement" in planner.post(link, {"least_rest": "9"}).content.decode()
        assert planner.post(link, {"days_in_a_row": "6"}).status_code == 302
        assert "At most 6 days in a row" in planner.get("/roster/employers").content.decode()


class TestMyRota:
    def test_shows_published_shifts_and_asks(self, mine, planner, published, day, ash):
        page = mine.get("/my-rota/").content.decode()
        assert "07:00 to 14:00" in page
        mine.post("/my-rota/leave", {"starts_on": day.isoformat(), "text": "A wedding"})
        asked = RosterRequest.objects.get()
        assert "A wedding" in planner.get("/roster/requests").content.decode()
        planner.post(f"/roster/requests/{asked.pk}/decide", {"answer": "decline", "reason": "Three are away"})
        assert "Three are away" in mine.get("/my-rota/").content.decode()

    def test_offers_a_shift_that_a_colleague_takes(self, mine, planner, sign_in, published, workers, day):
        assert mine.get(f"/my-rota/shifts/{published.pk}").status_code == 200
        mine.post(f"/my-rota/shifts/{published.pk}/offer", {})
        asked = RosterRequest.objects.get()
        other = sign_in(Role.FIELD_WORKER, "Cedar Holt")
        workers[1].account = Account.objects.get(full_name="Cedar Holt")
        workers[1].save()
        assert "Take this shift" in other.get("/my-rota/").content.decode()
        other.post(f"/my-rota/requests/{asked.pk}/take")
        planner.post(f"/roster/requests/{asked.pk}/decide", {"answer": "approve"})
        assert Shift.objects.get(day=day).worker == workers[1]

    def test_asks_for_an_open_shift_and_to_work(self, mine, planner, ash, day):
        told = {"on": day.isoformat(), "starts_at": "07:00", "ends_at": "14:00", "skill": "crisis_responder_health"}
        assert planner.post("/roster/requests/open-shift", told).status_code == 302
        assert "Shifts that need somebody" in mine.get("/my-rota/").content.decode()
        mine.post(f"/my-rota/open/{OpenShift.objects.get().pk}")
        mine.post("/my-rota/wish", {**told, "on": (day + timedelta(days=1)).isoformat()})
        assert sorted(RosterRequest.objects.values_list("kind", flat=True)) == ["open", "wish"]
        for asked in RosterRequest.objects.all():
            planner.post(f"/roster/requests/{asked.pk}/decide", {"answer": "approve"})
        assert Shift.objects.filter(worker=ash).count() == 2

    def test_shows_no_colleagues_shift(self, mine, workers):
        theirs = Shift.objects.get(worker=workers[1])
        assert mine.get(f"/my-rota/shifts/{theirs.pk}").status_code == 404

    def test_says_so_to_who_is_on_no_rota(self, sign_in, service):
        page = sign_in(Role.CRISIS_RESPONDER, "Else").get("/my-rota/")
        assert page.status_code == 200 and "not on the rota yourself" in page.content.decode()


class TestForecast:
    @pytest.fixture
    def expected(self, desk, service, workers, now):
        """A forecast as it is kept: two care responders more at ten every day, learnt from five weeks."""
        hours = [[2.0 if hour == 10 else 0.0 for hour in range(24)]] * 7
        one = {"new": hours, "ended": [[0.0] * 24] * 7, "spread": 0.2, "times": 5}
        trial = {"days": 7, "error": 0.31, "plain_error": 0.4, "day_error": 1.0, "plain_day_error": 2.0,
                 "within": 0.75, "widened": 1.2}  # fmt: skip
        weeks = {str(week): {"crisis_responder_care": one} for week in range(1, 7)}
        return keep_forecast(
            actor=desk, service_id=service.pk, weeks=5, arising=weeks, trial=trial, now=timezone.now()
        )  # fmt: skip

    def test_is_shown_apart_from_the_gaps_of_plans(self, planner, expected, day):
        page = planner.get("/roster/").content.decode()
        assert "Likely gaps: what no plan asks for yet" in page and "</b> days likely to be short" in page
        assert "2 short, crisis responder" in page

    def test_says_how_far_off_it_was_and_what_it_is_made_of(self, planner, expected, day):
        page = planner.get(f"/roster/days/{day}").content.decode()
        for words in ("Expected besides", "+2", "up to +", "the last 5 weeks by weekday and hour", "0.31 workers off",
                      "75% of hours", "1.2 times as far apart"):  # fmt: skip
            assert words in page

    def test_is_allowed_for_as_chosen(self, planner, expected, service):
        page = planner.post("/roster/build/allow", {"allowance": "nothing"}, follow=True).content.decode()
        assert "Saved" in page and 'value="nothing" selected' in page
        assert "No day of these weeks that has enough" in planner.get("/roster/").content.decode()
        assert "Choose how much" in planner.post("/roster/build/allow", {}, follow=True).content.decode()

    def test_says_when_the_history_is_too_short(self, planner, desk, service, workers, now):
        assert "has not yet" in planner.get("/roster/").content.decode()
        keep_forecast(actor=desk, service_id=service.pk, weeks=1, arising={}, trial={}, now=timezone.now())
        assert "there is 1 week of visits to learn from" in planner.get("/roster/").content.decode()

    def test_is_not_changed_by_who_may_only_see_it(self, sign_in, expected):
        assert sign_in(Role.BED_LEAD).post("/roster/build/allow", {"allowance": "mean"}).status_code == 403
