"""Why a record matches what was typed, in words, and how well. Pure Python."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA, JaroWinkler

from homeward.people.searching.asking import Part, Reading
from homeward.people.searching.terms import (
    BIRTH_DATE,
    BIRTH_MONTH,
    BIRTH_YEAR,
    NHS,
    NHS_BACKWARDS,
    PHONE,
    PHONE_BACKWARDS,
    POSTCODE,
    REFERENCE,
    WORD,
    name_words,
    sound_of,
)

# Points decide the order only. A local decision: what belongs to one person alone comes first, a guess last;
# tests/rooms/people/test_ranking.py is the table.
WHOLE_NUMBER, WHOLE_DATE, NEAR_DATE, MONTH, YEAR = 100, 45, 22, 20, 15
POSTCODE_WHOLE, POSTCODE_PART, PHONE_WHOLE, NUMBER_PART = 35, 15, 45, 20
NAME, NAME_BEGUN, NAME_SHORT, NAME_NEAR, NAME_FARTHER, NAME_SOUND, INITIAL = 30, 24, 18, 18, 12, 14, 8
# More where the words come as in the name, less for each word of the name that was not typed.
OTHER_NAME_LESS, IN_ORDER_MORE, WORD_MORE_LESS, MOST_LESS = 4, 2, 1, 3
# Letters that may differ, by how many were typed: short names differ by one letter from too many others.
EDITS = ((6, 2), (4, 1), (0, 0))
SOUND_ALIKE = 0.6  # Jaro-Winkler under which two words of one sound are still too unlike to be a misspelling
SHORT_FORMS = {
    "abby": "abigail", "alex": "alexander", "andy": "andrew", "archie": "archibald", "babs": "barbara",
    "barney": "bernard", "becky": "rebecca", "bella": "isabella", "ben": "benjamin", "bernie": "bernard",
    "bert": "albert", "bertie": "albert", "bess": "elizabeth", "beth": "elizabeth", "betty": "elizabeth",
    "bill": "william", "billy": "william", "bob": "robert", "bobby": "robert", "cathy": "catherine",
    "charlie": "charles", "chris": "christopher", "cissie": "cecilia", "connie": "constance", "dan": "daniel",
    "dave": "david", "debbie": "deborah", "dick": "richard", "dolly": "dorothy", "don": "donald", "dot": "dorothy",
    "dottie": "dorothy", "ed": "edward", "eddie": "edward", "ellie": "eleanor", "ernie": "ernest", "ethel": "ethelinda",
    "flo": "florence", "florrie": "florence", "frank": "francis", "fred": "frederick", "freddie": "frederick",
    "geoff": "geoffrey", "gert": "gertrude", "ginny": "virginia", "greg": "gregory", "gus": "augustus",
    "gwen": "gwendoline", "harry": "henry", "hattie": "harriet", "jack": "john", "jackie": "jacqueline", "jan": "janet",
    "jenny": "jennifer", "jerry": "gerald", "jim": "james", "jimmy": "james", "joe": "joseph", "joey": "joseph",
    "johnny": "john", "jon": "jonathan", "kate": "katherine", "kathy": "kathleen", "katie": "katherine",
    "ken": "kenneth", "kit": "christopher", "kitty": "katherine", "len": "leonard", "lenny": "leonard",
    "les": "leslie", "lizzie": "elizabeth", "liz": "elizabeth", "madge": "margaret", "maggie": "margaret",
    "mandy": "amanda", "marge": "margaret", "mat": "matthew", "matt": "matthew", "meg": "margaret", "mick": "michael",
    "mike": "michael", "millie": "mildred", "molly": "mary", "nan": "ann", "nancy": "ann", "ned": "edward",
    "nell": "helen", "nellie": "helen", "nick": "nicholas", "norrie": "norman", "paddy": "patrick", "pam": "pamela",
    "pat": "patricia", "patsy": "patricia", "peg": "margaret", "peggy": "margaret", "pete": "peter", "phil": "philip",
    "polly": "mary", "ray": "raymond", "reg": "reginald", "rich": "richard", "rick": "richard", "rob": "robert",
    "robbie": "robert", "ron": "ronald", "ronnie": "ronald", "rosie": "rose", "roy": "royston", "sadie": "sarah",
    "sally": "sarah", "sam": "samuel", "sandy": "alexander", "sid": "sidney", "stan": "stanley", "steve": "stephen",
    "sue": "susan", "susie": "susan", "ted": "edward", "teddy": "edward", "terry": "terence", "tessa": "theresa",
    "tim": "timothy", "toby": "tobias", "tom": "thomas", "tommy": "thomas", "tony": "anthony", "trish": "patricia",
    "val": "valerie", "vera": "veronica", "vic": "victor", "vicky": "victoria", "wally": "walter", "will": "william",
    "win": "winifred", "winnie": "winifred",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """The names of one record, and what else it can be found by (its terms)."""

    given_name: str
    family_name: str
    preferred_name: str
    other_names: tuple[str, ...]
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """How well a record matches (for the order) and the reasons in words, the surest first."""

    points: int
    reasons: tuple[str, ...]
    parts_matched: int


def edits_allowed(word: str) -> int:
    """How many letters of a name may be wrong and it still be worth showing."""
    return next(edits for letters, edits in EDITS if len(word) >= letters)


def words_meant(typed: str, words: Iterable[str], limit: int) -> list[str]:
    """Of `words`, those that `typed` (folded, perhaps not finished) may be meant for, nearest first."""
    sound = sound_of(typed)
    near = [(_word_points(typed, word, sound)[0], word) for word in words]
    near = sorted({(points, word) for points, word in near if points}, key=lambda one: (-one[0], one[1]))
    return [word for _, word in near[:limit]]


def near_dates(day: date) -> list[str]:
    """The terms of the dates somebody may have meant: day and month swapped, or one digit wrong."""
    found = set()
    text = f"{day:%Y%m%d}"
    for place in range(len(text)):
        found |= {text[:place] + digit + text[place + 1 :] for digit in "0123456789"}
    found.add(f"{day:%Y%d%m}")
    return sorted(BIRTH_DATE + one for one in found - {text} if _is_date(one))


def match(reading: Reading, named: Named) -> Match:
    """How one record matches what was typed, read one way."""
    points, matched = 0, 0
    said: list[tuple[int, str]] = []
    names = [
        (name_words(named.given_name), "name", ""),
        (name_words(named.family_name), "name", ""),
        (name_words(named.preferred_name), "known as", named.preferred_name),
        *((name_words(name), "another name", name) for name in named.other_names),
    ]
    told: list[tuple[int, str]] = []
    order: list[int] = []
    for part in reading:
        if part.word:
            best, words, place = _name(part.word, names)
            if best:
                order.append(place)
            told.append((best, words))
        else:
            best, words = _way(part, named.terms)
            said.append((best, words))
        points += best
        matched += bool(best)
    if len(order) > 1 and order == sorted(order):
        points += IN_ORDER_MORE
    if order:
        words_in_name = re.split(r"[\s-]+", f"{named.given_name} {named.family_name}".strip())
        points -= min(MOST_LESS, max(0, len(words_in_name) - len(order)) * WORD_MORE_LESS)
    said += _name_reasons(told)
    said.sort(key=lambda one: -one[0])
    return Match(points, tuple(dict.fromkeys(words for _, words in said)), matched)


def _word_points(typed: str, word: str, sound: str) -> tuple[int, str]:
    """How well a typed name matches one word of a name, and what to say of it."""
    if typed == word:
        return NAME, "matches"
    if word.startswith(typed):
        return (NAME_BEGUN, "begins as typed") if len(typed) > 1 else (INITIAL, "begins with this initial")
    if SHORT_FORMS.get(typed) == word:
        return NAME_SHORT, f"{typed.title()} is short for {word.title()}"
    allowed = edits_allowed(typed)
    if allowed:
        # what is typed may not be finished: then only the beginning of the word is there to compare with
        begun = word if word[0] == typed[0] else ""
        lengths = (len(typed) - 1, len(typed), len(typed) + 1)
        shapes = {word, *(begun[:length] for length in lengths if length < len(begun))}
        away = min(OSA.distance(typed, shape, score_cutoff=allowed) for shape in shapes)
        if away <= allowed:
            whole = OSA.distance(typed, word, score_cutoff=allowed)
            said = f"{away} letter{'' if away == 1 else 's'} different"
            return (NAME_NEAR if away == 1 else NAME_FARTHER) - (whole > allowed) * 2, said
    if sound and len(typed) > 2 and sound == sound_of(word) and JaroWinkler.similarity(typed, word) >= SOUND_ALIKE:
        return NAME_SOUND, "sounds the same"
    return 0, ""


def _name(typed: str, names: list[tuple[tuple[str, ...], str, str]]) -> tuple[int, str, int]:
    sound = sound_of(typed)
    best = (0, "", 0)
    for place, (words, kind, name) in enumerate(names):
        for word in words:
            points, said = _word_points(typed, word, sound)
            if points and kind != "name":
                points = max(1, points - OTHER_NAME_LESS)
                said = f"{kind} {name}" if said in ("matches", "begins as typed") else f"{kind} {name}: {said}"
            if points > best[0]:
                best = (points, said, place)
    return best


def _name_reasons(told: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """What to say of all the names typed together: the weakest of them says it, as that is what to look at."""
    if not told:
        return []
    found = [(points, words) for points, words in told if points]
    reasons = []
    weakest = min(found, default=(0, ""))
    plain = {"matches": "name matches", "begins as typed": "name begins as typed",
             "begins with this initial": "initial matches", "sounds the same": "name sounds the same"}  # fmt: skip
    if found:
        words = weakest[1]
        if words.endswith("different"):
            words = f"name is {words}"
        reasons.append((max(points for points, _ in found), plain.get(words, words)))
    if len(found) < len(told):
        reasons.append((0, "another name typed does not match"))
    return reasons


def _way(part: Part, terms: frozenset[str]) -> tuple[int, str]:
    """How well one part that is not a name matches, and what to say of it."""
    best = (0, "")
    for way in part.ways:
        if way.is_beginning:
            hit = next((term for term in terms if term.startswith(way.term)), "")
        else:
            hit = way.term if way.term in terms else ""
        if hit:
            best = max(best, _said(way.term, hit))
    if not best[0] and part.day:
        near = [term for term in near_dates(part.day) if term in terms]
        if near:
            swapped = f"{BIRTH_DATE}{part.day:%Y%d%m}" in near
            said = "day and month of birth are the other way round" if swapped else "birth date is 1 digit different"
            best = (NEAR_DATE, said)
    if not best[0]:
        return 0, "birth date does not match" if part.day else "a number or postcode typed does not match"
    return best


def _said(asked: str, hit: str) -> tuple[int, str]:
    is_whole = asked == hit
    kind = asked[0]
    if kind in (NHS, NHS_BACKWARDS):
        if is_whole:
            return WHOLE_NUMBER, "NHS number matches"
        return NUMBER_PART, f"NHS number {'begins' if kind == NHS else 'ends'} with these digits"
    if kind in (PHONE, PHONE_BACKWARDS):
        if is_whole:
            return PHONE_WHOLE, "phone number matches"
        return NUMBER_PART - 1, f"phone number {'begins' if kind == PHONE else 'ends'} with these digits"
    if kind == POSTCODE:
        return (POSTCODE_WHOLE, "postcode matches") if is_whole else (POSTCODE_PART, "postcode begins as typed")
    if kind == REFERENCE:
        return (WHOLE_NUMBER, "reference matches") if is_whole else (NUMBER_PART, "reference begins as typed")
    return {
        BIRTH_DATE: (WHOLE_DATE, "birth date matches"),
        BIRTH_MONTH: (MONTH, "month and year of birth match"),
        BIRTH_YEAR: (YEAR, "year of birth matches"),
        WORD: (NAME, "name matches"),
    }[kind]


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
