"""ASCOF 2E: people in long-term support who live in their own home or with family."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from homeward.outcomes.ascof.comparing import as_compared
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.history import give_person_ids
from homeward.outcomes.ascof.lists import HOMES, LONG_TERM_SUPPORT, MEN, SERVICE_USER, UNKNOWN_HOME, WOMEN
from homeward.outcomes.ascof.measure_2a import Total, by_council
from homeward.outcomes.ascof.records import CareRecord, Period
from homeward.outcomes.ascof.submissions import in_last_submission

SUPPORT = frozenset(LONG_TERM_SUPPORT[:3])  # as published, without prison
SEXES = {"all": frozenset({MEN, WOMEN}), "male": frozenset({MEN}), "female": frozenset({WOMEN})}


@dataclass(frozen=True, slots=True)
class PersonAtHome:
    """Somebody of a council, as one of their genders on record. is_at_home: settled, on their own or with family."""

    council: str
    person_id: str
    gender: str | None
    is_at_home: bool
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ascof2E:
    """people: in order of council and person, one entry for each gender on record. fates: of every line."""

    people: list[PersonAtHome]
    fates: dict[int, Fate]

    def total(self, sex: str) -> Total:
        """`sex`: all, male or female. Somebody with two genders on record is one of all, and one of each."""
        return _total(self.people, sex)

    def totals(self, sex: str, councils: Iterable[str]) -> dict[str, Total]:
        of_council: dict[str | None, list[PersonAtHome]] = defaultdict(list)
        for one in self.people:
            of_council[as_compared(one.council)].append(one)
        return by_council(councils, lambda council: _total(of_council[as_compared(council)], sex))


def _total(people: list[PersonAtHome], sex: str) -> Total:
    found = [one for one in people if one.gender in SEXES[sex]]

    def number(people: list[PersonAtHome]) -> int:
        return len({(as_compared(one.council), as_compared(one.person_id)) for one in people})

    return Total(number([one for one in found if one.is_at_home]), number(found))


def ascof_2e(records: Iterable[CareRecord], period: Period) -> Ascof2E:
    """ASCOF 2E of a file's records in `period`, with the fate of each record.

    Of a person's records at a council, those that began last say where they live; of these, those that know it; where
    they disagree it counts as unknown. Source: "ASCOF 2E replication code.txt".
    """
    records = sorted(records, key=lambda record: record.line)
    fates = dict.fromkeys((record.line for record in records), Fate.NOT_IN_LAST_SUBMISSION)
    in_scope = []
    for record in in_last_submission(records, period):
        why = _why_left_out(record, period)
        if why:
            fates[record.line] = why
        else:
            in_scope.append(record)
    of_person: dict[tuple[str, str], list[tuple[CareRecord, str]]] = defaultdict(list)
    for record, person_id in give_person_ids(in_scope, fates):
        council, person = as_compared(record.council), as_compared(person_id)
        if council is None:
            fates[record.line] = Fate.WITHOUT_COUNCIL
        else:
            of_person[council, person].append((record, person_id))
    people = []
    for _, theirs in sorted(of_person.items()):
        people += _where_they_live(theirs, fates)
    return Ascof2E(people, fates)


def _why_left_out(record: CareRecord, period: Period) -> Fate | None:
    if as_compared(record.client_type) != SERVICE_USER:
        return Fate.NOT_A_SERVICE_USER
    if as_compared(record.service_type) not in SUPPORT:
        return Fate.NOT_LONG_TERM_SUPPORT
    if record.starts_on is None:
        return Fate.NO_START_DATE
    if record.starts_on > period.last:
        return Fate.STARTS_AFTER_PERIOD
    if record.ends_on is not None and record.ends_on < period.first:
        return Fate.ENDED_BEFORE_PERIOD
    if record.died_on is not None and record.died_on < period.first:
        return Fate.DIED_BEFORE_PERIOD
    return None


def _where_they_live(theirs: list[tuple[CareRecord, str]], fates: dict[int, Fate]) -> list[PersonAtHome]:
    latest = max(record.starts_on for record, _ in theirs if record.starts_on)
    newest = [(record, person_id) for record, person_id in theirs if record.starts_on == latest]
    is_known_anywhere = any(_is_known(record) for record, _ in newest)
    deciding = [(record, person_id) for record, person_id in newest if _is_known(record) == is_known_anywhere]
    for record, _ in theirs:
        fates[record.line] = Fate.LATER_SUPPORT_DECIDES
    for record, _ in newest:
        fates[record.line] = Fate.ANOTHER_RECORD_KNOWS_THE_HOME
    people = []
    genders = {as_compared(record.gender) for record, _ in deciding}
    for gender in sorted(genders, key=lambda gender: gender or ""):
        same = [(record, person_id) for record, person_id in deciding if as_compared(record.gender) == gender]
        homes = {as_compared(record.accommodation) for record, _ in same}
        disagree = len(homes) > 1
        is_at_home = not disagree and homes <= HOMES
        if gender not in SEXES["all"]:
            fate = Fate.SEX_NOT_COUNTED
        elif is_at_home:
            fate = Fate.LIVES_AT_HOME
        else:
            fate = Fate.HOMES_DISAGREE if disagree and is_known_anywhere else Fate.LIVES_ELSEWHERE
        fates |= dict.fromkeys((record.line for record, _ in same), fate)
        record, person_id = same[0]
        lines = tuple(record.line for record, _ in same)
        people.append(PersonAtHome(record.council or "", person_id, gender, is_at_home, lines))
    return people


def _is_known(record: CareRecord) -> bool:
    return record.accommodation is not None and as_compared(record.accommodation) != UNKNOWN_HOME
