"""Whether a bed fits somebody, and every reason why not."""

from dataclasses import dataclass

from homeward.beds.states import BedEquipment, RoomFor, SharesWith

GROUND_FLOOR = 0
OTHER_ROOM = {SharesWith.WOMEN: RoomFor.MEN, SharesWith.MEN: RoomFor.WOMEN}
WHO = {SharesWith.WOMEN: "women", SharesWith.MEN: "men"}


@dataclass(frozen=True, slots=True)
class BedFacts:
    """A bed as far as it matters to whom it fits. `room_mates` are what the others of the room share with, "" where
    they never said."""

    room_for: str
    beds_in_room: int
    floor: int
    is_en_suite: bool
    equipment: frozenset[str]
    room_mates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wants:
    """What somebody's bed must be like."""

    shares_with: str = ""
    needs_own_room: bool = False
    needs_en_suite: bool = False
    needs_ground_floor: bool = False
    equipment: frozenset[str] = frozenset()


def misfits(bed: BedFacts, wants: Wants) -> tuple[str, ...]:
    """Every reason why a bed does not fit somebody, as sentences; none where it does."""
    reasons = []
    if wants.shares_with and bed.room_for == OTHER_ROOM[SharesWith(wants.shares_with)]:
        reasons.append(f"The room is for {RoomFor(bed.room_for).label.lower()}.")
    if bed.beds_in_room > 1:
        if wants.needs_own_room:
            reasons.append(f"They need a room to themselves; this one has {bed.beds_in_room} beds.")
        elif not wants.shares_with:
            reasons.append("Nobody has said with whom they would share a room.")
        for mate in sorted(set(bed.room_mates)):
            if not mate:
                reasons.append("Nobody has said with whom the other person in the room would share.")
            elif wants.shares_with and mate != wants.shares_with:
                reasons.append(f"Somebody is in the room who shares with {WHO[SharesWith(mate)]}.")
    if wants.needs_en_suite and not bed.is_en_suite:
        reasons.append("They need an en-suite room; this one has none.")
    if wants.needs_ground_floor and bed.floor != GROUND_FLOOR:
        reasons.append("They need the ground floor; this room is upstairs.")
    missing = sorted(wants.equipment - bed.equipment)
    reasons += [f"They need this, and the bed does not have it: {BedEquipment(one).label.lower()}." for one in missing]
    return tuple(reasons)
