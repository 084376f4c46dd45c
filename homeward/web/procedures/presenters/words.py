"""The words of every fixed list of the procedures, and of what they name by code."""

from homeward.procedures.rules import (
    ActivityKind,
    ClockKind,
    Complexity,
    CountsAs,
    FormNeeded,
    FormUse,
    QuestionType,
    Setting,
    Subject,
    Target,
    TargetCounts,
    UnknownCodeError,
    Urgency,
)
from homeward.procedures.selectors import library
from homeward.web.templating import moment_text
from homeward.web.words import either

# Kind of procedure: what one is called, several are called, and the colour of its tag.
KINDS = {
    "pathway": ("Pathway", "Pathways", "blue"),
    "form": ("Form", "Forms", "aqua-green"),
    "activity": ("Activity", "Activities", "purple"),
}
# Urgency in words and the colour of its tag, most urgent first.
URGENCIES = {
    Urgency.CRISIS: ("Crisis", "red"),
    Urgency.URGENT: ("Urgent", "orange"),
    Urgency.SOON: ("Soon", "yellow"),
    Urgency.PLANNED: ("Planned", "blue"),
}
SUBJECTS = {
    Subject.PERSON: "The person",
    Subject.CARER: "Their carer",
    Subject.STAFF: "Staff",
    Subject.SERVICE: "A service",
}
CLOCK_KINDS = {
    ClockKind.RESPONSE: "Someone must have come by then",
    ClockKind.LIMIT: "It must have ended by then",
    ClockKind.REVIEW: "It must have been looked at again by then",
}
SETTINGS = {
    Setting.HOME: "at home",
    Setting.CLINIC: "in a clinic",
    Setting.GROUP: "in a group",
    Setting.BED_UNIT: "in a bed unit",
    Setting.HOSPITAL: "in hospital",
    Setting.COMMUNITY: "in the community",
    Setting.TELEPHONE: "by telephone",
    Setting.VIDEO: "by video",
}
COUNTS_AS = {
    CountsAs.AVOIDED_HOSPITAL: "hospital avoided",
    CountsAs.ADMITTED_TO_HOSPITAL: "admitted to hospital",
    CountsAs.NO_FURTHER_SUPPORT: "no further support",
    CountsAs.LESS_SUPPORT: "less support than before",
    CountsAs.SAME_SUPPORT: "the same support as before",
    CountsAs.MORE_SUPPORT: "more support than before",
    CountsAs.HANDED_OVER: "handed over",
    CountsAs.DECLINED: "declined",
    CountsAs.DIED: "died",
    CountsAs.DIED_WHERE_WISHED: "died where they wished",
    CountsAs.FINISHED_AS_PLANNED: "finished as planned",
    CountsAs.NOT_COUNTED: "not counted",
}
FORMS_NEEDED = {
    FormNeeded.TO_LEAVE_STAGE: "before going on",
    FormNeeded.TO_CLOSE: "before closing",
    FormNeeded.OPTIONAL: "when useful",
}
FORM_USES = {
    FormUse.TRIAGE: "At the front door",
    FormUse.ASSESSMENT: "Assessments",
    FormUse.PLAN: "Plans",
    FormUse.VISIT: "At a visit",
    FormUse.REVIEW: "Reviews",
    FormUse.OUTCOME: "At the end",
    FormUse.SURVEY: "Surveys",
}
QUESTION_TYPES = {
    QuestionType.TEXT: "a line of text",
    QuestionType.LONG_TEXT: "text",
    QuestionType.YES_NO: "yes or no",
    QuestionType.CHOICE: "one of these",
    QuestionType.CHOICES: "any of these",
    QuestionType.NUMBER: "a number",
    QuestionType.DATE: "a day",
    QuestionType.TIME: "a time",
    QuestionType.DATE_TIME: "a day and time",
}
ACTIVITY_KINDS = {
    ActivityKind.HEALTH: "Health",
    ActivityKind.SOCIAL_CARE: "Social care",
    ActivityKind.JOINT: "Health and social care",
}
COMPLEXITIES = {
    Complexity.LOW: "Low complexity",
    Complexity.MEDIUM: "Medium complexity",
    Complexity.HIGH: "High complexity: never delegated",
}
LOCAL_DECISION = "A local decision"


def target_words(target: Target) -> str:
    """How long a clock has: 2 hours, 1 day, 3 days to the end of the day."""
    ending = ", to the end of the day" if target.counts is TargetCounts.CALENDAR_DAYS else ""
    return f"{length_words(target)}{ending}"


def length_words(target: Target) -> str:
    """How long a clock has, where there is no room to say how its days are counted."""
    unit = target.unit.value.rstrip("s") if target.amount == 1 else target.unit.value
    return f"{target.amount} {unit}"


def count_words(number: int, one: str, many: str = "") -> str:
    """1 form, 2 forms."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def event_words(codes: tuple[str, ...]) -> str:
    """Events inside a sentence: referral received or referral reopened."""
    titles = {event.code: event.title for event in library().events}
    words = [titles.get(code, tidy(code)) for code in codes]
    return either([word[:1].lower() + word[1:] for word in words])


def tidy(code: str) -> str:
    """A code as words, where nothing says what it is called."""
    return code.replace("_", " ").replace("-", " ")


def hours_words(minutes: int) -> str:
    """A length of time in its biggest whole unit: 3 days, 4 hours, 90 minutes."""
    if minutes % 1440 == 0:
        return count_words(minutes // 1440, "day")
    if minutes % 60 == 0:
        return count_words(minutes // 60, "hour")
    return count_words(minutes, "minute")


def source_title(code: str) -> str:
    """Publisher and title of a source; its code where the set does not have it."""
    try:
        source = library().source(code)
    except UnknownCodeError:
        return code
    return f"{source.publisher}: {source.title}"


def source_said(code: str | None, is_local: bool) -> str:
    """Where something comes from, and whether the place decided it: a full sentence, or nothing where neither is so."""
    said = f"Source: {source_title(code)}." if code else ""
    return f"{said} {LOCAL_DECISION}.".strip() if is_local else said


def published_words(row) -> str:
    """Which version, when and by whom."""
    return f"Version {row.version}, published {moment_text(row.published_at)} by {row.published_by}"
