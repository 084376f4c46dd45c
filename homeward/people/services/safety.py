"""What a visitor must know, and how to speak with and write to somebody."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Alert, CommunicationNeed, Person
from homeward.people.services.remembering import _check, _done, _held, _may_change, _remember
from homeward.people.services.timeline import add_to_timeline
from homeward.people.states import AlertKind, NeedKind, Sensitivity


@transaction.atomic
def raise_alert(
    *,
    actor: Actor,
    person: Person,
    kind: AlertKind | str,
    text: str,
    now: datetime,
    sensitivity: str = "",
    until: date | None = None,
) -> Alert:
    """Warn everyone who will visit. The same alert raised again while it stands is left as it is.

    One that is sensitive (states.Sensitivity) is shown only to the roles that `access.rules` names; one about
    safeguarding always is. One with a last day ends by itself.

    Raises: NotAllowedError; RefusedError when it is of no known kind or sensitivity, or ends in the past.
    """
    held = _may_change(actor, person)
    today = london_day(now)
    if kind not in AlertKind.values or sensitivity not in ("", *Sensitivity.values):
        raise RefusedError("Choose a kind of alert from the list.")
    sensitivity = _marked(kind, sensitivity)
    if until is not None and until < today:
        raise RefusedError("The last day of the alert is in the past. Check it.")
    standing = held.alerts.filter(kind=kind, text=text, ends_on__isnull=True, sensitivity=sensitivity).first()
    if standing and until is None:
        return standing
    alert = held.alerts.create(
        kind=kind, text=text, starts_on=today, ends_on=until, raised_by=actor.name, sensitivity=sensitivity
    )
    _say(actor, held, alert, f"Alert: {AlertKind(kind).label}", text, now)
    _remember(actor, held, "alert", alert.pk, "raised", "", _in_words(alert), "", now)
    _done(actor, held, "raise alert", ("alert", alert.pk), now)
    return alert


@transaction.atomic
def end_alert(*, actor: Actor, alert: Alert, reason: str, now: datetime) -> Alert:
    """Say that an alert no longer holds; it is not shown from now on, and stays in the history.

    Raises: NotAllowedError; RefusedError without a reason, or when it has ended.
    """
    held = _may_change(actor, alert.person)
    alert = _held(alert)
    today = london_day(now)
    reason = reason.strip()
    if not reason:
        raise RefusedError("Say why the alert no longer holds.")
    if alert.ended_by or (alert.ends_on is not None and alert.ends_on < today):
        raise RefusedError("This alert has ended. Open the record again and look.")
    # it stops being shown at once: an alert stands through its last day
    ends_on = max(alert.starts_on, date.fromordinal(today.toordinal() - 1))
    alert.ends_on, alert.ended_by, alert.ended_reason = ends_on, actor.name, reason
    _check(alert, ["ended_reason"])
    alert.save(update_fields=["ends_on", "ended_by", "ended_reason"])
    _say(actor, held, alert, f"Alert ended: {AlertKind(alert.kind).label}", reason, now)
    _remember(actor, held, "alert", alert.pk, "ended", _in_words(alert), "", reason, now)
    _done(actor, held, "end alert", ("alert", alert.pk), now)
    return alert


@transaction.atomic
def raise_alerts(*, actor: Actor, service_id: int, alerts: list[Alert], now: datetime) -> list[Alert]:
    """Raise many standing alerts (unsaved rows) at once, for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError when one starts in the future or is of no known kind.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(alert.starts_on > london_day(now) or alert.kind not in AlertKind.values for alert in alerts):
        raise RefusedError("Every alert needs a kind from the list and a day it began that is not in the future.")
    for alert in alerts:
        alert.sensitivity = _marked(alert.kind, alert.sensitivity)
    Alert.objects.bulk_create(alerts, batch_size=500)
    record(
        actor=actor, action="raise alerts", subject=("alert", None), now=now, service_id=service_id, count=len(alerts)
    )
    return alerts


@transaction.atomic
def note_need(*, actor: Actor, person: Person, kind: NeedKind | str, text: str, now: datetime) -> CommunicationNeed:
    """Record how to speak with or write to somebody; the same need twice is one.

    Every letter and page for them follows it from now on (`rules.formats_for`).

    Raises: NotAllowedError; RefusedError when it is of no known kind, or says nothing.
    """
    held = _may_change(actor, person)
    text = text.strip()
    if kind not in NeedKind.values:
        raise RefusedError("Choose a need from the list.")
    if kind == NeedKind.OTHER and not text:
        raise RefusedError("Say what they need.")
    standing = held.communication_needs.filter(kind=kind, text=text, ended_on__isnull=True).first()
    if standing:
        return standing
    need = CommunicationNeed(person=held, kind=kind, text=text, noted_on=london_day(now), noted_by=actor.name)
    _check(need, ["text"])
    need.save()
    _remember(actor, held, "need", need.pk, "noted", "", _need_words(need), "", now)
    _done(actor, held, "note communication need", ("need", need.pk), now)
    return need


@transaction.atomic
def end_need(*, actor: Actor, need: CommunicationNeed, reason: str = "", now: datetime) -> CommunicationNeed:
    """Somebody no longer needs, or wants, to be spoken with or written to in this way.

    Raises: NotAllowedError.
    """
    held = _may_change(actor, need.person)
    need = _held(need)
    if need.ended_on is not None:
        return need
    need.ended_on = london_day(now)
    need.save(update_fields=["ended_on"])
    _remember(actor, held, "need", need.pk, "ended", _need_words(need), "", reason, now)
    _done(actor, held, "end communication need", ("need", need.pk), now)
    return need


def _marked(kind: str, sensitivity: str) -> str:
    return sensitivity or (Sensitivity.SAFEGUARDING if kind == AlertKind.SAFEGUARDING else "")


def _say(actor: Actor, person: Person, alert: Alert, title: str, text: str, now: datetime) -> None:
    add_to_timeline(
        actor=actor,
        person=person,
        kind="alert",
        title=title,
        text=text,
        happened_at=now,
        now=now,
        subject=("alert", alert.pk),
        sensitivity=alert.sensitivity,
    )


def _in_words(alert: Alert) -> str:
    return f"{AlertKind(alert.kind).label}{f'. {alert.text}' if alert.text else ''}"


def _need_words(need: CommunicationNeed) -> str:
    if need.kind == NeedKind.OTHER:
        return need.text
    return f"{NeedKind(need.kind).label}{f'. {need.text}' if need.text else ''}"
