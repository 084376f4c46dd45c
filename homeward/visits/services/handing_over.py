"""Handover sheets: what one shift leaves to the next, made from the record whenever the shift changes."""

from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.selectors import open_episodes
from homeward.kernel.rules import LONDON, RefusedError, london_day
from homeward.kernel.services import tell
from homeward.people.selectors import current_addresses, current_alerts
from homeward.procedures.rules import ClockKind, ClockState, Urgency
from homeward.procedures.selectors import need_title, newest_pathways, skill_title
from homeward.referrals.selectors import call_backs_to_watch, queue_for
from homeward.roster.rules import CARE_RESPONDER, HEALTH_RESPONDER, change_moments
from homeward.roster.selectors import cover_hours, on_call_between, shifts_over
from homeward.visits.models import Assignment, HandoverNote, HandoverSheet, Visit
from homeward.visits.rules import Scene, scene_of
from homeward.visits.selectors import response_visits
from homeward.visits.states import AssignmentState, VisitState

# Changes of shift missed for longer than this are past handing over: the newest sheet tells all that still matters.
CATCH_UP = timedelta(hours=24)
# Staff who come on within this of the change are the next shift.
COMES_ON_WITHIN = timedelta(hours=2)
# Of visits that nobody was found for, those due as far back as this still need somebody to ask after the person.
UNPLANNED_SINCE = timedelta(hours=12)
UNPLANNED_UNTIL = timedelta(hours=12)
RESPONDS = (HEALTH_RESPONDER, CARE_RESPONDER)
COUNTING = (ClockState.RUNNING, ClockState.BREACHED)


@transaction.atomic
def make_handover_sheets(*, actor: Actor, service_id: int, now: datetime) -> list[HandoverSheet]:
    """Make the handover sheet of every change of shift since the newest, once each, also when asked late or twice.

    The shift changes whenever hours begin that the service covers (`roster`); a service that says of no hours that it
    covers them has no sheets. A sheet shows the record as it is now, and says when it was made.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    hours = [(row.weekdays, row.starts_at) for row in cover_hours(actor, service_id) if row.kind != "on_call"]
    newest = HandoverSheet.objects.filter(service_id=service_id).order_by("-changes_at").first()
    after = max(newest.changes_at, now - CATCH_UP) if newest else now - CATCH_UP
    moments = change_moments(hours, after, now, london_day(after))
    if newest is None:
        moments = moments[-1:]  # a service that has just said its hours has nothing to catch up on
    made = []
    for changes_at in moments:
        sheet, is_new = HandoverSheet.objects.get_or_create(
            service_id=service_id,
            changes_at=changes_at,
            defaults={"made_at": now, "parts": _parts(actor, service_id, changes_at, now)},
        )
        if is_new:
            made.append(sheet)
            record(
                actor=actor, action="make handover sheet", subject=("sheet", sheet.pk), now=now, service_id=service_id
            )
            tell(topic="handover", service_id=service_id, subject=("sheet", sheet.pk), now=now)
    return made


@transaction.atomic
def add_handover_note(*, actor: Actor, sheet: HandoverSheet, text: str, now: datetime) -> HandoverNote:
    """Add to a handover sheet, as either shift may; nothing is ever taken out of one.

    Raises: NotAllowedError; RefusedError when it says nothing.
    """
    require(actor, Permission.RESPOND, sheet.service_id)
    if not text.strip():
        raise RefusedError("Write the note.")
    note = HandoverNote.objects.create(
        sheet=sheet,
        text=text.strip(),
        written_at=now,
        author_name=actor.name,
        author_role=actor.title,
        employer=actor.employer,
    )
    record(actor=actor, action="add handover note", subject=("sheet", sheet.pk), now=now, service_id=sheet.service_id)
    tell(topic="handover", service_id=sheet.service_id, subject=("sheet", sheet.pk), now=now)
    return note


@transaction.atomic
def take_over(*, actor: Actor, sheet: HandoverSheet, now: datetime) -> HandoverSheet:
    """Say that the next shift has read a sheet and takes over.

    Raises: NotAllowedError; RefusedError when somebody took over before.
    """
    require(actor, Permission.RESPOND, sheet.service_id)
    sheet = HandoverSheet.objects.select_for_update().get(pk=sheet.pk)
    if sheet.taken_over_at:
        raise RefusedError(f"{sheet.taken_over_by} has taken over already.")
    sheet.taken_over_by, sheet.taken_over_at = actor.name, now
    sheet.save(update_fields=["taken_over_by", "taken_over_at"])
    record(actor=actor, action="take over", subject=("sheet", sheet.pk), now=now, service_id=sheet.service_id)
    tell(topic="handover", service_id=sheet.service_id, subject=("sheet", sheet.pk), now=now)
    return sheet


def _parts(actor: Actor, service_id: int, changes_at: datetime, now: datetime) -> list[dict]:
    return [
        {"code": "open_crises", "lines": _open_crises(actor, service_id, now)},
        {"code": "who_is_where", "lines": _who_is_where(service_id, now)},
        {"code": "unplanned", "lines": _unplanned(service_id, now)},
        {"code": "referrals_waiting", "lines": _referrals_waiting(actor, service_id, now)},
        {"code": "call_backs", "lines": _call_backs(actor, service_id, now)},
        {"code": "next_shift", "lines": _next_shift(actor, service_id, changes_at)},
        {"code": "on_call", "lines": _on_call(actor, service_id, changes_at)},
    ]


def _open_crises(actor: Actor, service_id: int, now: datetime) -> list[dict]:
    running = [
        one
        for pathway in newest_pathways()
        if pathway.urgency is Urgency.CRISIS
        for one in open_episodes(actor, service_id, pathway.code, now)
    ]
    visits = response_visits(actor, [one.episode.pk for one in running])
    alerts = current_alerts(actor, [one.episode.person_id for one in running], london_day(now))
    lines = []
    for one in running:
        episode, referral = one.episode, one.episode.referral
        kinds = {clock.code: clock.kind for clock in one.pathway.clocks}
        counting = [reading for reading in one.clocks if reading.state in COUNTING]
        counting.sort(key=lambda reading: (kinds[reading.clock] is not ClockKind.RESPONSE, reading.due_at))
        visit = visits.get(episode.pk)
        said = [
            alert.get_kind_display() + (f": {alert.text}" if alert.text else "")
            for alert in alerts.get(episode.person_id, [])
        ]
        decided = [event.kind for event in episode.events.all()]
        if scene_of(referral.scene_safety if referral else "", decided) is Scene.UNSAFE:
            said.insert(
                0, f"Not safe at the door{f': {referral.scene_safety}' if referral and referral.scene_safety else ''}"
            )
        address = (visit.address if visit else None) or next(
            iter(current_addresses(episode.person, london_day(now))), None
        )
        lines.append(
            {
                "title": episode.subject_label,
                "place": ", ".join(part for part in (address.lines, address.postcode) if part) if address else "",
                "clock": _clock_words(counting[0], now) if counting else "No clock runs",
                "is_late": bool(counting) and counting[0].due_at < now,
                "text": _next_action(visit, counting, now),
                "risks": said,
                "episode_id": episode.pk,
                "person_id": episode.person_id,
                "due_at": counting[0].due_at.isoformat() if counting else "",
            }
        )
    lines.sort(key=lambda line: line["due_at"] or "9")
    return lines


def _clock_words(reading, now: datetime) -> str:
    return f"{reading.title}: {'was due' if reading.due_at < now else 'due'} {_when(reading.due_at, now)}"


def _next_action(visit: Visit | None, counting: list, now: datetime) -> str:
    rows = list(visit.assignments.all()) if visit else []
    there = [row.worker.label for row in rows if row.state == AssignmentState.ARRIVED]
    sent = [f"{row.worker.label}, due {_when(row.starts_at, now)}" for row in rows if row.state == AssignmentState.SENT]
    if there:
        return f"With the person now: {' and '.join(there)}."
    if sent:
        return f"On the way: {'; '.join(sent)}."
    if visit is not None and visit.state in (VisitState.NEEDED, VisitState.PLANNED):
        names = " and ".join(row.worker.label for row in rows)
        return f"Nobody is sent yet. Proposed: {names}." if names else "Nobody is sent yet, and nobody is proposed."
    return "Seen. Decide what follows before the support must end." if counting else "Close it with how it ended."


def _who_is_where(service_id: int, now: datetime) -> list[dict]:
    rows = (
        Assignment.objects.filter(
            visit__service_id=service_id,
            visit__day__gte=london_day(now) - timedelta(days=1),
            state__in=(AssignmentState.ARRIVED, AssignmentState.SENT),
        )
        .select_related("worker__organisation", "visit__person")
        .order_by("starts_at", "id")
    )
    return [
        {
            "title": f"{row.worker.label} ({row.worker.organisation})",
            "text": (
                f"with {row.visit.whom} since {_when(row.arrived_at or row.starts_at, now)}: {row.visit.title}"
                if row.state == AssignmentState.ARRIVED
                else f"sent to {row.visit.whom}, due {_when(row.starts_at, now)}: {row.visit.title}"
            ),
            "person_id": row.visit.person_id,
        }
        for row in rows
    ]


def _unplanned(service_id: int, now: datetime) -> list[dict]:
    rows = (
        Visit.objects.filter(
            service_id=service_id,
            state=VisitState.NEEDED,
            window_closes_at__gte=now - UNPLANNED_SINCE,
            window_opens_at__lte=now + UNPLANNED_UNTIL,
        )
        .select_related("person")
        .order_by("window_closes_at", "id")
    )
    return [
        {
            "title": f"{row.whom}: {row.title}",
            "text": f"should start by {_when(row.window_closes_at, now)}. {row.unplanned_reason}".strip(),
            "is_late": row.window_closes_at < now,
            "person_id": row.person_id,
        }
        for row in rows
    ]


def _referrals_waiting(actor: Actor, service_id: int, now: datetime) -> list[dict]:
    return [
        {
            "title": f"{one.referral.subject_label} ({one.referral.reference})",
            "text": ". ".join(
                part
                for part in (
                    need_title(one.referral.need_code) if one.referral.need_code else "",
                    f"received {_when(one.referral.received_at, now)}",
                    _clock_words(one.clock, now) if one.clock and one.clock.due_at else "",
                    f"held by {one.referral.held_by.full_name}" if one.referral.held_by else "nobody holds it",
                )
                if part
            ),
            "is_late": bool(one.clock and one.clock.due_at and one.clock.due_at < now),
            "referral_id": one.referral.pk,
            "person_id": one.referral.person_id,
        }
        for one in queue_for(actor, service_id, now)
    ]


def _call_backs(actor: Actor, service_id: int, now: datetime) -> list[dict]:
    return [
        {
            "title": call.caller_name or call.caller_organisation or "Caller without a name",
            "text": f"promised by {_when(call.call_back_by, now)}. {call.caller_phone}. {call.reason}".replace(
                ". .", "."
            ),
            "is_late": call.call_back_by < now,
            "person_id": call.person_id,
        }
        for call in call_backs_to_watch(actor, service_id)
    ]


def _next_shift(actor: Actor, service_id: int, changes_at: datetime) -> list[dict]:
    shifts = {
        shift.worker_id: shift
        for day in sorted({london_day(changes_at), london_day(changes_at + COMES_ON_WITHIN)})
        for shift in shifts_over(actor, service_id, day)
        if shift.starts_at <= changes_at + COMES_ON_WITHIN and shift.ends_at > changes_at + COMES_ON_WITHIN
    }
    responders = [
        {
            "title": f"{shift.worker.label} ({shift.worker.organisation})",
            "text": f"{', '.join(skill_title(code) for code in shift.worker.skills if code in RESPONDS)}, "
            f"until {_when(shift.ends_at, changes_at)}",
        }
        for shift in sorted(shifts.values(), key=lambda shift: (shift.ends_at, shift.worker_id))
        if set(shift.worker.skills) & set(RESPONDS)
    ]
    others = len(shifts) - len(responders)
    return responders + ([{"title": f"{others} others on shift", "text": ""}] if others else [])


def _on_call(actor: Actor, service_id: int, changes_at: datetime) -> list[dict]:
    return [
        {
            "title": f"{one.title}: {one.name}",
            "text": f"{one.phone}, from {_when(one.starts_at, changes_at)} to {_when(one.ends_at, changes_at)}",
        }
        for one in on_call_between(actor, service_id, changes_at, changes_at + timedelta(hours=12))
    ]


def _when(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local:%H:%M}" if london_day(moment) == london_day(now) else f"{local:%H:%M on %a} {local.day} {local:%b}"
