"""Sending what is due."""

from datetime import datetime

from django.conf import settings

from homeward.access.rules import Actor
from homeward.api.telling import NotDeliveredError, provider_for
from homeward.notices.services import settle_delivery, take_deliveries


def send_deliveries(actor: Actor, now: datetime) -> int:
    """Send every delivery that is due, each by the provider of its channel; gives how many were sent.

    Taking, sending and settling are three steps: a sender that dies in between leaves the lease to run out, and the
    next takes the delivery again.

    Raises: NotAllowedError.
    """
    sent = 0
    for delivery in take_deliveries(actor=actor, now=now):
        path = delivery.notice.path
        link = settings.HOMEWARD_ADDRESS.rstrip("/") + path if path else ""
        try:
            provider_for(delivery.channel).send(delivery, link)
            error = ""
            sent += 1
        except NotDeliveredError as refused:
            error = str(refused)
        settle_delivery(actor=actor, delivery=delivery, now=now, error=error)
    return sent
