"""ASCOF 3D: people in community support, and carers, whose support is self-directed or by direct payment."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from homeward.outcomes.ascof.comparing import as_compared
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.history import age_on, give_person_ids
from homeward.outcomes.ascof.lists import (
    ADVICE_ONLY,
    BY_WAY_OF_CARED_FOR,
    CARERS,
    COMMISSIONED,
    COMMUNITY,
    DIRECT_PAYMENT,
    DIRECT_TO_CARER,
    EVENT_TYPES,
    LONG_TERM_SUPPORT,
    LOOKED_AT,
    MANAGED_BUDGET,
    PRISON,
    REQUEST,
    SERVICE_USER,
    SUPPORT_RANKS,
)
from homeward.outcomes.ascof.measure_2a import Total, by_council
from homeward.outcomes.ascof.records import CareRecord, Period
from homeward.outcomes.ascof.submissions import in_last_submission

# 1: self-directed support, 2: direct payment; a: service users on the snapshot day, b: carers over the period.
PARTS = ("1a", "2a", "1b", "2b")
AGES: dict[str, tuple[int | None, int | None]] = {"all": (None, None), "18-64": (18, 64), "65+": (65, None)}
CARERS_AGE = 18  # a carer of unknown age counts among all ages, a younger one nowhere
# What a record counts as, the first standing above the others (3D takes service users by SUPPORT_RANKS).
CARERS_SUPPORT = (
    Fate.CARER_DIRECT_PAYMENT,
    Fate.CARER_MANAGED_PERSONAL_BUDGET,
    Fate.CARER_COMMISSIONED_SUPPORT,
    Fate.CARER_OTHER_SUPPORT,  # by an unknown way
    Fate.CARER_OTHER_SUPPORT,  # information and advice
    Fate.CARER_OTHER_SUPPORT,  # none of their own
)
_BY_UNKNOWN_WAY, _ADVICE, _NONE_OF_THEIR_OWN = 3, 4, 5
COUNTED: dict[str, frozenset[Fate]] = {
    "1a": frozenset({Fate.DIRECT_PAYMENT, Fate.MANAGED_PERSONAL_BUDGET}),
    "2a": frozenset({Fate.DIRECT_PAYMENT}),
    "1b": frozenset({Fate.CARER_DIRECT_PAYMENT, Fate.CARER_MANAGED_PERSONAL_BUDGET}),
    "2b": frozenset({Fate.CARER_DIRECT_PAYMENT}),
}
OUT_OF: dict[str, frozenset[Fate]] = {
    "a": COUNTED["1a"] | {Fate.OTHER_COMMUNITY_SUPPORT},
    "b": COUNTED["1b"] | {Fate.CARER_COMMISSIONED_SUPPORT},
}


@dataclass(frozen=True, slots=True)
class Supported:
    """Support that somebody is counted by, at one of `AGES`; council, person: as compared. fate: what it counts as."""

    age_group: str
    council: str
    person: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Ascof3D:
    """fates: of every line, at all ages."""

    supported: list[Supported]
    fates: dict[int, Fate]

    def total(self, part: str, age_group: str) -> Total:
        return _total([one for one in self.supported if one.age_group == age_group], part)

    def totals(self, part: str, age_group: str, councils: Iterable[str]) -> dict[str, Total]:
        of_council: dict[str, list[Supported]] = defaultdict(list)
        for one in self.supported:
            if one.age_group == age_group:
                of_council[one.council].append(one)
        return by_council(councils, lambda council: _total(of_council[as_compared(council)], part))


def _total(supported: list[Supported], part: str) -> Total:
    def number(fates: frozenset[Fate]) -> int:
        return len({(one.council, one.person) for one in supported if one.fate in fates})

    return Total(number(COUNTED[part]), number(OUT_OF[part[1]]))


@dataclass(frozen=True, slots=True)
class _Held:
    """A record with its person and where it stands among kinds of support; age: None where it is not known."""

    record: CareRecord
    council: str | None
    person: str
    rank: int
    fate: Fate
    age: int | None


def ascof_3d(records: Iterable[CareRecord], period: Period) -> Ascof3D:
    """ASCOF 3D of a file's records: service users on the last day of `period`, carers over all of it.

    Each person is counted once, by the support that stands highest. As published, for service users that is the highest
    of any council: a record of another council that stands as high counts there too. Source: "ASCOF 3D replication
    code.txt".
    """
    records = sorted(records, key=lambda record: record.line)
    fates = dict.fromkeys((record.line for record in records), Fate.NOT_IN_LAST_SUBMISSION)
    submitted = in_last_submission(records, period)
    users = [record for record in submitted if as_compared(record.client_type) not in CARERS]
    carers = [record for record in submitted if as_compared(record.client_type) in CARERS]
    of_users = _held_by_users(_in_scope(users, _why_no_user, period, fates), period)
    of_carers = _held_by_carers(_in_scope(carers, _why_no_carer, period, fates), fates, period)
    of_carers = _highest(of_carers, lambda one: (one.council, one.person), fates)
    supported = []
    for age_group in AGES:
        of_age = [one for one in of_users if _is_of(one.age, age_group)]
        # at any one age a person is ranked by what they have at that age; fates are those of all ages
        counted = _highest(of_age, lambda one: one.person, fates if age_group == "all" else {})
        counted += [one for one in of_carers if _is_of(one.age, age_group) and not _is_child(one)]
        supported += [Supported(age_group, one.council, one.person, one.fate) for one in counted if one.council]
    fates |= {one.record.line: Fate.CARER_UNDER_18 for one in of_carers if _is_child(one)}
    return Ascof3D(supported, fates)


def _is_of(age: int | None, age_group: str) -> bool:
    youngest, oldest = AGES[age_group]
    if age is None or youngest is None:
        return youngest is None
    return youngest <= age and (oldest is None or age <= oldest)


def _is_child(carer: _Held) -> bool:
    return carer.age is not None and carer.age < CARERS_AGE


def _in_scope(
    records: list[CareRecord],
    why_left_out: Callable[[CareRecord, Period], Fate | None],
    period: Period,
    fates: dict[int, Fate],
) -> list[tuple[CareRecord, str]]:
    """Those not left out, with their person."""
    left_out = {record.line: why for record in records if (why := why_left_out(record, period))}
    fates |= left_out
    return give_person_ids([record for record in records if record.line not in left_out], fates)


def _why_no_user(record: CareRecord, period: Period) -> Fate | None:
    if as_compared(record.client_type) != SERVICE_USER:
        return Fate.NOT_A_SERVICE_USER
    if as_compared(record.service_type) not in LONG_TERM_SUPPORT:
        return Fate.NOT_LONG_TERM_SUPPORT
    if record.birth_month is None or record.birth_year is None:
        return Fate.NO_BIRTH_MONTH_OR_YEAR
    return _why_not_then(record, period.last, period)


def _why_no_carer(record: CareRecord, period: Period) -> Fate | None:
    kind, service, event = (as_compared(text) for text in (record.client_type, record.service_type, record.event_type))
    is_advice = service is None and as_compared(record.outcome) == ADVICE_ONLY
    is_support = service in (DIRECT_TO_CARER, BY_WAY_OF_CARED_FOR)
    is_looked_at = service is None and event in LOOKED_AT
    if kind not in CARERS or event not in EVENT_TYPES or not (is_advice or is_support or is_looked_at):
        return Fate.NOT_A_CARERS_EVENT
    return _why_not_then(record, period.first, period)


def _why_not_then(record: CareRecord, since: date, period: Period) -> Fate | None:
    if record.starts_on is None:
        return Fate.NO_START_DATE
    if record.starts_on > period.last:
        return Fate.STARTS_AFTER_PERIOD
    if record.ends_on is not None and record.ends_on < since:
        return Fate.ENDED_BEFORE_PERIOD
    if record.died_on is not None and record.died_on < since:
        return Fate.DIED_BEFORE_PERIOD
    return None


def _held_by_users(users: list[tuple[CareRecord, str]], period: Period) -> list[_Held]:
    held = []
    for record, person_id in users:
        service, component = as_compared(record.service_type), as_compared(record.service_component)
        way = (as_compared(record.delivery_mechanism) or "").strip()
        if service not in (COMMUNITY, PRISON) or (service, way) not in SUPPORT_RANKS:
            way = ""  # what is not expected there says nothing
        is_direct = service == COMMUNITY and DIRECT_PAYMENT in (way, component)
        rank = SUPPORT_RANKS[COMMUNITY, DIRECT_PAYMENT] if is_direct else SUPPORT_RANKS[service, way]
        if service != COMMUNITY:
            fate = Fate.SUPPORT_IN_ANOTHER_SETTING
        elif is_direct:
            fate = Fate.DIRECT_PAYMENT
        else:
            fate = Fate.MANAGED_PERSONAL_BUDGET if way == MANAGED_BUDGET else Fate.OTHER_COMMUNITY_SUPPORT
        person, council = as_compared(person_id), as_compared(record.council)
        held.append(_Held(record, council, person, rank, fate, age_on(record, period.last)))
    return held


def _held_by_carers(carers: list[tuple[CareRecord, str]], fates: dict[int, Fate], period: Period) -> list[_Held]:
    held = []
    for record, person_id in carers:
        rank = _carers_rank(record)
        is_born = record.birth_year is not None and record.birth_month is not None
        age = age_on(record, period.last) if is_born else None
        if rank is None:
            fates[record.line] = Fate.CARER_SUPPORT_UNKNOWN
            continue
        held.append(_Held(record, as_compared(record.council), as_compared(person_id), rank, CARERS_SUPPORT[rank], age))
    return held


def _carers_rank(record: CareRecord) -> int | None:
    """Where a carer's record stands in CARERS_SUPPORT; None where no published rule takes it.

    As published, SQL's three values decide: without a service component it cannot be told that it is no direct payment,
    so a service without one counts only where the delivery mechanism says direct payment.
    """
    service, event = as_compared(record.service_type), as_compared(record.event_type)
    way, component, outcome = (
        as_compared(text) for text in (record.delivery_mechanism, record.service_component, record.outcome)
    )
    if service == DIRECT_TO_CARER:
        if DIRECT_PAYMENT in (way, component):
            return 0
        if component is not None:
            return {MANAGED_BUDGET: 1, COMMISSIONED: 2}.get(way or "", _BY_UNKNOWN_WAY)
    if service == BY_WAY_OF_CARED_FOR:
        return _NONE_OF_THEIR_OWN
    if event in LOOKED_AT:
        return _ADVICE if outcome == ADVICE_ONLY else _NONE_OF_THEIR_OWN
    return _ADVICE if event == REQUEST else None


def _highest(held: list[_Held], whose: Callable[[_Held], object], fates: dict[int, Fate]) -> list[_Held]:
    """Those of `held` that stand as high as the highest of a council among what `whose` says belongs together."""
    highest: dict[tuple[object, str | None], int] = {}
    for one in held:
        highest[whose(one), one.council] = min(one.rank, highest.get((whose(one), one.council), one.rank))
    ranks: dict[object, set[int]] = defaultdict(set)
    for (who, _), rank in highest.items():
        ranks[who].add(rank)
    counted = [one for one in held if one.rank in ranks[whose(one)]]
    fates |= {one.record.line: Fate.OUTRANKED for one in held}
    fates |= {one.record.line: one.fate if one.council else Fate.WITHOUT_COUNCIL for one in counted}
    return counted
