"""What of a message was not carried into the referral as it was sent."""

from dataclasses import dataclass

LONGEST_TEXT = 300  # characters of a value repeated in a note; the message itself is always kept whole


@dataclass(frozen=True)
class NotUnderstood:
    """A part of a message that is not carried into the referral, or not as it was sent.

    `path`: where it is, as in `entry[3] Patient.contact[0].gender`; empty for the message as a whole.
    `text`: one sentence for the person who reads the referral; may repeat the value, so it is personal data.
    """

    path: str
    text: str


def shortened(value: object) -> str:
    """`value` as one line of at most `LONGEST_TEXT` characters."""
    line = " ".join(str(value).split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"
