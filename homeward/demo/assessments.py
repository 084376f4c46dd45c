"""Assessments of a few people in home care: enough to see scores over time, a score that is owed, and what is due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from homeward.access.rules import Actor
from homeward.assessments.models import FilledForm
from homeward.assessments.services import choose_form, complete_form, save_answers, start_form, tell_of_score
from homeward.demo.making import Making, acting
from homeward.demo.staff import Staff
from homeward.episodes.models import Episode
from homeward.kernel.rules import wall_clock
from homeward.people.models import Person
from homeward.procedures.rules import Question, QuestionType, shown
from homeward.procedures.selectors import built
from homeward.teams.models import Worker

# A form, days ago, hours ago, and its answers; those not given are the quiet ones (`_quiet`). None leaves it a draft.
Told = tuple[str, int, int, Mapping[str, Any]]
CALM = {"answered_by": "person", "one_thing": "More visitors."}
FALLS = {
    "falls_last_year": 3, "fall_detail": "Twice on the way to the toilet at night, once in the garden.",
    "could_get_up": "with_help", "injury": "minor", "blackout": False, "fear": "some",
    "causes": ["balance", "sight", "toilet"], "walks": "frame", "timed_up_and_go": 21, "around": ["rugs", "light"],
    "actions": ["exercise", "home_changes", "sight_test"],
    "actions_detail": "Therapist starts exercises on Monday. Son takes up the rugs. Night light ordered.",
    "getting_up_taught": True,
}  # fmt: skip
OBSERVED = {
    "over_16": True, "oxygen_scale": "scale_1", "on_oxygen": "air", "consciousness": "alert", "worried": False,
    "told_to_do": "Ring us, or 111 at night. 999 if breathing gets worse.",
}  # fmt: skip
MEASURED = ("respiration_rate", "oxygen_saturation_scale_1", "systolic_pressure", "pulse", "temperature")
WELL, UNWELL, WORSE = (
    dict(zip(MEASURED, row, strict=True))
    for row in ((16, 97, 132, 76, 36.8), (22, 93, 108, 104, 38.4), (21, 95, 108, 96, 38.2))
)
WELLBEING = ("wellbeing_life", "wellbeing_worth", "wellbeing_joy", "wellbeing_calm")
LOW, BETTER = (dict(zip(WELLBEING, row, strict=True)) for row in ((4, 5, 3, 5), (7, 6, 6, 7)))
STRAINED = {"strain_sleep": "sometimes", "strain_time": "often", "strain_worry": "often"}
CARE_ACT = {
    "wants": "To stay in my own home, cook my own dinner and get to chapel on Sundays.",
    "strengths": "Plans her week, knows her medicines, good neighbours.", "matters_most": "Chapel.",
    "arises_from": True, "arises_detail": "Osteoarthritis and a stroke two years ago, with a weak left side.",
    "nutrition": "unable", "nutrition_ways": ["assistance"], "nutrition_detail": "Cannot lift pans or cut food.",
    "hygiene": "unable", "hygiene_ways": ["assistance", "longer"], "hygiene_detail": "Needs help into the shower.",
    "community": "unable", "community_ways": ["danger"], "community_detail": "Falls on kerbs. Wants to go to chapel.",
    "impact": True, "impact_areas": ["dignity", "taking_part", "relationships"],
    "impact_detail": "She stays in, eats cold food, and says that the days are long.",
    "carer": True, "carer_detail": "Her daughter shops and cooks at weekends. Willing, not able to do more.",
    "carer_offered": True, "determination": "eligible",
    "determination_reasons": "Needs come from a stroke and arthritis. Three outcomes cannot be achieved without help,"
    " leaving out what her daughter does. Without help she would lose her health, dignity and company.",
    "eligible_needs": "Meals: two visits a day. Washing: three mornings. Chapel: a volunteer driver.",
}  # fmt: skip
TRUSTED = {
    "assessed_for": ["home_care"], "agreement": "TA-12", "agreement_provider": "Merrowdale Home Care",
    "agreement_scope": "Returns home with up to four visits a day.", "lived": "In a terraced house, alone.",
    "assessor_competence": "Therapist, signed off by the provider.", "help_needed": ["washing"], "pathway": "p1",
    "wants": "Home, in my own bed.", "capacity_doubted": False,
}  # fmt: skip
CAPACITY = {
    "decision": "Whether to have a key safe fitted at the front door.", "decision_by": "can_wait",
    "why_doubted": "Gave different answers on two days and could not say what a key safe is for.",
    "steps_taken": ["plain", "place", "time"], "steps_detail": "Shown one, in the kitchen, after breakfast.",
    "impairment": True, "impairment_detail": "Dementia, diagnosed in 2024. It will last.",
    "understand": "can", "retain": "cannot", "weigh": "cannot", "communicate": "can",
    "retain_evidence": "Had forgotten the key safe within a minute, four times.", "causal": True,
    "conclusion": "lacks_capacity", "principles": ["assumed", "helped", "unwise"],
}  # fmt: skip
FIRST: tuple[Told, ...] = (
    ("care-act-needs-assessment", 41, 3, CARE_ACT),
    ("falls-assessment", 200, 2, FALLS),
    ("pressure-risk", 68, 1, {"scale": "waterlow", "total_waterlow": 9, "skin_seen": "all", "damage": "unbroken"}),
    ("pressure-risk", 40, 1, {"scale": "waterlow", "total_waterlow": 13, "skin_seen": "all", "damage": "unbroken"}),
    ("pressure-risk", 12, 1, {"scale": "waterlow", "total_waterlow": 16, "skin_seen": "all", "damage": "red"}),
    ("frailty", 41, 2, {"may_use": "usable", "frailty_number": 6, "actions": ["falls", "nutrition"]}),
    ("wellbeing-own-scale", 90, 3, {**CALM, **LOW}),
    ("wellbeing-own-scale", 8, 3, {**CALM, **BETTER}),
    ("carer-strain", 41, 1, {"carer_name": "Her daughter", **STRAINED}),
    ("news2", 9, 4, {**OBSERVED, **WELL}),
    ("news2", 2, 4, {**OBSERVED, **UNWELL, "worried": True}),
    ("news2", 0, 1, {**OBSERVED, **WORSE, "worried": True}),
)  # fmt: skip
SECOND: tuple[Told, ...] = (
    ("trusted-assessment", 6, 2, TRUSTED),
    ("mental-capacity-assessment", 20, 3, CAPACITY),
    ("home-environment", 20, 2, {"problems": ["bath", "smoke"], "agrees": "wants"}),
    ("safeguarding-concern", 20, 1, {"safe_now": True, "report": "reported", "at_risk": True}),
)  # fmt: skip

# So many have said how they were at the start and at the end of a plan, over so many months
WITH_PLANS, MONTHS_OF_PLANS = 24, 12
WANTED = ("To sleep through the night.", "To go out without panicking.", "To cook for my sister.", "To see my friends.")
HELPED = (
    "Going for a walk together first.",
    "The plan on the fridge.",
    "Somebody who had been there.",
    "Mornings off.",
)


def make_assessments(making: Making, staff: Staff) -> int:
    """Assess two people in home care, by the services that everybody uses; gives how many forms were completed."""
    people = [
        episode.person
        for episode in Episode.objects.filter(
            service=making.service, ended_at=None, pathway__code="home-care-with-delegated-tasks",
            person__died_on=None, person__gender="female", started_at__lt=making.now - timedelta(days=1),
        ).select_related("person").order_by("id")[:2]
    ]  # fmt: skip
    workers = staff.doing("Nurse", "Community nurse", "Therapist", "Occupational therapist") or staff.workers
    if not people or not workers:
        return 0
    number = 0
    choose_form(
        actor=making.actor, service_id=making.service.pk, choice="wellbeing", form_code="wellbeing-own-scale",
        now=making.now - timedelta(days=120),
    )  # fmt: skip
    for person, told in zip(people, (FIRST, SECOND), strict=False):
        for place, (form, days, hours, answers) in enumerate(told):
            actor = acting(making, workers[place % len(workers)])
            at = making.now - timedelta(hours=hours)
            if days:  # by day, whenever the place is made
                at = wall_clock(making.today - timedelta(days=days), "15:00") - timedelta(hours=hours)
            filled = fill(actor, making, person, form, answers, at)
            number += 1
            for owed in filled.scores_owed.all() if days else ():  # today's is left to be told
                tell_of_score(
                    actor=actor, owed=owed, told_name="Dr Made Up", told_role="GP on call",
                    told_at=at + timedelta(minutes=20), said="Will ring within the hour. Fluids and paracetamol now.",
                    now=at + timedelta(minutes=25),
                )  # fmt: skip
    number += _wellbeing(making, workers[0], {person.pk for person in people})
    draft = start_form(
        actor=making.actor, service_id=making.service.pk, form_code="moving-and-handling",
        subject=("person", people[0].pk), person=people[0], now=making.now - timedelta(hours=20),
    )  # fmt: skip
    save_answers(
        actor=making.actor, filled=draft,
        answers={"can_help": "Stands with the frame when reminded.", "walk": "watched"},
        revision=draft.revision, now=making.now - timedelta(hours=20),
    )  # fmt: skip
    return number


def _wellbeing(making: Making, worker: Worker, besides: set[int]) -> int:
    """Plans of a few people at their start and six months later: most are better, some are not; how many forms."""
    luck = making.luck("wellbeing")
    actor = acting(making, worker)
    some = Person.objects.filter(died_on=None, episodes__service=making.service).exclude(pk__in=besides).distinct()
    number = 0
    for place, person in enumerate(some.order_by("pk")[:WITH_PLANS]):
        ended = making.today - timedelta(days=20 + place % MONTHS_OF_PLANS * 30 + luck.randint(0, 9))
        score, rise = luck.randint(14, 21), luck.choice((-2, 0, 1, 3, 4, 6, 7))
        visits, stays = luck.randint(0, 4), luck.choice((0, 0, 0, 1, 2))
        said = {"scale": "swemwbs", "remembers": True}
        before = {
            **said, "wants": luck.choice(WANTED), "wants_today": luck.randint(1, 4), "total_swemwbs": score,
            "emergency_visits": visits, "admissions": stays,
        }  # fmt: skip
        after = {
            **said, "wants_now": luck.randint(3, 8), "what_helped": luck.choice(HELPED), "same_scale": True,
            "total_swemwbs": score + rise, "emergency_visits": max(0, visits - luck.randint(0, 2)),
            "admissions": max(0, stays - luck.randint(0, 1)),
        }  # fmt: skip
        own = [dict(zip(WELLBEING, (luck.randint(3, 6) + more for _ in WELLBEING), strict=True)) for more in (0, 1)]
        for form, days, answers in (
            ("wellbeing-before", 182, before), ("wellbeing-own-scale", 182, {**CALM, **own[0]}),
            ("wellbeing-after", 0, after), ("wellbeing-own-scale", 0, {**CALM, **own[1]}),
        ):  # fmt: skip
            fill(actor, making, person, form, answers, wall_clock(ended - timedelta(days=days), "11:00"))
            number += 1
    return number


def fill(
    actor: Actor, making: Making, person: Person, form: str, answers: Mapping[str, Any], at: datetime,
    of: tuple[str, int] | None = None,
) -> FilledForm:  # fmt: skip
    """A form of a person, or `of` an episode of theirs, filled in and completed; what is not answered, quietly."""
    told = {"actor": actor, "now": at}
    subject = of or ("person", person.pk)
    filled = start_form(service_id=making.service.pk, form_code=form, subject=subject, person=person, **told)
    definition = built(filled.form)
    full = dict(answers)
    while waiting := [
        question
        for section in shown(definition, full)
        for question in section.questions
        if question.required and question.code not in full
    ]:
        full[waiting[0].code] = _quiet(waiting[0], at)
    save_answers(filled=filled, answers=full, revision=filled.revision, **told)
    return complete_form(filled=filled, **told)


def _quiet(question: Question, at: datetime) -> Any:
    """The answer that raises nothing further: no, nothing, alone, the least."""
    codes = [option.code for option in question.options]
    calm = next((code for code in ("none", "able", "alone", "unbroken", "never", "can") if code in codes), None)
    match question.type:
        case QuestionType.YES_NO:
            return False
        case QuestionType.CHOICE:
            return calm or codes[0]
        case QuestionType.CHOICES:
            return [calm or codes[0]]
        case QuestionType.NUMBER:
            return question.minimum or 0
        case QuestionType.DATE:
            return at.date().isoformat()
        case QuestionType.TIME:
            return f"{at:%H:%M}"
        case QuestionType.DATE_TIME:
            return f"{at:%Y-%m-%dT%H:%M}"
    return "Nothing to add."
