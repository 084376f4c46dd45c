"""How a notice leaves Homeward: one provider for each channel, chosen by settings.

The console provider, the default, prints the notice, so that a new place works before anything outside is set up.
"""

import hashlib
import hmac
import json
import logging
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from homeward.notices.models import Delivery
from homeward.notices.states import Channel

logger = logging.getLogger("homeward.telling")
TIMEOUT_SECONDS = 10


class NotDeliveredError(Exception):
    """The provider did not take it. The text says why, and holds nothing personal."""


class Provider(Protocol):
    """Something that can carry a notice. `link` is the full address of the page behind it, or empty."""

    def send(self, delivery: Delivery, link: str) -> None:
        """Hand the notice over.

        Raises: NotDeliveredError when it was not taken.
        """


class ConsoleProvider:
    """Prints what would be sent, without the address it would go to."""

    def send(self, delivery: Delivery, link: str) -> None:
        logger.info(
            "%s to account %s: %s %s", delivery.channel, delivery.notice.account_id, delivery.notice.title, link
        )


class SmtpProvider:
    """Sends email through the mail server of the settings."""

    def send(self, delivery: Delivery, link: str) -> None:
        notice = delivery.notice
        mail = EmailMessage(
            subject=notice.title,
            body="\n\n".join(
                filter(None, [notice.text, link and f"Open it: {link}", "Homeward sent this. Do not reply."])
            ),
            from_email=settings.HOMEWARD_EMAIL_FROM,
            to=[delivery.address],
            headers={"Message-ID": f"<homeward-{delivery.pk}@{settings.HOMEWARD_EMAIL_FROM.rpartition('@')[2]}>"},
        )
        server = urlsplit(settings.HOMEWARD_SMTP)
        try:
            with get_connection(
                "django.core.mail.backends.smtp.EmailBackend",
                host=server.hostname,
                port=server.port or (465 if server.scheme == "smtps" else 25),
                username=server.username,
                password=server.password,
                use_ssl=server.scheme == "smtps",
                use_tls=server.scheme == "smtp+tls",
                timeout=TIMEOUT_SECONDS,
            ) as connection:
                connection.send_messages([mail])
        except OSError as error:  # smtplib's own errors are OSErrors too
            raise NotDeliveredError(f"The mail server did not take it ({type(error).__name__}).") from error


class WebhookProvider:
    """Posts the notice as JSON: to a text message gateway (`url` given), or to the address of the reach itself.

    `Homeward-Signature` is the HMAC-SHA256 of the body under the shared secret; `id` is the same for every try, so
    that a receiver can leave out a repeat.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url

    def send(self, delivery: Delivery, link: str) -> None:
        notice = delivery.notice
        content = {"id": delivery.pk, "kind": notice.kind, "title": notice.title, "text": notice.text, "link": link}
        body = json.dumps(content | ({"to": delivery.address} if self.url else {})).encode()
        signature = hmac.new(settings.HOMEWARD_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        host = urlsplit(self.url or delivery.address).hostname
        if not self.url and host not in settings.HOMEWARD_WEBHOOK_HOSTS:
            raise NotDeliveredError("This place does not send notices there. Ask an administrator to allow it.")
        try:
            answer = httpx.post(
                self.url or delivery.address,
                content=body,
                headers={"Content-Type": "application/json", "Homeward-Signature": f"sha256={signature}"},
                timeout=TIMEOUT_SECONDS,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotDeliveredError(f"The other system did not answer ({type(error).__name__}).") from error
        if not answer.is_success:
            raise NotDeliveredError(f"The other system answered {answer.status_code}.")


def provider_for(channel: str) -> Provider:
    """The provider that the settings choose for a channel."""
    if channel == Channel.EMAIL and settings.HOMEWARD_SMTP:
        return SmtpProvider()
    if channel == Channel.SMS and settings.HOMEWARD_SMS_GATEWAY:
        return WebhookProvider(settings.HOMEWARD_SMS_GATEWAY)
    if channel == Channel.WEBHOOK and settings.HOMEWARD_WEBHOOK_SECRET:
        return WebhookProvider()
    return ConsoleProvider()
