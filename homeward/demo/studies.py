"""What the fictitious service itself wrote down of a change: two studies, one of them changed since."""

from dataclasses import replace
from datetime import timedelta

from homeward.access.rules import Role
from homeward.demo.making import Making
from homeward.evidence.rules.study import Finding, Impact, Study
from homeward.evidence.services import change_study, write_study
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for

PLACE, PERIOD, BEFORE = "Merrowdale", "April to September", "January to March"
STUDIES = (
    Study(
        code="", version=0, title="Leg club in place of visits at home", organisation="Merrowdale Community First",
        place=PLACE, period=PERIOD, who_for="People with leg ulcers who can be brought to a hall.",
        did="One nurse and two care workers dress legs in a hall once a week, and people stay for tea.",
        workforce="Care workers do washing and hosiery beside a nurse, and are signed off there.",
        impacts=(Impact.TRANSITIONS, Impact.RESOURCES), topics=("joint-clinics", "delegation", "training"),
        numbers=(
            Finding("Nurse minutes for one dressing, at home", PLACE, PERIOD, 34, unit="minutes"),
            Finding("Nurse minutes for one dressing, in the club", PLACE, PERIOD, 15, unit="minutes"),
            Finding("Time to sign off hosiery, for part time workers", PLACE, PERIOD, 21, unit="days", measure="M09"),
            Finding("People say that they come for the company", PLACE, PERIOD),
        ),
        lessons=("Practice comes every week, so that sign-off is quick.", "Transport has to be booked the day before."),
        pathways=("home-care-with-delegated-tasks",),
    ),
    Study(
        code="", version=0, title="One huddle for both wards", organisation="Merrowdale Community First",
        place=PLACE, period=PERIOD, who_for="People in hospital who are ready to leave.",
        did="Two meetings were made one, a quarter of an hour each morning, with whoever has the next action there.",
        workforce="Social workers and therapists come once and not twice.",
        impacts=(Impact.DISCHARGE,), topics=("leaving-hospital", "one-team"),
        numbers=(
            Finding("Staff hours in meetings, before", PLACE, BEFORE, 21, unit="hours a week"),
            Finding("Staff hours in meetings, after", PLACE, PERIOD, 9, unit="hours a week"),
            Finding("Fewer days between ready and gone", PLACE, PERIOD, measure="M16.days"),
        ),
        lessons=("It works where whoever has the action is there.",), pathways=("complex-discharge",),
    ),
)  # fmt: skip


def make_studies(making: Making) -> int:
    """Write the service's own studies as its performance lead would; gives how many."""
    account = Account.objects.filter(services=making.service, role=Role.PERFORMANCE_LEAD).order_by("pk").first()
    if account is None:
        return 0
    lead = actor_for(account)
    at = making.now - timedelta(days=20)
    for one in STUDIES:
        said = _dated(one, making.today.year - 1)
        study = write_study(actor=lead, service_id=making.service.pk, said=said, now=at)
    more = replace(said, lessons=(*said.lessons, "On Mondays it takes twice as long."))
    change_study(actor=lead, study_id=study.pk, said=more, version=1, now=at + timedelta(days=9))
    return len(STUDIES)


def _dated(one: Study, year: int) -> Study:
    """The study with its periods in a year."""
    numbers = tuple(replace(each, period=f"{each.period} {year}") for each in one.numbers)
    return replace(one, period=f"{one.period} {year}", numbers=numbers)
