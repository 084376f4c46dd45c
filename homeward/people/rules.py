"""Is this the same person, and how must what is written for them be made? Pure decisions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from homeward.kernel.rules import is_valid_nhs_number, tidy_name, tidy_nhs_number

# Ethnic categories that say nothing of a group: nobody asked, and it could not be learnt; and who would not say
NO_ETHNICITY = ("", "99")
ETHNICITY_NOT_STATED = "Z"

# Points for each thing that agrees. A local decision, chosen so that name alone never says "known" and a verified NHS
# number, or name with birth date, always does; tests/rooms/people/test_rules.py is the table.
POINTS_NHS_NUMBER = 100
POINTS_BIRTH_DATE = 45
POINTS_BIRTH_DATE_NEARLY = 25
POINTS_NAME = 40
POINTS_NAME_NEARLY = 28
POINTS_POSTCODE = 20
POINTS_PHONE = 20
LIKELY = 80
POSSIBLE = 60
NEARLY_THE_SAME_NAME = 0.88  # Jaro-Winkler: one or two letters of a usual name
# One letter of a short name, such as Ivy and Ivie, weighs more than it should: then the whole name decides.
SHORT_NAME = 0.75
NEARLY_THE_SAME_WHOLE_NAME = 0.86


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of who somebody is. Empty fields say nothing for or against."""

    given_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    nhs_number: str = ""
    is_nhs_number_verified: bool = False
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two identities are, and the reasons in words."""

    points: int
    reasons: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        """Treat as already known, once a person has looked."""
        return self.points >= LIKELY

    @property
    def is_possible(self) -> bool:
        """Worth showing as somebody it might be."""
        return self.points >= POSSIBLE


def likeness(one: Identity, other: Identity) -> Likeness:
    """How likely two identities are one person. A number that is not verified on both sides counts for nothing."""
    points = 0
    reasons = []
    both_verified = one.is_nhs_number_verified and other.is_nhs_number_verified
    if both_verified and one.nhs_number == other.nhs_number and is_valid_nhs_number(one.nhs_number):
        points += POINTS_NHS_NUMBER
        reasons.append("same NHS number")
    if one.birth_date and other.birth_date:
        if one.birth_date == other.birth_date:
            points += POINTS_BIRTH_DATE
            reasons.append("same date of birth")
        elif _nearly_same_date(one.birth_date, other.birth_date):
            points += POINTS_BIRTH_DATE_NEARLY
            reasons.append("date of birth differs in one place")
    names = [tidy_name(f"{side.given_name} {side.family_name}") for side in (one, other)]
    if all(names):
        if names[0] == names[1]:
            points += POINTS_NAME
            reasons.append("same name")
        elif _names_alike(one, other):
            points += POINTS_NAME_NEARLY
            reasons.append("nearly the same name")
    if one.postcode and one.postcode == other.postcode:
        points += POINTS_POSTCODE
        reasons.append("same postcode")
    if digits_of(one.phone) and digits_of(one.phone) == digits_of(other.phone):
        points += POINTS_PHONE
        reasons.append("same phone number")
    return Likeness(points, tuple(reasons))


def rest_disagrees(held: Identity, meant: Identity) -> bool:
    """Whether name and birth date are known on both sides and neither is alike, whatever number the two share."""
    comparable = held.birth_date and meant.birth_date and held.family_name and meant.family_name
    return bool(comparable) and likeness(_by_name_and_birth(held), _by_name_and_birth(meant)).points == 0


def surely_same(held: Identity, meant: Identity) -> bool:
    """Whether nobody need look: one verified NHS number, the same birth date, and names that are alike."""
    is_one_number = held.is_nhs_number_verified and meant.is_nhs_number_verified
    if not is_one_number or held.nhs_number != meant.nhs_number or not held.birth_date:
        return False
    alike = likeness(_by_name_and_birth(held), _by_name_and_birth(meant)).points
    return held.birth_date == meant.birth_date and alike >= POINTS_BIRTH_DATE + POINTS_NAME_NEARLY


def _by_name_and_birth(one: Identity) -> Identity:
    return replace(one, nhs_number="", is_nhs_number_verified=False, postcode="", phone="")


def digits_of(phone: str) -> str:
    """A phone number's digits, the country code folded to a leading 0; empty when too short to tell people apart."""
    digits = "".join(character for character in phone if character.isdigit())
    if digits.startswith("44") and len(digits) > 10:
        digits = "0" + digits[2:]
    return digits if len(digits) >= 10 else ""


def read_nhs_number(text: str) -> tuple[str, bool]:
    """The digits of an NHS number and whether they can be trusted to match people.

    A number that fails its check digit is kept as it came and never trusted: national example messages are full of
    them (STANDARDS section E), and refusing the referral would leave somebody without help.
    """
    digits = tidy_nhs_number(text)
    return digits, is_valid_nhs_number(digits)


def _names_alike(one: Identity, other: Identity) -> bool:
    mine = (tidy_name(one.given_name), tidy_name(one.family_name))
    theirs = (tidy_name(other.given_name), tidy_name(other.family_name))
    in_order = [JaroWinkler.similarity(a, b) for a, b in zip(mine, theirs)]
    swapped = [JaroWinkler.similarity(a, b) for a, b in zip(mine, reversed(theirs))]
    whole = JaroWinkler.similarity(" ".join(mine), " ".join(theirs))
    return max(min(in_order), min(swapped)) >= NEARLY_THE_SAME_NAME or (
        min(in_order) >= SHORT_NAME and whole >= NEARLY_THE_SAME_WHOLE_NAME
    )


def _nearly_same_date(one: date, other: date) -> bool:
    if (one.day, one.month) == (other.month, other.day) and one.year == other.year:
        return True
    return DamerauLevenshtein.distance(one.isoformat(), other.isoformat()) == 1


EARLIEST_DAY = date(1900, 1, 1)  # a record of somebody alive holds nothing older; before it a year was mistyped


def day_fault(day: date, today: date | None = None, born: date | None = None) -> str:
    """What is wrong with a day, in words for whoever gave it; "" where nothing is.

    `today` None lets it be in the future; a birth date in the future is wrong itself, and says nothing.
    """
    if day < EARLIEST_DAY:
        return f"The day is before {EARLIEST_DAY.year}. Check the year."
    if today is not None and day > today:
        return "The day is in the future. Check it."
    if born is not None and day < born and (today is None or born <= today):
        return "The day is before they were born. Check it, and their date of birth."
    return ""


# Sizes of print. Large print starts at 16 point (UKAAF minimum standards for clear and large print); easy read at 14
# (Inclusion Europe, Information for all). What a person asks for above that is done.
ORDINARY_POINTS = 12
LARGE_PRINT_POINTS = 16
EASY_READ_POINTS = 14
LARGEST_POINTS = 36
ENGLISH = "English"
# Needs that make ordinary print doubtful, although no format was asked for
ASK_FOR_A_FORMAT = {
    "low_vision": "They have low vision: ask how letters should be made",
    "learning_disability": "They have a learning disability: ask whether easy read helps",
}


@dataclass(frozen=True, slots=True)
class Format:
    """How every letter and page for a person must be made, from what they asked for.

    `points` is the size of print, `language` what it is written in, `paper` a colour ("" is white). `sent_by` is
    "post", "email" or "text message". `to_ask` are questions nobody has put to them yet.
    """

    points: int = ORDINARY_POINTS
    language: str = ENGLISH
    is_easy_read: bool = False
    is_audio: bool = False
    is_braille: bool = False
    is_signed: bool = False
    is_plain_email: bool = False
    sent_by: str = "post"
    paper: str = ""
    to_ask: tuple[str, ...] = ()

    @property
    def is_large(self) -> bool:
        """Whether print is larger than usual."""
        return self.points >= LARGE_PRINT_POINTS

    @property
    def needs_translation(self) -> bool:
        """Whether English has to be translated first, by somebody and never by the machine alone."""
        return self.language != ENGLISH

    @property
    def is_usual(self) -> bool:
        """Whether nothing out of the ordinary is asked."""
        return not self.in_words()

    def in_words(self) -> tuple[str, ...]:
        """What is to be done, a line each; none where an ordinary letter will do."""
        lines = []
        if self.needs_translation:
            lines.append(f"Translated into {self.language}")
        if self.is_easy_read:
            lines.append("Easy read: short sentences, one idea in each, pictures beside them")
        if self.is_large:
            lines.append(f"Large print, {self.points} point")
        elif self.points > ORDINARY_POINTS:
            lines.append(f"Print of {self.points} point")
        if self.is_braille:
            lines.append("Braille")
        if self.is_audio:
            lines.append("Audio, or text that a screen reader reads well")
        if self.is_signed:
            lines.append("Signed in British Sign Language, by video or an interpreter")
        if self.paper:
            lines.append(f"On {self.paper} paper")
        if self.is_plain_email:
            lines.append("By email as plain text")
        elif self.sent_by == "text message":
            lines.append("By text message, in short parts")
        return tuple(lines)


def formats_for(needs: Iterable[tuple[str, str]], reads_in: str = "") -> Format:
    """How every letter and page for somebody must be made (Accessible Information Standard: identify, record, meet).

    `needs` are the kind (people.states.NeedKind) and the person's own words of each standing communication need, in
    which a size ("20 point") and a colour ("yellow paper") are read; `reads_in` is the language of letters, "" for
    English. Needs that say nothing of letters change nothing.
    """
    told: dict[str, str] = {}
    for kind, text in needs:
        told[kind] = f"{told.get(kind, '')} {text}".strip()
    is_easy_read, is_braille, is_audio = ("easy_read" in told, "braille" in told, "audio" in told)
    points = ORDINARY_POINTS
    if is_easy_read:
        points = EASY_READ_POINTS
    if "large_print" in told:
        points = max(LARGE_PRINT_POINTS, points_in(told["large_print"]))
    has_a_format = is_easy_read or is_braille or is_audio or "large_print" in told or "email" in told
    return Format(
        points=points,
        language=reads_in.strip() or ENGLISH,
        is_easy_read=is_easy_read,
        is_audio=is_audio,
        is_braille=is_braille,
        is_signed="bsl" in told,
        is_plain_email="email" in told,
        sent_by="email" if "email" in told else "text message" if "text_message" in told else "post",
        paper=_colour_in(told["coloured_paper"]) if "coloured_paper" in told else "",
        to_ask=() if has_a_format else tuple(words for kind, words in ASK_FOR_A_FORMAT.items() if kind in told),
    )


def points_in(text: str) -> int:
    """The size of print that somebody's words ask for, at most 36; 0 where they name none."""
    sizes = [int(found) for found in re.findall(r"(\d{1,3})\s*-?\s*(?:pt|point)", text.lower())]
    return min(max(sizes, default=0), LARGEST_POINTS)


def _colour_in(text: str) -> str:
    """The colour of paper asked for: "Pale yellow paper, please" is pale yellow; coloured where none is named."""
    words = re.split(r"[.,;]|\bplease\b", text.lower())[0]
    return " ".join(re.sub(r"\b(paper|print|on|in)\b", " ", words).split()) or "coloured"


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of About Me: its code in the record, what it is called and what to ask the person."""

    code: str
    title: str
    asks: str


# What somebody wants everyone to know of them, under headings of our own that cover what the PRSB standard for About Me
# asks a record to hold. In the order they are asked and shown.
ABOUT_ME = (
    Heading("matters", "What matters most to me", "What do you care about most? What do you want to go on doing?"),
    Heading("people", "Who matters to me", "Who is important to you, and how do you keep in touch with them?"),
    Heading("talking", "How to talk with me", "How do you let people know what you want? What helps you follow?"),
    Heading("doing_well", "What I do for myself", "What can you do, and what do you want to be left to do?"),
    Heading("support", "How to help me, and how not to", "What should somebody who helps you do, and not do?"),
    Heading(
        "good_day", "My days: what is usual, good and bad", "When do you get up, eat, rest? What makes a day good?"
    ),
    Heading("unwell", "How to tell that I am not well", "What do others notice when you are worried or unwell?"),
    Heading("also", "Also worth knowing", "Work, faith, food, pets, your home: whatever else people should know"),
)


def ethnicity_source(category: str, said_by: str) -> str:
    """Who gave an ethnic category, as it is kept: nobody where none is known; only the person can decline to say."""
    if category in NO_ETHNICITY:
        return ""
    return "self" if category == ETHNICITY_NOT_STATED else said_by
