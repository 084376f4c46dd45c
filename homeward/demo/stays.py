"""The ward list of a fictitious hospital: who is in, what each waits for, who does it by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor, Permission, Role
from homeward.demo.assessments import TRUSTED, fill
from homeward.demo.making import Making
from homeward.demo.staff import Staff
from homeward.discharge.models import HospitalStay
from homeward.discharge.rules.deciding import Choice
from homeward.discharge.services import (
    CriteriaGiven,
    Owner,
    StayGiven,
    WayHome,
    add_action,
    confirm_pathway,
    decide_pathway,
    finish_action,
    receive_stay,
    record_criteria,
    set_expected,
)
from homeward.discharge.states import StaySource
from homeward.episodes.models import Episode
from homeward.equipment.services import NewAsk, ask_for_equipment
from homeward.kernel.rules import london_day, wall_clock
from homeward.people.models import Person
from homeward.teams.models import Organisation, Team
from homeward.teams.selectors import accounts_that_may, actor_for

FEWEST, MOST, PEOPLE_FOR_ONE = 24, 300, 14
SENDER = "Merrowdale General patient system"
# (ward, consultant)
WARDS = (
    ("Acute medical unit", "Dr Amara Vale"),
    ("Ward 4, older people", "Dr Tomos Birch"),
    ("Ward 6, stroke", "Dr Noor Hallam"),
    ("Ward 9, bones and joints", "Mr Felix Ashdown"),
    ("Ward 11, chest", "Dr Iris Calder"),
    ("Ward 15, surgery", "Miss Ruth Penhale"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """How one stay has gone: days since admission, days since ready (None: not), and what is next.

    `equipment` is (kind, why) of what they cannot go home without. `actions` are (what, whose: a team's code,
    "hospital", "council" or "me", hours until due, national delay reason).
    """

    why: str
    days_in: int
    ready: int | None
    likely: str
    expected: int | None = None
    actions: tuple[tuple[str, str, int, str], ...] = ()
    done: str = ""
    criterion: str = "12"
    was_ready_before: bool = False
    decided: str = ""
    proposed: str = ""
    is_assessed: bool = False
    equipment: tuple[str, str] = ("", "")


STORIES = (
    Story("Fall at home, hip repaired", 12, 3, "p1", 1, is_assessed=True, decided="p1_reablement",
          actions=(("Offer a start day for reablement", "reablement", 3, "reablement_none"),
                   ("Deliver a commode and a bed lever", "community", 22, "")), done="Therapy review on the ward",
          equipment=("commode", "Cannot reach the toilet at night")),
    Story("Chest infection", 6, 0, "p0", 0,
          actions=(("Medicines to take home", "hospital", 2, "medicines_or_letter"),)),
    Story("Stroke, weak on the right", 24, 9, "p2", -3, is_assessed=True, proposed="p2_bed",
          actions=(("Ask for a bed at Sallow House", "house", -4, "bed_none"),)),
    Story("Confusion, urine infection", 9, 2, "p1", 2, was_ready_before=True,
          actions=(("Assess capacity to decide where to live", "me", 5, "capacity"),)),
    Story("Heart failure", 4, None, "p1", 3, criterion="08",
          actions=(("Ask home care what they can do again", "home-care", 26, ""),)),
    Story("Fall, no fracture", 1, None, "p0", 1, criterion="06"),
    Story("Breathless", 0, None, "", criterion="02"),
    Story("Unwell after chemotherapy", 3, None, "p1", 4, criterion="03"),
    Story("Pneumonia", 15, 6, "p3", -2, is_assessed=True, proposed="p3_care_home",
          actions=(("Family to see two care homes", "council", 30, "choice"),
                   ("Funding decision", "council", -20, "funding"))),
    Story("Broken wrist, lives alone", 5, 1, "p1", 1,
          actions=(("Arrange two visits a day", "home-care", 4, "home_care_arranging"),)),
    Story("Leg ulcer, infected", 8, None, "p1", 2, criterion="08",
          actions=(("Teach the dressing to the community nurse", "community", 28, ""),)),
    Story("Dehydrated", 2, 0, "p0", 0, actions=(("Restart the visits they had", "home-care", 5, "restart"),)),
    Story("Bowel operation", 7, None, "p0", 2, criterion="10"),
    Story("Dementia, wandering at night", 31, 14, "p3", -9,
          actions=(("Best-interests meeting with the family", "me", -26, "family_concerns"),
                   ("Find a care home near her sister", "council", 50, "care_home_none"))),
)  # fmt: skip


def make_stays(making: Making, staff: Staff) -> int:
    """Tell of everybody who is in hospital, as the hospital and the case managers would; gives how many.

    Some are known to the community and came in today or yesterday; a few left these days.
    """
    case_managers = [
        actor_for(one)
        for one in accounts_that_may(Permission.DECIDE_PATHWAY, making.service.pk)
        if one.role in (Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL)
    ]
    case_managers.sort(key=lambda one: one.role != Role.CASE_MANAGER)
    hospital = next(iter(staff.kind(Organisation.Kind.HOSPITAL)), None)
    if len(case_managers) < 2 or hospital is None:
        return 0
    luck = making.luck("stays")
    number = min(MOST, max(FEWEST, making.size.people // PEOPLE_FOR_ONE))
    teller = _Teller(making, staff, hospital, case_managers[0], case_managers[1])
    made = 0
    for place, (person, is_known) in enumerate(_people(making, number)):
        story = STORIES[place % len(STORIES)]
        if is_known and story.days_in > 1:  # the visits of whoever is long away would have been called off
            story = STORIES[(5, 6)[place % 2]]
        teller.tell(person, story, WARDS[luck.randrange(len(WARDS))], luck.randrange(1, 29), place)
        made += 1
    return made


def _people(making: Making, number: int) -> Iterator[tuple[Person, bool]]:
    """Who is in hospital: a few whom the community looks after, the rest on record and not looked after now."""
    alive = Person.objects.filter(service=making.service, died_on=None, merged_into=None)
    cared_for = Episode.objects.filter(service=making.service, ended_at=None, person__isnull=False)
    at_home = cared_for.filter(pathway__code="home-care-with-delegated-tasks").values("person_id")
    known = list(alive.filter(pk__in=at_home).order_by("-pk")[: number // 6])
    others = list(alive.exclude(pk__in=cared_for.values("person_id")).order_by("pk")[: number - len(known)])
    step = max(1, number // max(1, len(known)))
    for place in range(number):
        if known and place % step == 1:
            yield known.pop(), True
        elif others:
            yield others.pop(0), False


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells of stays by the services that everybody uses, each thing at its own time."""

    making: Making
    staff: Staff
    hospital: Organisation
    case_manager: Actor
    second: Actor

    def tell(self, person: Person, story: Story, ward: tuple[str, str], bed: int, place: int) -> None:
        making, today = self.making, self.making.today
        admitted = wall_clock(today - timedelta(days=story.days_in), "06:20") + timedelta(minutes=13 * (place % 20))
        admitted = min(admitted, making.now - timedelta(minutes=25 + place))
        stay = receive_stay(
            actor=making.actor,
            person=person,
            given=StayGiven(
                admitted_at=admitted,
                source=StaySource.FHIR,
                sender=SENDER,
                identifier=f"SPELL-{place + 1:05d}",
                hospital=self.hospital,
                ward=ward[0],
                consultant=ward[1],
                bed=str(bed),
                reason=story.why,
                likely_pathway=story.likely,
            ),
            now=max(admitted, making.now - timedelta(hours=7)) if story.days_in < 2 else admitted + timedelta(hours=2),
        ).stay
        for given in self._criteria(story, london_day(admitted)):
            said = min(max(wall_clock(given.day, "10:15"), stay.told_at), making.now)
            record_criteria(actor=making.actor, stay=stay, given=given, now=said)
        at = making.now - timedelta(hours=27 + place % 3)
        if at < stay.told_at:
            at = making.now - timedelta(minutes=10)
        if story.expected is not None:
            self._expect(stay, story, at)
        if story.is_assessed:
            answers = {"pathway": (story.decided or story.proposed)[:2], "not_home_reason": "not_safe_at_night"}
            fill(self.case_manager, making, person, "trusted-assessment", TRUSTED | answers, at)
        self._act(stay, story, at)
        if story.equipment[0]:
            needed = self.making.today + timedelta(days=1)
            ask = NewAsk(*story.equipment, needed, is_before_home=True)
            ask_for_equipment(actor=self.case_manager, person=person, new=ask, now=at)
        if story.decided or story.proposed:
            self._decide(stay, story, at + timedelta(minutes=30), place)

    def _criteria(self, story: Story, first) -> tuple[CriteriaGiven, ...]:
        today = self.making.today
        answers = [CriteriaGiven(first, True, story.criterion)]
        if story.ready is not None:
            ready = max(first, today - timedelta(days=story.ready))
            if story.was_ready_before and (ready - first).days > 4:
                answers += [
                    CriteriaGiven(ready - timedelta(days=4), False),
                    CriteriaGiven(ready - timedelta(days=2), True, "04"),
                ]
            answers.append(CriteriaGiven(ready, False))
        elif first < today:
            answers.append(CriteriaGiven(today - timedelta(days=1), True, story.criterion))
        return tuple(answers)

    def _expect(self, stay: HospitalStay, story: Story, at: datetime) -> None:
        """The day they are expected to leave, and where that is past, set when it was still to come."""
        day = self.making.today + timedelta(days=story.expected)
        early = min(at, wall_clock(day, "09:00")) if story.expected < 0 else at
        reason = ""
        if story.days_in > 5:
            first = max(early - timedelta(days=3), stay.told_at)
            sooner = max(day - timedelta(days=2), london_day(first))
            set_expected(actor=self.case_manager, stay=stay, day=sooner, reason="", now=first)
            reason = "Therapy wants two more days"
        set_expected(actor=self.case_manager, stay=stay, day=day, reason=reason, now=early)

    def _act(self, stay: HospitalStay, story: Story, at: datetime) -> None:
        for what, whose, hours, blocker in story.actions:
            due = self.making.now + timedelta(hours=hours)
            asked = at if due > at else due - timedelta(hours=20)
            add_action(
                actor=self.case_manager, stay=stay, text=what, owner=self._owner(whose), due_at=due, blocker=blocker,
                now=asked,
            )  # fmt: skip
        if story.done:
            action = add_action(
                actor=self.case_manager, stay=stay, text=story.done, owner=self._owner("community"),
                due_at=at + timedelta(hours=2), now=at - timedelta(hours=3),
            )  # fmt: skip
            finish_action(actor=self.case_manager, action=action, note="Walks ten metres with a frame.", now=at)

    def _owner(self, whose: str) -> Owner:
        if whose == "me":
            return Owner("account", self.case_manager.account_id)
        if whose == "hospital":
            return Owner("organisation", self.hospital.pk)
        if whose == "council":
            return Owner("organisation", self.staff.kind(Organisation.Kind.COUNCIL)[0].pk)
        return Owner("team", Team.objects.get(service=self.making.service, code=whose).pk)

    def _decide(self, stay: HospitalStay, story: Story, at: datetime, place: int) -> None:
        code = story.decided or story.proposed
        way = WayHome(
            pathway=code[:2],
            destination=code,
            person_said="I want to be able to get to the bathroom by myself before I go anywhere.",
            choices=self._choices(code, london_day(at)),
            capacity="not_doubted",
            decided_by="person",
            why_not_home="" if code[:2] in ("p0", "p1") else "not_safe_at_night",
            not_home_text="Tried two nights with a sensor on the ward: up six times, and cannot call for help.",
            care_starts_on=london_day(at) + timedelta(days=2),
        )
        decision = decide_pathway(actor=self.case_manager, stay=stay, given=way, now=at)
        if story.proposed and place >= len(STORIES):  # the first few wait for a second person
            confirm_pathway(actor=self.second, decision=decision, now=at + timedelta(minutes=20))

    @staticmethod
    def _choices(code: str, day: date) -> tuple[Choice, ...]:
        """What was offered before a decision: home first, and what was chosen in the end."""
        said, tomorrow = "The person", day + timedelta(days=1)
        home = Choice(
            "Home with visits four times a day", "Reablement at home", tomorrow, "Nothing for up to 6 weeks", "refused",
            said, "Does not feel safe at night by themselves yet",
        )  # fmt: skip
        if code[:2] in ("p0", "p1"):
            chosen = Choice("Home", "Their own home", tomorrow, "", "chosen", said)
            family = Choice("Staying with family", "", tomorrow, "", "refused", said, "Wants their own bed")
            return chosen, family
        if code[:2] == "p2":
            place = Choice("A short stay in a bed", "Sallow House", day + timedelta(days=2), "Nothing", "chosen", said)
        else:
            place = Choice("A care home near family", "", day + timedelta(days=4), "After a means test", "chosen", said)
        return home, place
