"""One place in a settled resource, for reading; it remembers what was read, so the rest can be listed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from homeward.api.intake.notes import NotUnderstood, shortened

# Read by nobody and carried nowhere on purpose: they describe the message, not the person or the need.
_ABOUT_THE_MESSAGE = {"resourceType", "id", "meta", "implicitRules", "language"}


@dataclass
class Reading:
    """What was read of one message so far, and the notes made on the way."""

    read: set[tuple[int, str]] = field(default_factory=set)
    notes: list[NotUnderstood] = field(default_factory=list)


class Node:
    """An object in a resource that `settling` has given its shape.

    Each reading method marks what it returns as read. Asking for something that is not there gives the empty
    value ("", None, no nodes), so readers need no checks of their own.
    """

    def __init__(self, content: dict, path: str, reading: Reading | None = None):
        self.content = content
        self.path = path
        self.reading = reading if reading is not None else Reading()

    def __bool__(self) -> bool:
        return bool(self.content)

    def _mark(self, name: str) -> None:
        self.reading.read.add((id(self.content), name))

    def text(self, name: str) -> str:
        """The element as one stripped text; "" when not there."""
        value = self.content.get(name)
        if value is None or isinstance(value, dict | list):
            return ""
        self._mark(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Every value of a repeating primitive element, in order."""
        value = self.content.get(name)
        if not isinstance(value, list):
            return ()
        self._mark(name)
        return tuple(str(item).strip() for item in value if item is not None and not isinstance(item, dict | list))

    def boolean(self, name: str) -> bool | None:
        value = self.content.get(name)
        if not isinstance(value, bool):
            return None
        self._mark(name)
        return value

    def integer(self, name: str) -> int | None:
        value = self.content.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        self._mark(name)
        return value

    def decimal(self, name: str) -> Decimal | None:
        value = self.content.get(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        self._mark(name)
        return Decimal(value)

    def node(self, name: str) -> "Node":
        """The object in an element; an empty node when not there."""
        value = self.content.get(name)
        if not isinstance(value, dict):
            return Node({}, f"{self.path}.{name}", self.reading)
        return Node(value, f"{self.path}.{name}", self.reading)

    def nodes(self, name: str) -> tuple["Node", ...]:
        """Every object in a repeating element, in order."""
        value = self.content.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(
            Node(item, f"{self.path}.{name}[{place}]", self.reading)
            for place, item in enumerate(value)
            if isinstance(item, dict)
        )

    def beside(self, name: str) -> "Node":
        """The extensions beside a primitive element."""
        return self.node(f"_{name}")

    def extension(self, url: str) -> "Node":
        """The first extension with this address, or whose address ends with it after a slash; empty when none."""
        for extension in self.nodes("extension"):
            address = str(extension.content.get("url", ""))
            if address == url or address.rsplit("/", 1)[-1] == url:
                extension.text("url")
                return extension
        return self.node(" no such extension")

    def note(self, name: str, text: str) -> None:
        """List something about an element that was read but could not be carried over as it was sent."""
        self.reading.notes.append(NotUnderstood(f"{self.path}.{name}" if name else self.path, text))

    def pass_over(self, *names: str) -> None:
        """Mark elements that need not be carried: links between the parts of the message, and the like."""
        for name in names:
            if name in self.content:
                self._mark(name)

    def was_read(self, name: str) -> bool:
        return (id(self.content), name) in self.reading.read

    def not_read(self) -> list[NotUnderstood]:
        """A note for each part of this object that nobody read; a part untouched as a whole gets one note."""
        notes: list[NotUnderstood] = []
        for name, value in self.content.items():
            if name in _ABOUT_THE_MESSAGE or self.was_read(name):
                continue
            notes.extend(self._not_read_in(name, value))
        return notes

    def _not_read_in(self, name: str, value: object) -> Iterator[NotUnderstood]:
        path = f"{self.path}.{name}"
        items = value if isinstance(value, list) else [value]
        for place, item in enumerate(items):
            item_path = f"{path}[{place}]" if isinstance(value, list) else path
            if not isinstance(item, dict):
                if item is not None:
                    yield NotUnderstood(item_path, f"Not carried over: {shortened(item)}")
                continue
            inner = Node(item, item_path, self.reading)
            if inner.is_untouched():
                yield NotUnderstood(item_path, f"Not carried over: {inner.summary()}")
            else:
                yield from inner.not_read()

    def is_untouched(self) -> bool:
        """Whether nobody read anything in this object."""
        for name, value in self.content.items():
            if name in _ABOUT_THE_MESSAGE:
                continue
            if self.was_read(name):
                return False
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and not Node(item, "", self.reading).is_untouched():
                    return False
        return True

    def summary(self) -> str:
        """What is in this object, short enough for a note."""
        return shortened(self.words())

    def words(self) -> str:
        """What is in this object as one line: `display: Left; code: 7771000`."""
        parts = []
        for name, value in self.content.items():
            if name in ("resourceType", "meta"):
                continue
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    inner = Node(item, "").words()
                    if inner:
                        parts.append(f"{name} ({inner})")
                elif item is not None:
                    parts.append(f"{name}: {item}")
        return "; ".join(parts)
