"""How the audit trail is tied together: what is hashed, in what order, with which key. Anyone can repeat it.

An event is *marked* when it is written (a keyed hash of what it says) and *sealed* soon after: it is given the next
number of a chain without gaps, each link of which is the SHA-256 of the link before and of what the event says.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from homeward.access.rules import Role

# What an event says, in the order it is hashed. A later form may add columns; sealed events keep theirs.
COLUMNS = {
    1: (
        "at", "actor_account_id", "actor_name", "actor_role", "employer", "action", "subject_kind", "subject_id",
        "person_id", "service_id", "count", "people", "purpose",
    )
}  # fmt: skip
FORM = 1
GENESIS = hashlib.sha256(b"homeward audit").digest()  # what stands before the first event
DIGEST_BYTES, ID_BYTES = 32, 8
KEY_ID_DIGITS, NONCE_DIGITS, MAC_DIGITS = 8, 16, 40  # hexadecimal digits of each part of a mark

# What people in a role do in a record when nobody says otherwise: presumed, not asked (docs/guides/privacy.md).
CARE_ROLES = frozenset(
    {Role.FRONT_DOOR, Role.CRISIS_RESPONDER, Role.CASE_MANAGER, Role.FIELD_WORKER, Role.REGISTERED_PROFESSIONAL,
     Role.BED_LEAD}
)  # fmt: skip


def presumed_purpose(role: str, has_account: bool) -> str:
    """Why somebody of a role does something, as a code of `states.Purpose`, where they did not say."""
    if role in CARE_ROLES:
        return "direct_care"
    if role == Role.PRIVACY_OFFICER:
        return "audit"
    if role == Role.MACHINE:
        return "messaging" if has_account else "running"
    return "running"


def content_of(values: Sequence, form: int = FORM) -> bytes:
    """What an event says, as the bytes that are hashed. `values` come in the order of COLUMNS."""
    told = [_told(value) for value in values]
    return json.dumps([form, *told], ensure_ascii=False, separators=(",", ":")).encode()


def _told(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def key_id(key: str) -> str:
    """A short name of a key, which does not give the key away."""
    return hashlib.sha256(b"homeward audit key " + key.encode()).hexdigest()[:KEY_ID_DIGITS]


def mark_of(content: bytes, key: str, nonce: str) -> str:
    """The mark of an event: the key's short name, the nonce, and a keyed hash of nonce and content."""
    mac = hmac.digest(key.encode(), b"event" + nonce.encode() + content, "sha256").hex()[:MAC_DIGITS]
    return f"{key_id(key)}{nonce}{mac}"


def is_marked_with(mark: str, content: bytes, keys: dict[str, str]) -> bool:
    """Whether a mark is that of this content. `keys` are keys by their short name."""
    key = keys.get(mark[:KEY_ID_DIGITS])
    if key is None:
        return False
    return hmac.compare_digest(mark, mark_of(content, key, mark[KEY_ID_DIGITS : KEY_ID_DIGITS + NONCE_DIGITS]))


def next_link(previous: bytes, event_id: int, content: bytes, mark: str) -> bytes:
    """The link of an event: SHA-256 of the link before it and of all that the event says. 32 bytes."""
    return hashlib.sha256(previous + event_id.to_bytes(ID_BYTES, "big") + mark.encode() + b"\0" + content).digest()


def head_of(last_link: bytes, told: dict) -> str:
    """The hash that stands for everything up to a seal: of its last link and of what the seal says of itself."""
    said = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(last_link + said).hexdigest()


def told_by(seal) -> dict:
    """What a seal says of itself, as it goes into its head."""
    return {
        "number": seal.number,
        "sealed_at": seal.sealed_at.timestamp(),
        "form": seal.form,
        "first_position": seal.first_position,
        "count": seal.count,
        "up_to_id": seal.up_to_id,
        "gaps": seal.gaps,
        "is_from_before": seal.is_from_before,
        "previous": seal.previous,
    }


def signature_of(head: str, key: str) -> str:
    """A seal's signature, which nobody without the key can make for another head."""
    return key_id(key) + hmac.digest(key.encode(), b"seal" + head.encode(), "sha256").hex()


def is_signed_with(signature: str, head: str, keys: dict[str, str]) -> bool:
    """Whether a signature is that of a head, by one of the keys."""
    key = keys.get(signature[:KEY_ID_DIGITS])
    return key is not None and hmac.compare_digest(signature, signature_of(head, key))


def packed_ids(ids: Sequence[int]) -> bytes:
    """Event numbers as a seal keeps them."""
    return b"".join(one.to_bytes(ID_BYTES, "big") for one in ids)


def unpacked_ids(packed: bytes) -> list[int]:
    """The event numbers that a seal keeps, in the order they were sealed."""
    return [int.from_bytes(packed[at : at + ID_BYTES], "big") for at in range(0, len(packed), ID_BYTES)]


def gaps_in(ids: Sequence[int], after: int) -> list[tuple[int, int]]:
    """The ranges of numbers left out between `after` and the last of rising `ids`: [(first, last), ...]."""
    gaps, expected = [], after + 1
    for one in ids:
        if one > expected:
            gaps.append((expected, one - 1))
        expected = one + 1
    return gaps
