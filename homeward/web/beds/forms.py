"""What the forms of beds ask."""

from datetime import datetime

from django.http import HttpRequest
from django.shortcuts import redirect

from homeward.beds.services import NewBedReferral
from homeward.beds.states import BedEquipment
from homeward.kernel.rules import LONDON, RefusedError
from homeward.web.clinics.forms import AskedMany


class AskedBeds(AskedMany):
    """Fields of these pages: also moments, and whether something is ticked."""

    def moment(self, name: str, missing: str) -> datetime | None:
        """The day and time in a field, in England; an error where it is none."""
        try:
            return datetime.fromisoformat(self.typed(name)).replace(tzinfo=LONDON)
        except ValueError:
            self.errors[name] = [missing]
            return None

    def is_ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.typed(name) == "yes"


def moment_value(moment: datetime) -> str:
    """A moment as a field for day and time holds it."""
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"


def read_bed_referral(asked: AskedBeds, codes: list[str], *, asks_reason: bool) -> NewBedReferral | None:
    """The bed referral a form describes; None, with errors beside the fields, where it cannot be read."""
    if not asked.typed("came_from"):
        asked.errors["came_from"] = ["Say where they are now"]
    if asks_reason and not asked.typed("reason"):
        asked.errors["reason"] = ["Say why they need a bed, and not help at home"]
    if asked.errors:
        return None
    answers = {code: asked.typed(f"c-{code}") for code in codes}
    return NewBedReferral(
        came_from=asked.typed("came_from"),
        criteria={code: answer == "yes" for code, answer in answers.items() if answer in ("yes", "no")},
        reason=asked.typed("reason"),
        shares_with=asked.typed("shares_with"),
        needs_own_room=asked.is_ticked("needs_own_room"),
        needs_en_suite=asked.is_ticked("needs_en_suite"),
        needs_ground_floor=asked.is_ticked("needs_ground_floor"),
        needs_equipment=tuple(one for one in asked.chosen("needs_equipment") if one in BedEquipment.values),
        hopes_for=asked.typed("hopes_for"),
        requester_name=asked.typed("requester_name"),
        requester_phone=asked.typed("requester_phone"),
    )


def usual_of(referral) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What a bed referral says, as the fields of its form hold it."""
    ticked = {
        name: "yes" for name in ("needs_own_room", "needs_en_suite", "needs_ground_floor") if getattr(referral, name)
    }
    answers = {f"c-{code}": answer for code, answer in referral.criteria.items()}
    told = {"came_from": referral.came_from, "shares_with": referral.shares_with, "hopes_for": referral.hopes_for}
    return told | ticked | answers, {"needs_equipment": list(referral.needs_equipment)}


def tried(asked: AskedBeds, field: str, service) -> bool:
    """Whether what was asked is done; where it is not, why stands beside `field`."""
    if asked.errors:
        return False
    try:
        service()
    except RefusedError as error:
        asked.errors[field] = [str(error)]
        return False
    return True


def only_by_form(request: HttpRequest, name: str, *args):
    """Where a page that only takes a form sends whoever just follows its address."""
    return None if request.method == "POST" else redirect(name, *args)
