"""Sharing somebody's own plan by a link: for a time, with a code, to read only, and taken back at any moment."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, token_hash
from homeward.notices.rules import fault_of
from homeward.notices.services import send_text
from homeward.people.models import Contact, Person, SharedLink
from homeward.people.services.timeline import add_to_timeline
from homeward.people.states import MayBeTold

# All local decisions.
LONGEST_SHARED = 90  # days: a plan is reviewed sooner than that
CODE_LASTS = timedelta(minutes=10)
CODE_AGAIN_AFTER = timedelta(seconds=60)
TRIES_A_CODE = 5
CODES_A_LINK = 40  # after so many somebody should ask who wants them


class LinkEndedError(RefusedError):
    """The link has ended, was taken back, or never was: which of these is not said."""


@dataclass(frozen=True, slots=True)
class TriedCode:
    """A link and whether the code that was tried opens it; `is_spent` when no code opens it until a new one is sent."""

    link: SharedLink
    is_right: bool
    is_spent: bool


@transaction.atomic
def share_plan(
    *, actor: Actor, person: Person, contact: Contact | None, channel: str, address: str, days: int, now: datetime
) -> tuple[SharedLink, str]:
    """Make a link to a person's plan for them, or for a contact they allow to be told everything, for `days` days.

    Codes will go to `address` by `channel`. Gives the link and its token, which is kept nowhere: hand it over now.

    Raises: NotAllowedError; RefusedError when the person has not allowed it, or an address or a length cannot be right.
    """
    require(actor, Permission.SHARE_PLANS, person.service_id)
    if person.restricted_since is not None:
        raise RefusedError(
            "This record is restricted: nothing of it may be shared until the privacy officer lifts that."
        )
    if contact is not None and (contact.person_id != person.pk or contact.ended_on is not None):
        raise RefusedError("Choose somebody from the person’s own contacts.")
    if contact is not None and contact.may_be_told != MayBeTold.EVERYTHING:
        raise RefusedError(
            f"{person.label} has not allowed that {contact.name} is told everything. Ask, and record what they say."
        )
    if channel not in ("sms", "email"):
        raise RefusedError("Choose a text message or an email for the codes.")
    if fault := fault_of(channel, address):
        raise RefusedError(fault)
    if not 1 <= days <= LONGEST_SHARED:
        raise RefusedError(f"Choose from 1 to {LONGEST_SHARED} days.")
    token = secrets.token_urlsafe(32)
    link = SharedLink.objects.create(
        person=person,
        contact=contact,
        token_hash=token_hash(token),
        channel=channel,
        address=address.strip(),
        made_at=now,
        made_by=actor.name,
        until=now + timedelta(days=days),
    )
    _done(actor, "share plan", link, now)
    add_to_timeline(
        actor=actor, person=person, kind="sharing", title="Plan shared by a link", happened_at=now, now=now,
        text=f"For {link.for_whom}, until {link.until:%d %B %Y}", subject=("shared link", link.pk),
    )  # fmt: skip
    return link, token


@transaction.atomic
def revoke_link(*, actor: Actor, link: SharedLink, now: datetime) -> SharedLink:
    """Take a link back; who has it open sees nothing more from their next page on.

    Raises: NotAllowedError; RefusedError when it has ended already.
    """
    require(actor, Permission.SHARE_PLANS, link.person.service_id)
    link = SharedLink.objects.select_for_update(of=("self",)).select_related("person", "contact").get(pk=link.pk)
    if link.revoked_at is not None or link.until <= now:
        raise RefusedError("This link has ended already.")
    link.revoked_at, link.revoked_by, link.code_hash = now, actor.name, ""
    link.save(update_fields=["revoked_at", "revoked_by", "code_hash"])
    _done(actor, "take back shared plan", link, now)
    add_to_timeline(
        actor=actor, person=link.person, kind="sharing", title="Shared link taken back", happened_at=now, now=now,
        text=f"It was for {link.for_whom}", subject=("shared link", link.pk),
    )  # fmt: skip
    return link


@transaction.atomic
def send_code(*, token: str, now: datetime) -> SharedLink:
    """Send a new code to where the link says; the one before no longer counts.

    Raises: LinkEndedError; RefusedError when one was sent a moment ago, or so many were that somebody must look.
    """
    link = _standing(token, now)
    if link.code_sent_at is not None and now - link.code_sent_at < CODE_AGAIN_AFTER:
        raise RefusedError("We sent a code less than a minute ago. Wait for it before you ask for another.")
    if link.codes_sent >= CODES_A_LINK:
        raise RefusedError("Too many codes were sent. Ask the team for a new link.")
    code = f"{secrets.randbelow(1_000_000):06d}"
    link.codes_sent += 1
    link.code_hash, link.code_sent_at, link.code_tries = _code_hash(link, code), now, 0
    link.save(update_fields=["code_hash", "code_sent_at", "code_tries", "codes_sent"])
    actor = _reader(link)
    send_text(
        actor=actor, service_id=link.person.service_id, channel=link.channel, address=link.address,
        kind="shared code", title=f"{code} is your code to read the plan. It lasts 10 minutes. We never ask for it.",
        once_key=f"shared link {link.pk} code {link.codes_sent}", now=now,
    )  # fmt: skip
    _done(actor, "send shared code", link, now)
    return link


@transaction.atomic
def try_code(*, token: str, code: str, now: datetime) -> TriedCode:
    """Open a link with the code that was sent. A code opens once, and a wrong one is counted and audited.

    Raises: LinkEndedError.
    """
    link = _standing(token, now)
    is_live = bool(link.code_hash) and link.code_sent_at is not None and now - link.code_sent_at <= CODE_LASTS
    given = _code_hash(link, "".join(code.split()))
    is_right = is_live and link.code_tries < TRIES_A_CODE and hmac.compare_digest(given, link.code_hash)
    if is_right:
        link.code_hash, link.opened, link.last_opened_at = "", link.opened + 1, now
    else:
        link.code_tries += 1
    link.save(update_fields=["code_hash", "opened", "last_opened_at", "code_tries"])
    _done(_reader(link), "open shared link" if is_right else "wrong shared code", link, now)
    return TriedCode(link, is_right, is_spent=not is_right and link.code_tries >= TRIES_A_CODE)


def _standing(token: str, now: datetime) -> SharedLink:
    link = SharedLink.standing(now).select_for_update(of=("self",)).filter(token_hash=token_hash(token)).first()
    if link is None:
        raise LinkEndedError("This link has ended. Ask the team for a new one.")
    return link


def _reader(link: SharedLink) -> Actor:
    """Whoever has the link, as the audit trail names them."""
    return Actor.system(f"Shared link for {'a contact' if link.contact else 'the person'}", link.person.service_id)


def _code_hash(link: SharedLink, code: str) -> str:
    return salted_hmac(f"shared link {link.pk} {link.codes_sent}", code, algorithm="sha256").hexdigest()


def _done(actor: Actor, action: str, link: SharedLink, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("shared link", link.pk),
        person_id=link.person_id,
        now=now,
        service_id=link.person.service_id,
    )
