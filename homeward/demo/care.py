"""Plans: what was agreed with somebody, and the visits that follow, in the windows people live by."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from homeward.demo.making import some
from homeward.demo.plan_words import (
    EQUIPMENT,
    FAMILY,
    GOAL_SCALES,
    GOOD_DAYS,
    IF_NOT,
    MATTERS,
    NEEDS,
    OWN,
    STRENGTHS,
    SUPPORT,
    WHAT_IFS,
    WISHES,
)
from homeward.demo.words import GOALS
from homeward.plans.models import CarePlan, Goal, GoalReview
from homeward.plans.rules import time_of_day
from homeward.plans.services import Content, NewActivity, NewContingency, NewGoal, NewNeed, NewPattern

# Half-hours of a morning are agreed with the person; the widest is the pathway's own.
MORNINGS = (("07:00", "10:00"), ("07:00", "10:00"), ("07:00", "09:00"), ("07:30", "09:30"), ("08:00", "10:00"))
LUNCHES = (("11:30", "13:30"), ("11:30", "13:30"), ("12:00", "14:00"))
TEAS = (("16:00", "18:00"), ("16:00", "18:00"), ("16:30", "18:30"))
BEDS = (("19:00", "22:00"), ("19:00", "22:00"), ("19:30", "21:30"), ("20:00", "22:00"))
MEDICINES_GAP_MINUTES = 180  # between doses, start to start
INSULIN_GAP_MINUTES = 480
# Share of people in home care with each kind of plan: one to four visits a day, one or two workers, delegated tasks.
PACKAGES = {
    "morning": 9,
    "morning_bed": 20,
    "three": 17,
    "four": 24,
    "hoist": 9.5,
    "insulin": 8,
    "dressing": 5,
    "legs": 5,
    "catheter": 4.5,
}
REVIEWED_AFTER_DAYS = 14
DELEGATED = {"insulin", "dressing", "legs", "catheter"}


@dataclass(frozen=True, slots=True)
class Package:
    """A plan in words and the visits it needs. `is_delegated` where a worker does a health task under a nurse."""

    summary: str
    goals: Content
    patterns: list[NewPattern]
    is_delegated: bool = False
    delegated_text: str = ""


def _slots(skill: str, minutes: int, *competences: str, two: bool = False) -> list[dict]:
    return [{"skill": skill, "competences": list(competences), "minutes": minutes} for _ in range(2 if two else 1)]


def _tasks(titles: dict[str, str], *codes: str, delegated: tuple[str, ...] = ()) -> list[dict]:
    return [{"code": code, "title": titles[code], "is_delegated": code in delegated} for code in codes]


def home_care(
    luck: random.Random, titles: dict[str, str], starts_on: date, today: date, *, is_new: bool, needs: str = ""
) -> Package:
    """Home care with, for some, health tasks that a nurse delegated to the worker; `needs` is one of `PACKAGES`."""
    kind = needs or luck.choices(list(PACKAGES), list(PACKAGES.values()))[0]
    goals = some(luck, GOALS, 2)
    if is_new:
        # agreed at home by a nurse and a worker before anything else begins
        first = NewPattern(
            title="Agree the plan at home",
            opens_at="09:00",
            closes_at="16:00",
            minutes=60,
            slots=_slots("nurse", 60) + _slots("home_care_worker", 60),
            tasks=_tasks(titles, "home_care_first_visit"),
            starts_on=starts_on,
            ends_on=starts_on,
        )
        return Package("First visit to agree the plan.", _first_content(goals), [first])
    medicines = luck.random() < 0.62
    care = ("personal_care", "meals_and_drinks") + (("medication_support",) if medicines else ())
    needed = ("medication_support",) if medicines else ()
    delegated = ("medication_support",)
    gap = MEDICINES_GAP_MINUTES if medicines and luck.random() < 0.55 else 0

    def visit(title: str, times: tuple, minutes: int, codes: tuple, competences: tuple = (), **more) -> NewPattern:
        opens, closes = luck.choice(times)
        return NewPattern(
            title=title,
            opens_at=opens,
            closes_at=closes,
            minutes=minutes,
            slots=_slots("home_care_worker", minutes, *competences, two=more.pop("two", False)),
            tasks=_tasks(titles, *codes, delegated=more.pop("delegated", delegated)),
            starts_on=starts_on,
            **more,
        )

    meals = ("meals_and_drinks",) + (("medication_support",) if medicines else ())
    night = ("personal_care", "wellbeing_check") + (("medication_support",) if medicines else ())
    morning = visit("Morning care", MORNINGS, luck.choice((30, 30, 45)), care, needed)
    lunch = visit("Lunch", LUNCHES, luck.choice((20, 30)), meals, needed, gap_minutes=gap)
    tea = visit("Tea", TEAS, luck.choice((20, 30)), meals, needed, gap_minutes=gap)
    bed = visit("Bed", BEDS, luck.choice((20, 30)), night, needed, gap_minutes=gap)
    text = ""
    if kind == "morning":
        patterns, summary = [morning], "Help to get up, wash, dress and have breakfast."
    elif kind == "morning_bed":
        patterns, summary = [morning, bed], "Help to get up in the morning and to bed at night."
    elif kind == "three":
        patterns, summary = [morning, lunch, tea], "Help in the morning, at lunch and at tea."
    elif kind == "four":
        patterns, summary = [morning, lunch, tea, bed], "Help four times a day, from getting up to bed."
    elif kind == "hoist":
        lifting = ("hoist_transfer", "personal_care")
        patterns = [
            visit("Morning care, two workers", MORNINGS, 45, lifting, two=True),
            visit("Lunch, two workers", LUNCHES, 30, (*lifting, "meals_and_drinks"), two=True),
            visit("Tea, two workers", TEAS, 30, (*lifting, "meals_and_drinks"), two=True),
            visit("Bed, two workers", BEDS, 30, lifting, two=True),
        ]
        summary = "Two workers with a hoist, four times a day. Never move with one."
    elif kind == "insulin":
        tasks = ("blood_glucose_check", "insulin_administration", "meals_and_drinks")
        competent = ("blood_glucose_monitoring", "insulin")
        given = {"delegated": tasks[:2], "is_window_hard": True}
        patterns = [
            visit("Insulin and breakfast", (("07:00", "09:00"),), 30, tasks, competent, **given),
            visit(
                "Insulin and tea", (("16:30", "18:30"),), 30, tasks, competent, gap_minutes=INSULIN_GAP_MINUTES, **given
            ),
        ]
        summary, text = "Insulin twice a day by a worker the nurse has signed off.", "Blood glucose and insulin"
    elif kind == "dressing":
        days = luck.choice(("14", "25", "36", "135"))
        dressing = visit(
            "Dressing", (("09:00", "16:00"),), 30, ("simple_dressing", "wellbeing_check"), ("wound_care_simple",),
            delegated=("simple_dressing",), weekdays=days,
        )  # fmt: skip
        patterns, summary, text = [morning, dressing], "Morning care, and a dressing on set days.", "A simple dressing"
    elif kind == "legs":
        legs = visit(
            "Morning care and compression", (("07:00", "10:30"),), 40, (*care, "compression_hosiery"),
            (*needed, "compression_support"), delegated=("compression_hosiery", *delegated),
        )  # fmt: skip
        patterns, summary, text = [legs, bed], "Compression hosiery on in the morning, off at night.", "Leg care"
    else:
        catheter = {"delegated": ("catheter_bag_care", *delegated)}
        competent = (*needed, "catheter_care")
        patterns = [
            visit("Morning care and catheter", MORNINGS, 40, (*care, "catheter_bag_care"), competent, **catheter),
            visit("Bed and catheter", BEDS, 30, (*night, "catheter_bag_care"), competent, **catheter),
        ]
        summary, text = "Help morning and night, with catheter bag care.", "Catheter bag care"
    if kind in DELEGATED:
        patterns.append(_supervision(luck, titles, starts_on, today))
    if medicines:
        summary += " Medicines prompted and written down."
    return Package(summary, _content(summary, goals, patterns), patterns, kind in DELEGATED, text)


def stoma_care(titles: dict[str, str], starts_on: date) -> NewPattern:
    """Care that a nurse has just agreed to delegate, before any worker has been signed off for it."""
    return NewPattern(
        title="Stoma care",
        opens_at="11:00",
        closes_at="14:00",
        minutes=30,
        slots=_slots("home_care_worker", 30, "bowel_and_stoma_care"),
        tasks=_tasks(titles, "bowel_and_stoma_care", delegated=("bowel_and_stoma_care",)),
        starts_on=starts_on,
    )


def _supervision(luck: random.Random, titles: dict[str, str], starts_on: date, today: date) -> NewPattern:
    """Once in four weeks the nurse comes with the worker and watches."""
    day = max(starts_on, today - timedelta(days=14) + timedelta(days=luck.randrange(28)))
    return NewPattern(
        title="Nurse watches practice",
        opens_at="09:00",
        closes_at="16:00",
        minutes=30,
        slots=_slots("nurse", 30) + _slots("home_care_worker", 30),
        tasks=_tasks(titles, "delegation_supervision"),
        starts_on=day,
        ends_on=day,
    )


def reablement(luck: random.Random, titles: dict[str, str], starts_on: date, today: date, *, is_new: bool) -> Package:
    """Practice at home, fewer visits as the weeks go on, with the therapist's looks at progress."""
    goals = some(luck, GOALS, 3)
    if is_new:
        first = NewPattern(
            title="Baseline and goals",
            opens_at="09:00",
            closes_at="15:00",
            minutes=75,
            slots=_slots("occupational_therapist", 75) + _slots("reablement_worker", 75),
            tasks=_tasks(titles, "reablement_baseline", "reablement_practice"),
            starts_on=starts_on,
            ends_on=starts_on,
        )
        return Package("First visit to agree goals.", _first_content(goals), [first])
    ends_on = starts_on + timedelta(days=41)
    weeks = (today - starts_on).days // 7
    minutes = luck.choice((30, 40, 40))
    times = [
        ("Morning practice", luck.choice(MORNINGS), ("reablement_practice", "personal_care")),
        ("Evening practice", luck.choice((("18:00", "21:00"), ("17:30", "20:30"))), ("reablement_practice",)),
        ("Midday practice", ("12:00", "14:00"), ("reablement_practice", "meals_and_drinks")),
    ]
    how_many = 3 if weeks < 2 else 2 if weeks < 4 else 1
    patterns = [
        NewPattern(
            title=title,
            opens_at=opens,
            closes_at=closes,
            minutes=minutes,
            slots=_slots("reablement_worker", minutes),
            tasks=_tasks(titles, *codes),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for title, (opens, closes), codes in times[:how_many]
    ]
    first_day, second_day = luck.choice((("1", "4"), ("2", "5"), ("1", "3"), ("2", "4"), ("3", "5")))
    weekly = luck.choice("12345")
    for title, skill, length, code, weekdays in (
        ("Exercises", "therapy_assistant", 30, "exercise_programme", first_day + second_day),
        ("Exercises with the physiotherapist", "physiotherapist", 40, "exercise_programme", luck.choice("12345")),
        ("Look at progress", "occupational_therapist", 45, "reablement_review", weekly),
    ):
        if skill == "physiotherapist" and luck.random() < 0.45:
            continue
        patterns.append(
            NewPattern(
                title=title,
                opens_at="09:00",
                closes_at="15:30",
                minutes=length,
                slots=_slots(skill, length),
                tasks=_tasks(titles, code),
                weekdays=weekdays,
                starts_on=starts_on,
                ends_on=ends_on,
            )
        )
    if weeks >= 3 and luck.random() < 0.6:
        day = max(starts_on, today + timedelta(days=luck.randint(-4, 4)))
        patterns.append(
            NewPattern(
                title="Care Act assessment",
                opens_at="09:00",
                closes_at="15:00",
                minutes=90,
                slots=_slots("care_act_assessor", 90),
                tasks=_tasks(titles, "care_act_assessment"),
                starts_on=day,
                ends_on=day,
            )
        )
    words = {
        3: "Three visits a day to practise.",
        2: "Two visits a day to practise.",
        1: "One visit a day to practise.",
    }
    summary = f"{words[how_many]} Fewer as things get easier."
    return Package(summary, _content(summary, goals, patterns), patterns)


def crisis_support(luck: random.Random, titles: dict[str, str], starts_on: date, ends_on: date) -> Package:
    """Up to three days of support after a crisis, with a health review a day for some."""
    times = [
        ("Crisis support, morning", ("07:30", "10:00")),
        ("Crisis support, evening", ("18:30", "21:00")),
        ("Crisis support, midday", ("12:00", "14:00")),
    ]
    patterns = [
        NewPattern(
            title=title,
            opens_at=opens,
            closes_at=closes,
            minutes=30,
            slots=_slots("crisis_responder_care", 30),
            tasks=_tasks(titles, "crisis_support", "wellbeing_check"),
            # the first visit was today: support begins the next day
            starts_on=starts_on + timedelta(days=1),
            ends_on=max(ends_on, starts_on + timedelta(days=1)),
        )
        for title, (opens, closes) in times[: luck.choices((1, 2, 3), (35, 45, 20))[0]]
    ]
    if luck.random() < 0.55:
        patterns.append(
            NewPattern(
                title="Health review",
                opens_at="09:00",
                closes_at="16:00",
                minutes=40,
                slots=_slots("crisis_responder_health", 40),
                tasks=_tasks(titles, "crisis_health_review", "observations"),
                starts_on=starts_on + timedelta(days=1),
                ends_on=max(ends_on, starts_on + timedelta(days=1)),
            )
        )
    summary, goals = "Support at home for up to 72 hours, then a decision with the person.", some(luck, GOALS, 1)
    return Package(summary, _content(summary, goals, patterns), patterns)


def goal_reviews(plans: list[CarePlan], today: date) -> list[GoalReview]:
    """Where people are with their goals, two weeks after they began or today, for plans that have lasted so long."""
    old = [plan.pk for plan in plans if (today - plan.written_at.date()).days > REVIEWED_AFTER_DAYS]
    reviews = []
    for goal in Goal.objects.filter(plan__in=old, level_at_start__isnull=False).select_related("plan").order_by("id"):
        luck = random.Random(f"{goal.text} {goal.pk}")
        level = min(2, goal.level_at_start + luck.choice((0, 1, 1, 2)))
        at = goal.plan.written_at + timedelta(days=REVIEWED_AFTER_DAYS)
        reviews.append(
            GoalReview(
                goal=goal, level=level, reviewed_on=at.date(), at=at, by_name=goal.plan.written_by,
                text="Going well." if level > goal.level_at_start else "No change yet.",
            )
        )  # fmt: skip
    return reviews


def _content(summary: str, goals: list[str], patterns: list[NewPattern]) -> Content:
    """The rest of a plan around its visits: what is said in it draws on no luck but what it is about."""
    luck = random.Random(f"{summary} {goals} {patterns[0].opens_at} {patterns[0].starts_on}")
    done: dict[str, list[NewPattern]] = {}
    for pattern in patterns:
        for task in pattern.tasks:
            done.setdefault(task["code"], []).append(pattern)
    texts = {"matters": luck.choice(MATTERS), "strengths": luck.choice(STRENGTHS), "support": luck.choice(SUPPORT)}
    if luck.random() < 0.6:
        texts["good_day"] = luck.choice(GOOD_DAYS)
    if luck.random() < 0.35:
        texts |= luck.choice(WISHES)
    activities = [_activity(f"a{number}", code, theirs) for number, (code, theirs) in enumerate(done.items(), 1)]
    own, kin = luck.choice(OWN), luck.choice(FAMILY)
    activities.append(NewActivity(own[0], how=own[1], doer="person", key=f"a{len(activities) + 1}"))
    activities.append(
        NewActivity(
            kin[0], how=kin[2], doer="family", doer_name=kin[1], often="as_needed", key=f"a{len(activities) + 1}"
        )
    )
    needs = [NEEDS[code] for code in done if code in NEEDS]
    return Content(
        texts=texts,
        needs=tuple(NewNeed(text, outcome, f"n{number}") for number, (text, outcome) in enumerate(needs, 1)),
        goals=tuple(_goal(f"g{number}", text, patterns[0].starts_on, luck) for number, text in enumerate(goals, 1)),
        activities=tuple(activities),
        contingencies=tuple(
            NewContingency(*what, key=f"c{number}") for number, what in enumerate(luck.sample(WHAT_IFS, 3), 1)
        ),
    )


def _first_content(goals: list[str]) -> Content:
    """A plan before anybody has been: what the person hopes for, and nothing more yet."""
    return Content(goals=tuple(NewGoal(text, key=f"g{number}") for number, text in enumerate(goals, 1)))


def _goal(key: str, text: str, starts_on: date, luck: random.Random) -> NewGoal:
    why, levels = GOAL_SCALES[text]
    scale = {str(level): words for level, words in zip(range(-2, 3), levels, strict=True)}
    return NewGoal(text, why, scale, luck.choice((-2, -2, -1)), starts_on + timedelta(days=42), key)


def _activity(key: str, code: str, patterns: list[NewPattern]) -> NewActivity:
    """What is done at some visits, as one activity of the plan."""
    task = next(task for task in patterns[0].tasks if task["code"] == code)
    days = "".join(sorted({day for pattern in patterns for day in pattern.weekdays}))
    is_once = all(pattern.starts_on == pattern.ends_on for pattern in patterns)
    skills = [slot["skill"] for slot in patterns[0].slots]
    return NewActivity(
        title=task["title"],
        activity_code=code,
        skill=skills[0],
        often="once" if is_once else "daily" if days == "1234567" else "days",
        weekdays="" if is_once or days == "1234567" else days,
        times=tuple(dict.fromkeys(time_of_day(pattern.opens_at, pattern.closes_at) for pattern in patterns)),
        workers=skills.count(skills[0]),
        starts_on=patterns[0].starts_on if is_once else None,
        ends_on=patterns[0].ends_on,
        is_delegated=bool(task.get("is_delegated")),
        equipment=EQUIPMENT.get(code, ""),
        if_not_possible=IF_NOT.get(code, ""),
        key=key,
    )
