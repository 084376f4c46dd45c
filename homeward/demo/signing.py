"""Who is signed off for what and how they came to be, and what is delegated for whom, in a fictitious place."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.delegation.models import (
    Declaration,
    Delegation,
    DelegationEvent,
    DelegationLimit,
    DelegationWorker,
    KnowledgeTest,
    ObservedPractice,
    SignOff,
    SpotCheck,
)
from homeward.delegation.rules import Framework, questions_for
from homeward.delegation.selectors import published_frameworks
from homeward.delegation.services import Signing, bring_in
from homeward.delegation.states import DeclarationKind, DelegationState, PracticeResult, WorkerAnswer
from homeward.demo.days import needed_patterns
from homeward.demo.making import Making
from homeward.demo.staff import Staff
from homeward.kernel.rules import kilometres_between, months_later, wall_clock
from homeward.people.models import Address, Person
from homeward.procedures.rules import Activity
from homeward.procedures.selectors import library, published_activities, skill_title
from homeward.teams.models import Training, Worker
from homeward.teams.services import add_trainings
from homeward.visits.models import Assignment

# Who goes to each person often enough to be signed off for them by name: so many that somebody is always on shift
NEAREST = 14
AHEAD_DAYS = 28
RENEWED_BEFORE_DAYS = 10  # a place that is carried on looks at most sign-offs again in time
HALF_WAY, READY = 8, 3  # workers of a full place on their way to a sign-off, and with nothing missing but the signature
WATCHED = (
    "Washed hands, checked the plan and the name, explained each step.",
    "Calm and safe. Asked before touching.",
    "Good record straight afterwards. Knew whom to phone.",
    "Careful with the sharps bin and with gloves.",
)
REFLECTED = (
    "I feel sure of the order now.",
    "I will lay everything out before I start.",
    "I know what to look for and when to ring.",
    "",
)
NOT_YET = ("Forgot to check the plan first. Practise again together.", "Needed a reminder to write the time down.")
HOW = {
    "blood_glucose_check": "Wash and dry the finger. Side of the fingertip. Write reading and time down at once.",
    "insulin_administration": "Check name, pen, date and dose on the chart. Dial, show the person, give, count to ten."
    " Change the site each day. Sharps in the yellow bin.",
    "medication_support": "Give from the labelled pack only, one dose at a time, and watch it being taken.",
    "simple_dressing": "Clean hands and apron. Take off gently with saline. Look before you cover it again.",
    "compression_hosiery": "On before getting up. Smooth, no folds at the ankle. Moisturise at night, not before.",
    "catheter_bag_care": "Empty when two thirds full. Bag below the bladder, tube never pulled. Gloves, then wash.",
    "eye_drops": "Head back, lower lid down, one drop. Five minutes between two kinds.",
    "bowel_and_stoma_care": "Have everything ready. Warm water only. Look at the skin all the way round.",
}
IF_OUT = {
    "blood_glucose_check": "Below 4: give 150 ml of juice, check again after 15 minutes, phone the nurse."
    " Above 15: phone the nurse before insulin.",
    "insulin_administration": "Do not give it when a reading is outside the range or food is refused. Phone the nurse.",
    "medication_support": "A dose missed, refused or doubled: phone the nurse before the next one is due.",
    "simple_dressing": "Red, hot, wet through or smelling: cover it, take no photograph home, phone the nurse today.",
    "compression_hosiery": "Numb or blue toes, new pain or swelling: take it off and phone the nurse now.",
    "catheter_bag_care": "Nothing drained in four hours, blood, or pain: phone the nurse now.",
    "eye_drops": "Sudden pain, or sight worse: no more drops, phone the nurse.",
    "bowel_and_stoma_care": "Dark or dry stoma, or nothing for a day: phone the nurse now.",
}
OTHERWISE = "Follow the programme on the fridge. Stop at pain.", "Pain or a fall: stop, and phone the therapist."
SUSPENDED = "New swelling of the left leg. The nurse looks at it first."
DECLINED = "I would rather not do needles on my own."
WITHDRAWN = "Two doses were not written down. We practise again together."


@dataclass(frozen=True, slots=True)
class Task:
    """An activity that somebody's plan leaves to a worker who is not of the profession it belongs to."""

    person: Person
    episode_id: int
    activity: Activity
    began_on: date


def make_signing(making: Making, staff: Staff) -> tuple[int, int]:
    """Delegate what people's plans leave to care workers, and sign workers off for it; gives how many of each are new.

    What is delegated or signed already stays: called again on a later day, it does what has come since.
    """
    book = _Book(making, staff)
    tasks = book.tasks()
    book.renew()
    book.sign_for_everybody()
    for task in tasks:
        book.delegate(task)
    if not book.was_there:
        book.on_their_way()
        book.what_goes_wrong()
    if book.trainings:
        add_trainings(actor=making.actor, service_id=making.service.pk, trainings=book.trainings, now=making.now)
    bring_in(actor=making.actor, service_id=making.service.pk, signing=book.new, now=making.now)
    return len(book.new.sign_offs), len(book.new.delegations)


class _Book:
    """Everything that is written down for one place."""

    def __init__(self, making: Making, staff: Staff) -> None:
        self.making = making
        self.luck = making.luck(f"signing {making.today}")
        self.activities = published_activities()
        self.frameworks = published_frameworks()
        self.new = Signing()
        self.trainings: list[Training] = []
        self.nurses = staff.doing("Community nurse", "Team leader") or staff.doing("Crisis nurse")
        self.workers = [one for one in staff.workers if one.is_active]
        self.held = {one.pk: library().worker_skills(one.skills) for one in self.workers}
        rows = SignOff.objects.filter(worker__service=making.service, withdrawn_at__isnull=True)
        self.signed = {
            (worker, competence, person): ends_on
            for worker, competence, person, ends_on in rows.order_by("ends_on").values_list(
                "worker_id", "competence", "person_id", "ends_on"
            )
        }
        self.competent = {(worker, competence) for worker, competence, _ in self.signed}
        self.was_there = bool(self.signed)
        self.delegated = set(
            Delegation.objects.filter(service=making.service).values_list("person_id", "activity_code")
        )
        self.homes = {
            one.person_id: (one.latitude, one.longitude)
            for one in Address.objects.filter(person__service=making.service, kind="home", latitude__isnull=False)
        }
        since = making.today - timedelta(days=21)
        self.faces: dict[int, Counter] = defaultdict(Counter)
        went = Assignment.objects.filter(visit__service=making.service, visit__day__gte=since)
        for person, worker in went.values_list("visit__person_id", "worker_id"):
            self.faces[person][worker] += 1
        self.nearest: dict[tuple[int, str], list[Worker]] = {}

    def tasks(self) -> list[Task]:
        """What is to be delegated and is not yet, one a person and activity."""
        found: dict[tuple[int, str], Task] = {}
        known = {skill.code for skill in library().skills}
        covered = {code: library().skills_held([code]) if code in known else frozenset() for code in known}
        first = self.making.today
        for pattern in needed_patterns(self.making, first, first + timedelta(days=AHEAD_DAYS)):
            if pattern.plan.episode.ended_at is not None:
                continue
            for task in pattern.tasks:
                activity = self.activities.get(task.get("code", ""))
                if activity is None or activity.delegable is None:
                    continue
                if any(activity.skill in covered.get(slot["skill"], ()) for slot in pattern.slots):
                    continue
                key = (pattern.plan.person_id, activity.code)
                if key not in self.delegated and key not in found:
                    found[key] = Task(
                        pattern.plan.person, pattern.plan.episode_id, activity, min(pattern.starts_on, first)
                    )
        return list(found.values())

    def may_learn(self, competence: str) -> list[Worker]:
        """Workers whom the place has trained for a competence: their skills name it."""
        to = self.frameworks[competence].to
        return [one for one in self.workers if competence in one.skills and not self.held[one.pk].isdisjoint(to)]

    def sign_for_everybody(self) -> None:
        """Sign-offs that serve everybody, for those who have none yet."""
        for competence, framework in self.frameworks.items():
            if framework.is_person_specific:
                continue
            for worker in self.may_learn(competence):
                if (worker.pk, competence, None) not in self.signed:
                    self._sign(worker, framework, None)

    def delegate(self, task: Task) -> None:
        """Delegate one task: in force, with instructions, and by name to the nearest where it is by person."""
        making, luck = self.making, self.luck
        activity, nurse = task.activity, self._decider(task.activity)
        code = activity.code
        competence = activity.delegable.competence
        day = max(task.began_on, making.today - timedelta(days=luck.randint(20, 200)))
        at = min(making.now, wall_clock(day, "10:30"))
        row = Delegation(
            service=making.service,
            person=task.person,
            episode_id=task.episode_id,
            activity_code=code,
            state=DelegationState.ACTIVE,
            delegated_by=nurse,
            assessed={
                question.code: {"answer": "person" if question.code == "consent" else "yes", "text": ""}
                for question in questions_for(activity)
            },
            instructions=HOW.get(code, OTHERWISE[0]),
            if_out_of_range=IF_OUT.get(code, OTHERWISE[1]),
            starts_on=day,
            review_on=making.today + timedelta(days=luck.randint(4, 300)),
            made_at=at,
        )
        self.new.delegations.append(row)
        self._event(row, "delegated", row.instructions, at, nurse)
        if code == "blood_glucose_check":
            self.new.limits.append(
                DelegationLimit(delegation=row, reading="Blood glucose", unit="mmol/L", low=4, high=15, stops=True)
            )
        if not activity.delegable.is_person_specific:
            return
        if competence is None or competence not in self.frameworks:
            return
        trained = [one for one in self.workers if self._is_trained(one, activity)]
        for worker in self._nearest(task.person.pk, competence, trained):
            if worker not in trained and (worker.pk, competence, task.person.pk) not in self.signed:
                self._sign(worker, self.frameworks[competence], task.person, since=day)
            self.new.workers.append(
                DelegationWorker(
                    delegation=row, worker=worker, answer=WorkerAnswer.ACCEPTED, asked_at=at,
                    answered_at=min(making.now, at + timedelta(hours=luck.randint(1, 30))),
                )
            )  # fmt: skip
            self._event(row, "accepted", worker.label, at, worker)

    def renew(self) -> None:
        """Look again in time at sign-offs that run out and delegations to review, as a place that works does."""
        making = self.making
        soon = making.today + timedelta(days=RENEWED_BEFORE_DAYS)
        workers = {one.pk: one for one in self.workers}
        for (worker, competence, person), ends_on in list(self.signed.items()):
            if ends_on is None or ends_on >= soon or competence not in self.frameworks or worker not in workers:
                continue
            if self.luck.random() < 0.93:
                whom = Person.objects.get(pk=person) if person else None
                self._sign(workers[worker], self.frameworks[competence], whom, is_again=True)
        due = Delegation.objects.filter(
            service=making.service, state=DelegationState.ACTIVE, review_on__lt=soon, delegated_by__isnull=False
        )
        for row in due.select_related("delegated_by__organisation"):
            row.review_on = making.today + timedelta(days=self.luck.randint(120, 300))
            row.save(update_fields=["review_on"])
            self._event(row, "reviewed", "Seen together. Going well.", making.now, row.delegated_by)

    def on_their_way(self) -> None:
        """Workers who have learned and been watched, but not often enough, and a few whom only a signature misses."""
        wanted = [
            ("catheter_care", 2), ("bowel_and_stoma_care", 2), ("insulin", 3), ("wound_care_simple", 1),
            ("eye_drops", 1), ("compression_support", 2), ("bowel_and_stoma_care", 1), ("medication_support", 2),
        ]  # fmt: skip
        for number in range(self.making.size.scaled(HALF_WAY, 4)):
            competence, times = wanted[number % len(wanted)]
            if worker := self._beginner(competence):
                self._evidence(worker, self.frameworks[competence], None, times, is_signed=False)
                self.competent.add((worker.pk, competence))
        for competence in ("medication_support", "eye_drops", "medication_support")[
            : self.making.size.scaled(READY, 2)
        ]:
            if worker := self._beginner(competence):
                framework = self.frameworks[competence]
                self._evidence(worker, framework, None, framework.observed_times or 1, is_signed=False)
                self.competent.add((worker.pk, competence))

    def what_goes_wrong(self) -> None:
        """One sign-off withdrawn, one delegation suspended, and a few workers who were asked and have not accepted."""
        withdrawn = next((one for one in self.new.sign_offs if one.competence == "eye_drops"), None)
        if withdrawn is not None:
            withdrawn.withdrawn_at = self.making.now - timedelta(days=3, hours=2)
            withdrawn.withdrawn_by, withdrawn.withdrawn_reason = withdrawn.signed_by.name, WITHDRAWN
        legs = [one for one in self.new.delegations if one.activity_code == "compression_hosiery"]
        if len(legs) > 4:
            legs[1].state, legs[1].suspended_reason = DelegationState.SUSPENDED, SUSPENDED
            self._event(legs[1], "suspended", SUSPENDED, self.making.now - timedelta(hours=20), legs[1].delegated_by)
        of_insulin = [one for one in self.new.workers if one.delegation.activity_code == "insulin_administration"]
        for number, row in enumerate(of_insulin[5 : 5 + 3 * NEAREST : NEAREST]):
            row.answer = WorkerAnswer.DECLINED if number == 0 else WorkerAnswer.ASKED
            row.reason = DECLINED if number == 0 else ""
            row.answered_at = row.answered_at if number == 0 else None

    def _beginner(self, competence: str) -> Worker | None:
        to = self.frameworks[competence].to
        able = [
            one
            for one in self.workers
            if (one.pk, competence) not in self.competent
            and competence not in one.skills
            and not self.held[one.pk].isdisjoint(to)
        ]
        return self.luck.choice(able) if able else None

    def _is_trained(self, worker: Worker, activity: Activity) -> bool:
        """Whether their own profession covers it, as a therapy assistant's does exercises."""
        delegable = activity.delegable
        held = self.held[worker.pk]
        return (
            not held.isdisjoint(delegable.to)
            and delegable.competence in held
            and delegable.competence not in worker.skills
        )

    def _nearest(self, person: int, competence: str, trained: list[Worker]) -> list[Worker]:
        """Who goes to somebody often, then who lives nearest, of those who may."""
        key = (person, competence)
        if key not in self.nearest:
            home = self.homes.get(person)
            faces = self.faces[person]

            def how_far(worker: Worker) -> tuple[int, float, int]:
                if home is None or worker.latitude is None or worker.longitude is None:
                    return (-faces[worker.pk], 0.0, worker.pk)
                return (-faces[worker.pk], kilometres_between(home, (worker.latitude, worker.longitude)), worker.pk)

            able = {one.pk: one for one in [*self.may_learn(competence), *trained]}
            self.nearest[key] = sorted(able.values(), key=how_far)[:NEAREST]
        return self.nearest[key]

    def _decider(self, activity: Activity) -> Worker:
        able = [one for one in self.nurses if not self.held[one.pk].isdisjoint(activity.delegable.by)]
        others = [one for one in self.workers if not self.held[one.pk].isdisjoint(activity.delegable.by)]
        return self.luck.choice(able or others or self.nurses or self.workers)

    def _sign(
        self,
        worker: Worker,
        framework: Framework,
        person: Person | None,
        *,
        since: date | None = None,
        is_again: bool = False,
    ) -> SignOff:
        making, luck = self.making, self.luck
        signer = self._decider(framework.activities[0])
        longest = months_later(making.today, framework.review_months) - making.today
        days = luck.randint(0, 2) if is_again else luck.randint(5, longest.days - 12)
        if since is not None:
            days = min(days, max(0, (making.today - since).days))
        signed_on = making.today - timedelta(days=days)
        at = min(making.now, wall_clock(signed_on, f"{luck.randint(9, 16):02d}:{luck.choice((0, 15, 30, 45)):02d}"))
        ends_on = months_later(signed_on, framework.review_months)
        is_first = (worker.pk, framework.competence) not in self.competent
        if is_first or is_again:
            self._evidence(worker, framework, person, framework.observed_times or 1, by=signer, before=at)
        elif person is not None:
            self._practice(worker, framework, person, at - timedelta(days=1), signer)
        self.competent.add((worker.pk, framework.competence))
        whom = "for this person" if person else "for the people it is delegated for"
        row = SignOff(
            worker=worker, competence=framework.competence, person=person, signed_by=signer, signed_at=at,
            review_on=ends_on, ends_on=ends_on, passport_code=f"{making.service.pk}-{luck.getrandbits(120):030x}",
            statement=(
                f"I have watched {worker.label} and judged their learning and practice. They are competent in"
                f" {skill_title(framework.competence).lower()} {whom} until {ends_on.day} {ends_on:%B %Y}."
                " I can end this at any time."
            ),
        )  # fmt: skip
        self.new.sign_offs.append(row)
        self.signed[worker.pk, framework.competence, person.pk if person else None] = ends_on
        if framework.spot_check_weeks and (is_first or is_again):
            self._spot_check(row, framework, at)
        return row

    def _spot_check(self, row: SignOff, framework: Framework, at: datetime) -> None:
        """Looks in the diary as often as the procedures say: those past are done but for a few, the next is due."""
        every = timedelta(weeks=framework.spot_check_weeks)
        due = (at + every).date()
        while due < self.making.today and self.luck.random() < 0.9:
            done_at = min(self.making.now, wall_clock(due, "11:00"))
            self.new.checks.append(
                SpotCheck(
                    sign_off=row, due_on=due, done_at=done_at, done_by=row.signed_by, result=PracticeResult.MET,
                    text=self.luck.choice(WATCHED),
                )
            )  # fmt: skip
            due += every
        if row.ends_on is None or due <= row.ends_on:
            self.new.checks.append(SpotCheck(sign_off=row, due_on=due))

    def _evidence(
        self,
        worker: Worker,
        framework: Framework,
        person: Person | None,
        times: int,
        *,
        is_signed: bool = True,
        by: Worker | None = None,
        before: datetime | None = None,
    ) -> None:
        """Learning, a test, practices that were watched, and what worker and employer declared."""
        making, luck, competence = self.making, self.luck, framework.competence
        by = by or self._decider(framework.activities[0])
        before = before or making.now - timedelta(hours=30)
        for code in framework.learning:
            done_on = before.date() - timedelta(days=luck.randint(25, 60))
            self.trainings.append(
                Training(
                    worker=worker, code=code, title=code.replace("_", " ").capitalize(), competence=competence,
                    provider="Merrow Valley learning", done_on=done_on,
                    expires_on=None if is_signed else done_on + timedelta(days=730),
                    recorded_at=making.now, recorded_by=by.name,
                )
            )  # fmt: skip
        if framework.needs_knowledge_test and (is_signed or times > 1):
            self.new.tests.append(
                KnowledgeTest(
                    worker=worker, competence=competence, taken_on=before.date() - timedelta(days=luck.randint(18, 24)),
                    score=luck.randint(16, 20), out_of=20, is_passed=True, recorded_at=making.now, recorded_by=by.name,
                )
            )  # fmt: skip
        for number in range(times):
            self._practice(
                worker, framework, person if number == times - 1 else None,
                before - timedelta(days=3 * (times - number), hours=luck.randint(0, 4)), by,
            )  # fmt: skip
        if not is_signed and luck.random() < 0.4:
            self._practice(worker, framework, None, before - timedelta(days=20), by, PracticeResult.NOT_YET)
        said = [(DeclarationKind.WORKER_ACCEPTS, worker.label, worker.job_title)]
        if is_signed or luck.random() < 0.5:
            said.append((DeclarationKind.EMPLOYER_ANSWERS, f"Manager at {worker.organisation}", "Registered manager"))
        for kind, name, role in said:
            self.new.declarations.append(
                Declaration(
                    worker=worker, organisation_id=worker.organisation_id, competence=competence, kind=kind,
                    at=before - timedelta(hours=luck.randint(1, 20)), by_name=name, by_role=role,
                )
            )  # fmt: skip

    def _practice(
        self,
        worker: Worker,
        framework: Framework,
        person: Person | None,
        at: datetime,
        by: Worker,
        result: PracticeResult = PracticeResult.MET,
    ) -> None:
        is_met = result is PracticeResult.MET
        self.new.practices.append(
            ObservedPractice(
                worker=worker, competence=framework.competence, person=person, assessor=by, observed_at=at,
                activity_code=self.luck.choice(framework.activities).code,
                setting="At home" if person else self.luck.choice(("Skills room", "Leg club", "At home")),
                result=result, feedback=self.luck.choice(WATCHED if is_met else NOT_YET),
                reflection=self.luck.choice(REFLECTED), recorded_at=self.making.now, recorded_by=by.name,
            )
        )  # fmt: skip

    def _event(self, row: Delegation, kind: str, text: str, at: datetime, by: Worker) -> None:
        self.new.events.append(
            DelegationEvent(
                delegation=row, kind=kind, text=text, at=at, by_name=by.label, by_role=by.job_title,
                employer=str(by.organisation),
            )
        )  # fmt: skip
