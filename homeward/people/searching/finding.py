"""From what was typed, or is known of somebody, to who it may be: candidates from the index, each then looked at."""

from collections.abc import Sequence
from datetime import date

from homeward.kernel.rules import is_valid_nhs_number
from homeward.people.models import NameWord, Person
from homeward.people.rules import Identity, digits_of
from homeward.people.searching.asking import Part, Reading, Wanted, Way, readings_of
from homeward.people.searching.engine import Engine, engine
from homeward.people.searching.ranking import SHORT_FORMS, Match, Named, match, near_dates, words_meant
from homeward.people.searching.terms import (
    BIRTH_DATE,
    INITIAL,
    NHS,
    PHONE,
    POSTCODE,
    WORD,
    digits_only,
    name_words,
    sound_of,
    squeezed,
)

# How many to look at each time the index is asked: enough that the best are among them, few enough to be quick.
CANDIDATES = 200
WORDS_LOOKED_AT = 200
WORDS_MEANT = 30
# With this many found by what was typed exactly, nobody needs guesses.
ENOUGH = 8
FEWEST_PARTS_TO_FORGIVE = 3  # of these, one may be wrong


def ranked_people(typed: str, service_ids: Sequence[int], today: date, limit: int) -> list[tuple[int, Match]]:
    """The numbers of the people who match, best first, each with why; nobody when too little was typed."""
    index = engine()
    readings = readings_of(typed, today)
    if not service_ids:
        return []
    look = _Look(index, service_ids)
    for reading in readings:
        look.at(reading, [_exactly(part) for part in reading])
    if len(look.found) < limit:
        for reading in readings:
            if any(part.word for part in reading):
                look.at(reading, [_begun(part) for part in reading])
    if len(look.found) < min(limit, ENOUGH):
        for reading in readings:
            if not any(part.word or part.day for part in reading):
                continue
            meant = [_meant(part, index) for part in reading]
            look.at(reading, meant)
            if not look.found and len(reading) >= FEWEST_PARTS_TO_FORGIVE:
                for left_out in range(len(reading)):
                    look.at(reading, [*meant[:left_out], *meant[left_out + 1 :]], forgiven=1)
    return look.best(limit)


def candidates_like(wanted: Identity, service_id: int) -> list[int]:
    """The numbers of people who may be the one with this identity, to be compared one by one."""
    index = engine()
    given, family = name_words(wanted.given_name), name_words(wanted.family_name)
    birth = [Way(f"{BIRTH_DATE}{wanted.birth_date:%Y%m%d}")] if wanted.birth_date else []
    near_birth = birth + [Way(term) for term in (near_dates(wanted.birth_date) if wanted.birth_date else [])]
    postcode = [Way(POSTCODE + squeezed(wanted.postcode))] if squeezed(wanted.postcode) else []
    phone = [Way(PHONE + digits_only(wanted.phone))] if digits_of(wanted.phone) else []
    asked: list[Wanted] = []
    number = digits_only(wanted.nhs_number)
    if wanted.is_nhs_number_verified and is_valid_nhs_number(number):
        asked.append([[Way(NHS + number)]])
    named = [[Way(WORD + word)] for word in dict.fromkeys(given[:1] + family[:1])]
    alike = [_word_ways(words[0], index) for words in (given, family) if words]
    # from what few people share to what many do, so that those cut off are the unlikely ones
    for group in (phone, postcode):
        asked += [[group, ways] for ways in alike if group]
        asked += [[group, birth]] if group and birth else []
    asked += [[near_birth, ways] for ways in alike if near_birth]
    if len(named) > 1:
        asked.append(named)
    if birth:
        asked.append([birth])
    if phone:
        asked.append([phone])
    found: dict[int, None] = {}
    for one in asked:
        found.update(dict.fromkeys(index.candidates(one, [service_id], CANDIDATES)))
    return list(found)


class _Look:
    """One search going on: whom it has looked at, each once, and who matched."""

    def __init__(self, index: Engine, service_ids: Sequence[int]) -> None:
        self.index = index
        self.service_ids = service_ids
        self.found: dict[int, Match] = {}
        self._seen: dict[int, Named] = {}
        self._order: dict[int, str] = {}

    def at(self, reading: Reading, wanted: Wanted, forgiven: int = 0) -> None:
        """Keep whoever the index gives for `wanted` and who does match the reading, but for `forgiven` of its parts."""
        if not all(wanted):
            return
        numbers = self.index.candidates(wanted, self.service_ids, CANDIDATES)
        self._read([number for number in numbers if number not in self._seen])
        for number in numbers:
            named = self._seen.get(number)
            alike = match(reading, named) if named else None
            if (
                alike
                and alike.parts_matched >= len(reading) - forgiven
                and (number not in self.found or alike.points > self.found[number].points)
            ):
                self.found[number] = alike

    def best(self, limit: int) -> list[tuple[int, Match]]:
        """Who matched, the best first, alphabetical where they match alike."""
        return sorted(self.found.items(), key=lambda one: (-one[1].points, self._order[one[0]], one[0]))[:limit]

    def _read(self, numbers: list[int]) -> None:
        rows = Person.objects.filter(pk__in=numbers, search_entry__isnull=False).values_list(
            "pk", "name_key", "given_name", "family_name", "preferred_name", "other_names", "search_entry__terms"
        )
        for number, name_key, given, family, known_as, others, terms in rows:
            self._order[number] = name_key
            self._seen[number] = Named(
                given, family, known_as, tuple(filter(None, others.split("\n"))), frozenset(terms.split())
            )


def _exactly(part: Part) -> list[Way]:
    if not part.word:
        return list(part.ways)
    return [_initial(part.word)] if len(part.word) == 1 else [Way(WORD + part.word)]


def _begun(part: Part) -> list[Way]:
    if not part.word:
        return list(part.ways)
    return [_initial(part.word)] if len(part.word) == 1 else [Way(WORD + part.word, True)]


def _initial(letter: str) -> Way:
    return Way(INITIAL + letter)


def _meant(part: Part, index: Engine) -> list[Way]:
    if part.word:
        return _word_ways(part.word, index)
    return [*part.ways, *(Way(term) for term in (near_dates(part.day) if part.day else []))]


def _word_ways(word: str, index: Engine) -> list[Way]:
    """A name as typed or begun, and the names somebody is called that it may be meant for."""
    if len(word) == 1:
        return [_initial(word)]
    slips = {word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)}
    slips |= {word[:place] + word[place + 1 :] for place in range(len(word))}
    sound = sound_of(word)
    near = set(index.words_like(word, WORDS_LOOKED_AT))
    near |= set(NameWord.objects.filter(word__in=slips).values_list("word", flat=True))
    if sound:
        near |= set(NameWord.objects.filter(sound=sound).values_list("word", flat=True)[:WORDS_LOOKED_AT])
    if word in SHORT_FORMS:
        near.add(SHORT_FORMS[word])
    meant = words_meant(word, near, WORDS_MEANT)
    return [Way(WORD + word, True), *(Way(WORD + one) for one in meant if not one.startswith(word))]
