"""The coming home board: everybody in hospital, what each waits for, and who does it by when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.beds.selectors import BedWay, beds_of_stays
from homeward.discharge.models import ActionBlock, HospitalStay, NextAction
from homeward.discharge.rules.blocking import Block, main_block
from homeward.discharge.selectors.acting import open_actions
from homeward.discharge.selectors.community import UsualCare, usual_care
from homeward.discharge.selectors.documents import documents_of_stays
from homeward.discharge.selectors.homegoing import not_arranged_for
from homeward.discharge.states import DELAY_FAMILIES, HomePathway
from homeward.episodes.models import Episode
from homeward.equipment.selectors import Missing, missing_before_home
from homeward.kernel.rules import london_day, tidy_name
from homeward.people.selectors import sights


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which stays to keep; "" keeps all. `hospital` and `team` are numbers, `hospital` a name where it has none.

    `show`: "ready" only those ready, "late" those with an action past its time or the expected day past, "blocked",
    "missing" documents or equipment, "known" to the community, "second" that wait for a second person. `text` may be a
    name.
    """

    hospital: str = ""
    ward: str = ""
    pathway: str = ""
    team: str = ""
    family: str = ""
    show: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class StayLine:
    """One person in hospital. Where the reader may not see their record, `is_kept`: only who and where is told.

    `missing` are titles of documents, `equipment` what they cannot go home without, `arranging` what of transport and
    medicines is missing.
    """

    stay: HospitalStay
    is_kept: bool
    days_in: int
    days_ready: int | None
    next_action: NextAction | None
    actions: int
    late_actions: int
    block: Block | None
    missing: tuple[str, ...]
    equipment: tuple[Missing, ...]
    arranging: tuple[str, ...]
    bed: BedWay | None
    usual: UsualCare | None
    is_known: bool
    is_second_needed: bool
    is_late: bool

    @property
    def is_something_missing(self) -> bool:
        """Whether a document, equipment, transport, medicines or the asking for a bed are missing."""
        return bool(self.missing or self.equipment or self.arranging or self.is_bed_missing)

    @property
    def is_bed_missing(self) -> bool:
        """Whether a bed was decided on and nobody has asked for one."""
        return self.stay.pathway == HomePathway.P2 and not self.is_kept and (self.bed is None or self.bed.is_over)


@dataclass(frozen=True, slots=True)
class Board:
    """The stays that a filter keeps, and all of them; those ready longest first, then by expected day."""

    lines: tuple[StayLine, ...]
    everything: tuple[StayLine, ...]


def board_of(actor: Actor, service_id: int, wanted: BoardFilter, now: datetime) -> Board:
    """Everybody of a service in hospital now; whom the filter keeps is audited as shown.

    The number of questions to the database is the same for one person and for three hundred.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    today = london_day(now)
    stays = list(
        HospitalStay.objects.filter(service_id=service_id, left_at__isnull=True).select_related(
            "person", "hospital", "team", "transport", "home_medicines"
        )
    )
    seen = sights(actor, [stay.person for stay in stays], now)
    actions: dict[int, list[NextAction]] = {}
    for action in open_actions(actor, service_id):
        actions.setdefault(action.stay_id, []).append(action)
    blocks = _blocks(service_id)
    documents = documents_of_stays(actor, stays)
    people = [stay.person_id for stay in stays]
    equipment = missing_before_home(actor, people, now)
    usual = usual_care(actor, people, today)
    known = _known(people)
    beds = beds_of_stays(actor, {stay.person_id: stay.admitted_at for stay in stays}, now, {stay.pk for stay in stays})
    proposed = set(
        HospitalStay.objects.filter(
            service_id=service_id, left_at__isnull=True, decisions__state="proposed"
        ).values_list("pk", flat=True)
    )
    everything = []
    for stay in stays:
        is_kept = seen[stay.person_id] < Sight.VISIT
        mine = [] if is_kept else actions.get(stay.pk, [])
        late = sum(action.due_at < now for action in mine)
        everything.append(
            StayLine(
                stay=stay,
                is_kept=is_kept,
                days_in=(today - london_day(stay.admitted_at)).days,
                days_ready=None if stay.ready_on is None else (today - stay.ready_on).days,
                next_action=mine[0] if mine else None,
                actions=len(mine),
                late_actions=late,
                block=None if is_kept else main_block(blocks.get(stay.pk, ()), now),
                missing=() if is_kept else tuple(one.title for one in documents[stay.pk] if not one.is_there),
                equipment=() if is_kept else tuple(equipment[stay.person_id]),
                arranging=() if is_kept else not_arranged_for(actor, stay, now),
                bed=None if is_kept else beds.get(stay.person_id),
                usual=None if is_kept else usual.get(stay.person_id),
                is_known=stay.person_id in known and not is_kept,
                is_second_needed=stay.pk in proposed and not is_kept,
                is_late=late > 0 or _is_past(stay, today),
            )
        )
    everything.sort(key=_order)
    lines = tuple(line for line in everything if _keeps(wanted, line))
    record_reads(
        actor=actor,
        action="see coming home board",
        subject_kind="stay",
        person_ids=[line.stay.person_id for line in lines],
        now=now,
        service_id=service_id,
    )
    return Board(lines, tuple(everything))


def _blocks(service_id: int) -> dict[int, list[Block]]:
    found: dict[int, list[Block]] = {}
    rows = ActionBlock.objects.filter(
        action__stay__service_id=service_id, action__stay__left_at__isnull=True, ended_at__isnull=True
    )
    for stay_id, reason, started_at in rows.values_list("action__stay_id", "reason", "started_at"):
        found.setdefault(stay_id, []).append(Block(reason, started_at))
    return found


def _known(person_ids: Collection[int]) -> set[int]:
    open_episodes = Episode.objects.filter(person_id__in=person_ids, ended_at__isnull=True)
    return set(open_episodes.values_list("person_id", flat=True))


def _is_past(stay: HospitalStay, today: date) -> bool:
    return stay.expected_on is not None and stay.expected_on < today


def _order(line: StayLine) -> tuple:
    stay = line.stay
    return (
        stay.ready_on is None,
        stay.ready_on or date.max,
        stay.expected_on or date.max,
        stay.admitted_at,
        stay.pk,
    )


def _keeps(wanted: BoardFilter, line: StayLine) -> bool:
    stay = line.stay
    if wanted.hospital and wanted.hospital not in (str(stay.hospital_id), stay.hospital_name):
        return False
    if wanted.ward and wanted.ward != stay.ward:
        return False
    if wanted.pathway and wanted.pathway != (stay.likely_or_decided or "none"):
        return False
    if wanted.team and wanted.team != str(stay.team_id or "none"):
        return False
    if wanted.family and (line.block is None or DELAY_FAMILIES[line.block.reason] != wanted.family):
        return False
    if wanted.text and not _says(stay, tidy_name(wanted.text).split()):
        return False
    return {
        "": True,
        "ready": line.days_ready is not None,
        "late": line.is_late,
        "blocked": line.block is not None,
        "missing": line.is_something_missing,
        "known": line.is_known,
        "second": line.is_second_needed,
    }.get(wanted.show, True)


def _says(stay: HospitalStay, words: Sequence[str]) -> bool:
    said = tidy_name(" ".join((stay.person.label, stay.person.reference, stay.ward, stay.consultant, stay.bed)))
    return all(word in said for word in words)
