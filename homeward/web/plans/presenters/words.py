"""Words of plans that several pages use."""

from homeward.plans.states import Doer, HowOften, TimeOfDay
from homeward.procedures.selectors import library, skill_title
from homeward.web.persons import short_day
from homeward.web.words import listed, skill_words, wall_words, weekday_words

WORKER_WORDS = {1: "", 2: "two together"}


def when_words(activity) -> str:
    """How often and when in the day something is done: every day, in the morning and at bedtime."""
    if activity.often == HowOften.AS_NEEDED:
        return "when needed"
    if activity.often == HowOften.ONCE:
        often = f"once, on {short_day(activity.starts_on)}" if activity.starts_on else "once"
    else:
        often = weekday_words(activity.weekdays) if activity.weekdays else "every day"
    times = listed([time_words(code) for code in activity.times])
    return f"{often}, {times}" if times else often


def time_words(code: str) -> str:
    """A time of day inside a sentence."""
    words = {
        TimeOfDay.MORNING: "in the morning",
        TimeOfDay.MIDDAY: "at midday",
        TimeOfDay.TEATIME: "at teatime",
        TimeOfDay.BEDTIME: "at bedtime",
        TimeOfDay.ANY: "at any time of the day",
    }
    return words.get(code, code)


def doer_words(activity) -> str:
    """Who does something, inside a sentence."""
    if activity.doer == Doer.PERSON:
        return "the person"
    if activity.doer != Doer.STAFF:
        return activity.doer_name or Doer(activity.doer).label.lower()
    who = skill_words(activity.skill) if activity.skill else "our team"
    return f"{who}, two together" if activity.workers == 2 else who


def pattern_words(pattern) -> str:
    """When visits come and who makes them: every day 7am to 10am, 30 minutes, home care worker."""
    who = listed([skill_words(slot["skill"]) for slot in pattern.slots])
    together = " together" if len(pattern.slots) > 1 else ""
    until = f", until {short_day(pattern.ends_on)}" if pattern.ends_on else ""
    times = f"{wall_words(pattern.opens_at)} to {wall_words(pattern.closes_at)}"
    return f"{weekday_words(pattern.weekdays)}, start {times}, {pattern.minutes} minutes, {who}{together}{until}"


def capital(text: str) -> str:
    """The first letter large."""
    return f"{text[:1].upper()}{text[1:]}"


def hours_words(minutes: int) -> str:
    """Minutes as hours and minutes: 10 hours 30 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {'hour' if hours == 1 else 'hours'}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} minutes")
    return " ".join(parts)


def skill_groups(pathway) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Who can be sent, for a list to choose from: those of the pathway first, then everybody else."""
    own = dict.fromkeys(slot.skill for visit in pathway.visits for slot in visit.staff)
    others = [skill.code for skill in library().skills if skill.kind == "profession" and skill.code not in own]
    rest = sorted(((code, skill_title(code)) for code in others), key=lambda pair: pair[1])
    return (
        ("On this pathway", tuple((code, skill_title(code)) for code in own)),
        ("Others", tuple(rest)),
    )
