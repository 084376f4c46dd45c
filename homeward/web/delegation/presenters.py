"""The finished words of competence and delegation."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.delegation.rules import (
    LAPSE_WARNINGS,
    Because,
    Framework,
    May,
    Step,
    StepState,
    questions_for,
    steps,
)
from homeward.delegation.selectors import Evidence, Ready, Waiting
from homeward.delegation.states import DeclarationKind, DelegationState, PracticeResult, WorkerAnswer
from homeward.kernel.rules import london_day, months_later
from homeward.procedures.rules import Activity
from homeward.procedures.selectors import published_activities, skill_title
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.words import either, skill_words

STATES = {
    DelegationState.DRAFT: Tag("Being assessed", "grey"),
    DelegationState.ACTIVE: Tag("In force", "green"),
    DelegationState.SUSPENDED: Tag("Suspended", "red"),
    DelegationState.ENDED: Tag("Ended", "grey"),
}
ANSWERS = {
    WorkerAnswer.ASKED: Tag("Asked, no answer yet", "yellow"),
    WorkerAnswer.ACCEPTED: Tag("Accepted", "green"),
    WorkerAnswer.DECLINED: Tag("Declined", "orange"),
    WorkerAnswer.REMOVED: Tag("No longer asked", "grey"),
}
RESULTS = {
    PracticeResult.MET: Tag("Safe, without help", "green"),
    PracticeResult.WITH_HELP: Tag("With help", "yellow"),
    PracticeResult.NOT_YET: Tag("Not yet safe", "red"),
}
# The words before the day of a review that is to come, and of one that is past
REVIEW = ("Review by", "Review was due")
EVENTS = {
    "delegated": "Delegated",
    "asked": "Asked",
    "accepted": "Accepted",
    "declined": "Declined",
    "removed": "No longer asked",
    "suspended": "Suspended",
    "taken up": "Taken up again",
    "reviewed": "Reviewed",
    "changed": "Instructions changed",
    "ended": "Ended",
}
DECLARED = {
    DeclarationKind.WORKER_ACCEPTS: "The worker accepts",
    DeclarationKind.WORKER_DECLINES: "The worker declines",
    DeclarationKind.EMPLOYER_ANSWERS: "The employer answers for it",
    DeclarationKind.EMPLOYER_DECLINES: "The employer does not agree",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits: what it is, whose, and where to look."""

    title: str
    text: str
    url: str
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Things of one kind that wait."""

    code: str
    title: str
    lines: tuple[Line, ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class WhyMay:
    """Why somebody may or may not, in one sentence each. Print it with `components/why_may.jinja`."""

    name: str
    may: bool
    because: str
    nearest: str


def why_words(name: str, found: May) -> WhyMay:
    """Why a worker may or may not, for any page on which one is chosen."""
    return WhyMay(name, found.may, found.because, found.nearest)


def title_of(activity_code: str, activities: Mapping[str, Activity] | None = None) -> str:
    """An activity in words; its code, tidied, where no procedure has it any more."""
    found = (activities if activities is not None else published_activities()).get(activity_code)
    return found.title if found else activity_code.replace("_", " ").capitalize()


def present_waiting(found: Waiting, now: datetime) -> tuple[Part, ...]:
    """What waits, the most pressing first."""
    today, activities = london_day(now), published_activities()

    def task(row) -> str:
        return title_of(row.activity_code, activities)

    def decision(row) -> str:
        return reverse("delegation:decision", args=[row.pk])

    def of_worker(worker, competence: str) -> str:
        return reverse("delegation:competence", args=[worker.pk, competence])

    return (
        Part(
            "suspended", "Suspended: somebody must look",
            tuple(
                Line(f"{task(row)}, {row.person.label}", row.suspended_reason, decision(row), STATES[row.state])
                for row in found.suspended
            ),
            "Nothing is suspended.",
        ),
        Part(
            "declined", "Declined",
            tuple(
                Line(
                    f"{one.worker.label}: {task(one.delegation)}, {one.delegation.person.label}",
                    one.reason or "No reason given: none is needed.", decision(one.delegation),
                    ANSWERS[WorkerAnswer.DECLINED],
                )
                for one in found.declined
            ),
            "Nobody has declined.",
        ),
        Part(
            "ready", "Ready to sign",
            tuple(_ready_line(one, of_worker(one.worker, one.competence)) for one in found.ready),
            "Nobody has everything that a sign-off asks for and waits for one.",
        ),
        Part(
            "reviews", "Delegations to review",
            tuple(
                Line(
                    f"{task(one)}, {one.person.label}", _who_decided(one), decision(one),
                    due_tag(one.review_on, today, *REVIEW),
                )
                for one in found.reviews
            ),
            "No delegation is due for review in the next four weeks.",
        ),
        Part(
            "lapsing", "Sign-offs that end soon",
            tuple(
                Line(
                    f"{row.worker.label}: {skill_title(row.competence).lower()}",
                    f"{row.worker.organisation}{', for ' + row.person.label if row.person else ''}",
                    of_worker(row.worker, row.competence), due_tag(row.ends_on, today),
                )
                for row in found.lapsing
            ),
            "No sign-off ends in the next eight weeks.",
        ),
        Part(
            "checks", "Spot checks",
            tuple(
                Line(
                    f"{one.sign_off.worker.label}: {skill_title(one.sign_off.competence).lower()}",
                    f"{one.sign_off.worker.organisation}", of_worker(one.sign_off.worker, one.sign_off.competence),
                    due_tag(one.due_on, today, "By", "Was due"),
                )
                for one in found.checks
            ),
            "No spot check is due in the next two weeks.",
        ),
        Part(
            "unanswered", "Asked, no answer yet",
            tuple(
                Line(
                    f"{one.worker.label}: {task(one.delegation)}, {one.delegation.person.label}",
                    f"Asked {time_words(one.asked_at, now)}", decision(one.delegation), ANSWERS[WorkerAnswer.ASKED],
                )
                for one in found.unanswered
            ),
            "Everybody who was asked has answered.",
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A look still to take at how somebody does it."""

    id: int
    whom: str
    due: Tag


def people_in(found: Iterable[Evidence], checks: Iterable = ()) -> list:
    """Everybody whom evidence of competences, and spot checks, are about."""
    rows = [row for one in found for row in (*one.practices, *one.sign_offs)]
    rows += [check.sign_off for check in checks]
    return [row.person for row in rows if row.person_id]


def _name(person, shown: Container[int]) -> str:
    """Somebody's name, for a reader whose sight reaches them."""
    return person.label if person.pk in shown else "somebody whose record you may not see"


def check_lines(rows, today: date, shown: Container[int]) -> tuple[CheckLine, ...]:
    """The spot checks still to do of one worker and competence, the soonest first. `shown` may be named."""
    return tuple(
        CheckLine(
            one.pk, f"For {_name(one.sign_off.person, shown)}" if one.sign_off.person else "For everyone",
            due_tag(one.due_on, today, "By", "Was due"),
        )
        for one in rows
    )  # fmt: skip


def _ready_line(one: Ready, url: str) -> Line:
    whom = f"for {one.person.label}" if one.person else "for everyone it is delegated for"
    return Line(f"{one.worker.label}: {skill_title(one.competence).lower()}", f"{one.worker.organisation}, {whom}", url)


def _who_decided(row) -> str:
    if row.delegated_by is None:
        return row.carried_over
    return f"Delegated by {row.delegated_by.label}, {row.delegated_by.organisation}"


def due_tag(day: date | None, today: date, until: str = "Until", over: str = "Ended") -> Tag:
    """How near a last day is, in the steps of the warnings; `until` and `over` are the words before it."""
    if day is None:
        return Tag("No end", "grey")
    left = day - today
    if left.days < 0:
        return Tag(f"{over} {short_day(day)}", "red")
    colours = dict(zip(sorted(LAPSE_WARNINGS), ("red", "orange", "yellow"), strict=True))
    colour = next((colour for within, colour in colours.items() if left <= within), "green")
    return Tag(f"{until} {short_day(day)}", colour)


@dataclass(frozen=True, slots=True)
class Doing:
    """A worker who was asked, and their answer."""

    name: str
    employer: str
    answer: Tag
    url: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task delegated for one person."""

    title: str
    person: str
    url: str
    state: Tag
    review: Tag | None
    by: str
    doing: tuple[Doing, ...]
    others: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    words: str
    is_chosen: bool


def task_rows(rows: Iterable, today: date) -> tuple[TaskRow, ...]:
    """Delegations as lines of a table: person, task, workers."""
    activities = published_activities()
    found = []
    for row in rows:
        activity = activities.get(row.activity_code)
        asked = list(row.workers.all())
        by_name = activity is not None and activity.delegable is not None and activity.delegable.is_person_specific
        found.append(
            TaskRow(
                title=title_of(row.activity_code, activities),
                person=row.person.label,
                url=reverse("delegation:decision", args=[row.pk]),
                state=STATES[row.state],
                review=due_tag(row.review_on, today, *REVIEW) if row.state != DelegationState.ENDED else None,
                by=_who_decided(row),
                doing=tuple(
                    Doing(
                        one.worker.label, str(one.worker.organisation), ANSWERS[one.answer],
                        reverse("delegation:worker", args=[one.worker_id]),
                    )
                    for one in asked
                ),
                others="" if by_name else "Anybody signed off for it",
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Grid:
    """Workers down, competences across: each cell what somebody is signed off for."""

    competences: tuple[str, ...]
    rows: tuple[tuple[str, str, str, tuple[Tag | None, ...]], ...]


def competence_grid(rows: Iterable, today: date, employer: str = "") -> Grid:
    """Who is signed off for what, from sign-offs in force: by name where it is by person."""
    found: dict[int, tuple] = {}
    codes: set[str] = set()
    for row in rows:
        if employer and str(row.worker.organisation) != employer:
            continue
        theirs = found.setdefault(row.worker_id, (row.worker, {}))[1]
        theirs.setdefault(row.competence, []).append(row)
        codes.add(row.competence)
    order = sorted(codes, key=skill_title)
    return Grid(
        tuple(skill_title(code) for code in order),
        tuple(
            (
                worker.label, str(worker.organisation), reverse("delegation:worker", args=[worker.pk]),
                tuple(_cell(theirs.get(code, ()), today) for code in order),
            )
            for worker, theirs in found.values()
        ),
    )  # fmt: skip


def _cell(rows: Sequence, today: date) -> Tag | None:
    if not rows:
        return None
    people = {row.person_id for row in rows if row.person_id}
    soonest = min((row.ends_on for row in rows if row.ends_on), default=None)
    tag = due_tag(soonest, today)
    if not people:
        return tag
    return Tag(f"{len(people)} {'person' if len(people) == 1 else 'people'}, first ends {short_day(soonest)}"
               if soonest else f"{len(people)} people", tag.colour)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a framework, in words."""

    title: str
    state: Tag
    is_done: bool


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A sign-off: what for, by whom, to when, and how it stands."""

    id: int
    title: str
    whom: str
    by: str
    state: Tag
    text: str
    is_in_force: bool
    statement: str


@dataclass(frozen=True, slots=True)
class Record:
    """Something on record that a sign-off may rest on."""

    title: str
    text: str
    more: str
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class CompetencePage:
    """How far one worker is with one competence."""

    code: str
    title: str
    url: str
    state: Tag
    steps: tuple[StepLine, ...]
    asks: str
    is_local_decision: bool
    is_person_specific: bool
    sign_offs: tuple[SignedLine, ...]
    records: tuple[Record, ...]
    missing: str
    activities: tuple[tuple[str, str], ...]
    courses: tuple[tuple[str, str], ...]
    latest: str


def present_competence(
    worker_id: int,
    framework: Framework,
    evidence: Evidence | None,
    today: date,
    shown: Container[int],
    person_id: int | None = None,
) -> CompetencePage:
    """One competence of a worker: what it asks, what is there, and what was signed. `shown` are those to be named."""
    evidence = evidence or Evidence()
    so_far = evidence.so_far(framework, today, person_id)
    every = steps(framework, so_far, is_for_one_person=person_id is not None)
    signed = tuple(_signed(row, today, shown) for row in evidence.sign_offs)
    in_force = [
        row for row in evidence.sign_offs if row.withdrawn_at is None and (not row.ends_on or row.ends_on >= today)
    ]
    missing = [step_words(one) for one in every if not one.is_done]
    if in_force:
        state = _cell(in_force, today)
        words = "Signed off" if not framework.is_person_specific else f"Signed off for {state.words}"
        state = Tag(words if framework.is_person_specific else f"Signed off. {state.words}", state.colour)
    elif evidence.practices or evidence.trainings or evidence.tests:
        state = Tag("On the way", "blue")
    elif evidence.sign_offs:
        state = Tag("No longer signed off", "red")
    else:
        state = Tag("Not begun", "grey")
    latest = months_later(today, framework.review_months)
    return CompetencePage(
        code=framework.competence,
        title=skill_title(framework.competence),
        url=reverse("delegation:competence", args=[worker_id, framework.competence]),
        state=state,
        steps=tuple(StepLine(step_words(one), _step_tag(one), one.is_done) for one in every),
        asks=asks_words(framework),
        is_local_decision=framework.is_local_decision,
        is_person_specific=framework.is_person_specific,
        sign_offs=signed,
        records=_records(evidence, shown),
        missing=", ".join(missing),
        activities=tuple((one.code, one.title) for one in framework.activities),
        courses=tuple((code, course_words(code)) for code in framework.learning),
        latest=latest.isoformat(),
    )


def asks_words(framework: Framework) -> str:
    """Who signs, and for whom, in one sentence."""
    who = either([skill_words(code) for code in sorted(framework.by)])
    whom = "one person at a time" if framework.is_person_specific else "everyone it is delegated for"
    return f"Signed off by a {who}, for {whom}, for up to {framework.review_months} months."


def course_words(code: str) -> str:
    """A course by its code, in words."""
    return code.replace("_", " ").replace("-", " ").capitalize()


def step_words(one: StepState) -> str:
    """A step of a framework in words."""
    return {
        Step.LEARNING: f"Course: {course_words(one.code)}",
        Step.TEST: "Knowledge test passed",
        Step.PRACTICE: f"Observed practice, {min(one.done, one.of)} of {one.of}",
        Step.WITH_PERSON: "Observed with this person",
        Step.WORKER: "The worker accepts",
        Step.EMPLOYER: "The employer answers for it",
    }[one.step]


def _step_tag(one: StepState) -> Tag:
    if one.is_declined:
        return Tag("Declined", "orange")
    return Tag("Done", "green") if one.is_done else Tag("Missing", "yellow")


def _signed(row, today: date, shown: Container[int]) -> SignedLine:
    if row.withdrawn_at is not None:
        state = Tag("Withdrawn", "red")
    else:
        state = due_tag(row.ends_on, today)
    by = f"{row.signed_by.label}, {row.signed_by.organisation}" if row.signed_by else row.carried_over
    return SignedLine(
        id=row.pk,
        title=skill_title(row.competence),
        whom=f"For {_name(row.person, shown)}" if row.person_id else "For everyone it is delegated for",
        by=f"{by}, {short_day(london_day(row.signed_at))}",
        state=state,
        text=f"Withdrawn by {row.withdrawn_by}: {row.withdrawn_reason}" if row.withdrawn_at else "",
        is_in_force=row.withdrawn_at is None and (row.ends_on is None or row.ends_on >= today),
        statement=row.statement,
    )


def _records(evidence: Evidence, shown: Container[int]) -> tuple[Record, ...]:
    found = [
        (
            london_day(one.observed_at),
            Record(
                f"Observed practice: {title_of(one.activity_code).lower()}",
                f"{one.setting}{', with ' + _name(one.person, shown) if one.person else ''}."
                f" Watched by {one.assessor.label}",
                " ".join(part for part in (one.feedback, f"“{one.reflection}”" if one.reflection else "") if part),
                RESULTS[one.result],
            ),
        )
        for one in evidence.practices
    ]
    found += [
        (
            one.taken_on,
            Record(
                f"Knowledge test: {one.score} of {one.out_of}", f"Recorded by {one.recorded_by}", "",
                Tag("Passed", "green") if one.is_passed else Tag("Not passed", "red"),
            ),
        )
        for one in evidence.tests
    ]  # fmt: skip
    found += [
        (
            one.done_on,
            Record(
                f"Course: {one.title}",
                f"{one.provider or 'Provider not recorded'}."
                f"{' Counts until ' + short_day(one.expires_on) if one.expires_on else ''}",
                "",
            ),
        )
        for one in evidence.trainings
    ]
    found += [
        (london_day(one.at), Record(DECLARED[one.kind], f"{one.by_name}, {one.organisation}", one.text))
        for one in evidence.declarations
    ]
    found.sort(key=lambda one: one[0], reverse=True)
    return tuple(
        Record(record.title, f"{short_day(day)}. {record.text}", record.more, record.tag) for day, record in found
    )


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a delegation."""

    title: str
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker to choose: why they may, or why not and the nearest thing that would change it."""

    id: int
    name: str
    employer: str
    why: WhyMay
    answer: Tag | None
    code: str
    may_be_asked: bool
    url: str


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One decision, whole."""

    id: int
    title: str
    person: str
    person_url: str
    state: Tag
    suspended: str
    by: str
    review: Tag
    starts: str
    assessed: tuple[tuple[str, str, str], ...]
    instructions: str
    if_out_of_range: str
    limits: tuple[str, ...]
    workers: tuple[Candidate, ...]
    events: tuple[Happened, ...]
    is_active: bool
    is_suspended: bool
    is_ended: bool
    latest: str


def present_decision(row, candidates: tuple[Candidate, ...], latest: date, now: datetime) -> DecisionPage:
    """A delegation in words: what was assessed, what to do, who does it, and what happened to it."""
    activity = published_activities().get(row.activity_code)
    questions = {one.code: one for one in questions_for(activity)} if activity else {}
    return DecisionPage(
        id=row.pk,
        title=title_of(row.activity_code),
        person=row.person.label,
        person_url=reverse("delegation:of_person", args=[row.person_id]),
        state=STATES[row.state],
        suspended=row.suspended_reason,
        by=f"{_who_decided(row)}, {short_day(london_day(row.made_at))}",
        review=due_tag(row.review_on, london_day(now), *REVIEW),
        starts=short_day(row.starts_on) if row.starts_on else "",
        assessed=tuple(
            (
                questions[code].text if code in questions else code,
                dict(questions[code].answers).get(said.get("answer", ""), "") if code in questions else "",
                said.get("text", ""),
            )
            for code, said in row.assessed.items()
        ),
        instructions=row.instructions,
        if_out_of_range=row.if_out_of_range,
        limits=tuple(limit_words(one) for one in row.limits.all() if one.removed_at is None),
        workers=candidates,
        events=tuple(
            Happened(
                EVENTS.get(one.kind, one.kind.capitalize()), "" if one.text == one.by_name else one.text,
                f"{one.by_name}{', ' + one.employer if one.employer else ''}, {time_words(one.at, now)}",
            )
            for one in sorted(row.events.all(), key=lambda one: one.pk, reverse=True)
        ),
        is_active=row.state == DelegationState.ACTIVE,
        is_suspended=row.state == DelegationState.SUSPENDED,
        is_ended=row.state == DelegationState.ENDED,
        latest=latest.isoformat(),
    )  # fmt: skip


def limit_words(one) -> str:
    """A limit in one sentence."""
    low = f"{one.low.normalize():f}" if one.low is not None else ""
    high = f"{one.high.normalize():f}" if one.high is not None else ""
    between = f"between {low} and {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    unit = f" {one.unit}" if one.unit else ""
    stops = " Outside it, the delegation stops at once." if one.stops else ""
    return f"{one.reading} {between}{unit}.{stops}"


def present_candidates(
    workers: Iterable,
    found: Mapping[tuple[int, int, str], May],
    person_id: int,
    activity: Activity,
    asked: Mapping,
    *,
    is_being_decided: bool = False,
) -> tuple[Candidate, ...]:
    """Workers to choose from, those who may first; `asked` are the answers by worker.

    While it `is_being_decided`, that nobody has delegated it yet says nothing of a worker.
    """
    rows = []
    for worker in workers:
        may = found.get((worker.pk, person_id, activity.code))
        if may is None:
            continue
        if is_being_decided and may.why is Because.NOBODY_DELEGATED:
            may = May(True, Because.SIGNED_OFF, "Ready for it: they may as soon as it is delegated and they accept.")
        answer = asked.get(worker.pk)
        competence = activity.delegable.competence if activity.delegable else None
        rows.append(
            Candidate(
                id=worker.pk,
                name=worker.label,
                employer=str(worker.organisation),
                why=why_words(worker.label, may),
                answer=ANSWERS[answer] if answer else None,
                code=answer or "",
                may_be_asked=answer not in (WorkerAnswer.ASKED, WorkerAnswer.ACCEPTED),
                url=reverse("delegation:competence", args=[worker.pk, competence])
                if competence
                else reverse("delegation:worker", args=[worker.pk]),
            )
        )
    return tuple(sorted(rows, key=lambda one: (one.answer is None, not one.why.may, one.name)))


@dataclass(frozen=True, slots=True)
class Mine:
    """What a worker is asked to do for one person."""

    id: int
    title: str
    person: str
    answer: Tag
    is_asked: bool
    is_accepted: bool
    instructions: str
    if_out_of_range: str
    limits: tuple[str, ...]
    why: WhyMay
    by: str


def present_mine(rows: Iterable, found: Mapping[tuple[int, int, str], May], today: date) -> tuple[Mine, ...]:
    """What a worker is asked to do, those without an answer first."""
    lines = [
        Mine(
            id=one.delegation_id,
            title=title_of(one.delegation.activity_code),
            person=one.delegation.person.label,
            answer=ANSWERS[one.answer],
            is_asked=one.answer == WorkerAnswer.ASKED,
            is_accepted=one.answer == WorkerAnswer.ACCEPTED,
            instructions=one.delegation.instructions,
            if_out_of_range=one.delegation.if_out_of_range,
            limits=tuple(limit_words(limit) for limit in one.delegation.limits.all() if limit.removed_at is None),
            why=why_words(
                one.worker.label, found[one.worker_id, one.delegation.person_id, one.delegation.activity_code]
            ),
            by=_who_decided(one.delegation),
        )
        for one in rows
        if (one.worker_id, one.delegation.person_id, one.delegation.activity_code) in found
    ]
    return tuple(sorted(lines, key=lambda one: (not one.is_asked, one.person, one.title)))
