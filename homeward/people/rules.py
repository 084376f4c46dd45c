"""Is this the same person? Pure decisions about identity."""

from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from homeward.kernel.rules import is_valid_nhs_number, tidy_name, tidy_nhs_number

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
