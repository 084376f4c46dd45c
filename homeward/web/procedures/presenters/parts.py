"""What every kind of procedure is shown as: parts, each of items in finished words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a part. `key` tells it from the others, in this version and in another."""

    key: str
    title: str
    text: str = ""
    tag: str = ""
    lines: tuple[str, ...] = ()
    source: str = ""
    address: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """Everything it says, a line a thing, title first."""
        title = f"{self.title} ({self.tag[:1].lower()}{self.tag[1:]})" if self.tag else self.title
        return tuple(line for line in (title, self.text, *self.lines, self.source, self.address) if line)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what a procedure says, under one heading.

    `look`: facts, list, cards, steps, questions, figures or sources.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    look: str = "cards"
    intro: str = ""
    note: str = ""


def filled(parts: list[Part]) -> tuple[Part, ...]:
    """The parts that say something."""
    return tuple(part for part in parts if part.items)
