"""Words and colours of coming home, in one place."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.beds.selectors import BedWay
from homeward.beds.states import ReferralState
from homeward.discharge.states import DELAY_FAMILIES, DELAY_SHORT, DelayReason, Destination, HomePathway
from homeward.equipment.selectors import Missing
from homeward.equipment.states import RequestState
from homeward.kernel.rules import london_day
from homeward.web.front_door.presenters.words import Tag
from homeward.web.templating import day_text

PATHWAY_MEANS = {
    HomePathway.P0: "Home, with no new or more support",
    HomePathway.P1: "Home, with new or more support",
    HomePathway.P2: "A short stay in a bed to recover",
    HomePathway.P3: "A care home, as a new admission",
}
BED_TAGS = {
    ReferralState.ASKED: Tag("Bed asked for", "blue"),
    ReferralState.WAITING: Tag("Waiting for a bed", "yellow"),
    ReferralState.STAYING: Tag("In the bed", "green"),
    ReferralState.LEFT: Tag("Out of the bed again", "green"),
    ReferralState.DECLINED: Tag("Bed declined", "red"),
    ReferralState.WITHDRAWN: Tag("Bed not needed after all", "grey"),
}
# Ready so many days and more counts as long: the first national band after a week (docs/rules/coming-home.md)
LONG_READY_DAYS = 7


def pathway_words(code: str) -> str:
    """A pathway in a sentence: Pathway 1: home, with new or more support."""
    return f"{HomePathway(code).label}: {PATHWAY_MEANS[HomePathway(code)].lower()}"


def destination_words(code: str) -> str:
    """A destination, word for word; empty for none."""
    return Destination(code).label if code else ""


def days_words(days: int) -> str:
    """A number of days: today, 1 day, 9 days."""
    return "today" if days == 0 else "1 day" if days == 1 else f"{days} days"


def near_day(day: date, now: datetime) -> str:
    """A day beside today: today, tomorrow, yesterday, 26 Nov."""
    apart = (day - london_day(now)).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(apart) or f"{day.day} {day:%b}"


@dataclass(frozen=True, slots=True)
class EquipmentLine:
    """Something they cannot leave without; `url` is where it is asked for, found and delivered."""

    title: str
    state: str
    colour: str
    says: str
    url: str


def missing_words(one: Missing) -> str:
    """What is missing, and how many where more than one."""
    return f"{one.kind_title} ({one.quantity})" if one.quantity > 1 else one.kind_title


def equipment_line(one: Missing) -> EquipmentLine:
    """What is missing, how far it is, and when it comes."""
    if one.state == RequestState.REFUSED:
        says = "Ask for something else, or say that they can leave without it"
    elif one.visit is not None:
        says = f"Comes {day_text(one.visit.day)}"
    else:
        says = "No visit brings it yet"
    needed = f"{'Late: it was needed' if one.is_late else 'Needed'} by {day_text(one.needed_by)}"
    colour = "red" if one.is_late or one.state == RequestState.REFUSED else "yellow"
    url = reverse("equipment:request", args=[one.request_id])
    return EquipmentLine(missing_words(one), one.state.label, colour, f"{needed}. {says}", url)


def bed_tag(way: BedWay | None) -> Tag:
    """How far a bed is, in a few words; of none, that nobody has asked for one."""
    if way is None:
        return Tag("No bed asked for", "yellow")
    if way.state == ReferralState.WAITING and way.house:
        return Tag("Bed accepted" if way.is_agreed else "Bed offered", "green" if way.is_agreed else "blue")
    return BED_TAGS[way.state]


def bed_says(way: BedWay | None, now: datetime) -> str:
    """What is known of a bed, for the page of a stay."""
    if way is None:
        return ""
    said = [f"Asked for {near_day(london_day(way.asked_at), now)}"]
    if way.house:
        said.append(f"{way.house}, {way.bed}")
    if way.ready_on and way.moved_in_at is None:
        said.append(f"Free from {near_day(way.ready_on, now)}")
    if way.moved_in_at:
        said.append(f"Moved in {near_day(london_day(way.moved_in_at), now)}")
    if way.left_at:
        said.append(f"Left {near_day(london_day(way.left_at), now)}")
    return ". ".join(said)


def delay_words(code: str) -> str:
    """A delay reason in our own few words; empty for none."""
    return DELAY_SHORT[code] if code else ""


def delay_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The national delay reasons in their families, for a list to choose from."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in DelayReason:
        groups.setdefault(DELAY_FAMILIES[one.value].label, []).append((one.value, one.label))
    return list(groups.items())


def destination_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The national destinations by pathway, for a list to choose from."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in Destination:
        groups.setdefault(pathway_words(one.value[:2]), []).append((one.value, one.label))
    return list(groups.items())
