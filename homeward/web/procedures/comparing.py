"""Two versions of a procedure side by side: what was added, removed, changed or moved, part by part, word by word."""

import difflib
import re
from dataclasses import dataclass

from homeward.web.procedures.presenters.parts import Item, Part
from homeward.web.words import listed

SAME, GONE, NEW = "same", "gone", "new"
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
KIND_WORDS = {ADDED: "Added", REMOVED: "Removed", CHANGED: "Changed", MOVED: "Moved"}
# Below this likeness two lines are shown as one gone and one new: word marks inside them would only confuse.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a line; `mark` is same, gone or new."""

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One thing that is not the same in the two versions, as each says it, a line a tuple of runs."""

    kind: str
    words: str
    title: str
    old: tuple[tuple[Run, ...], ...]
    new: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that is not the same, and how in a sentence."""

    id: str
    title: str
    summary: str
    items: tuple[ItemChange, ...]


def compare(old: tuple[Part, ...], new: tuple[Part, ...]) -> tuple[PartChange, ...]:
    """The parts that differ between two versions, in the order of the newer; none where they say the same."""
    before = {part.id: part for part in old}
    after = {part.id: part for part in new}
    order = [*after, *(id for id in before if id not in after)]
    changes = []
    for id in order:
        items = _item_changes(_items(before.get(id)), _items(after.get(id)))
        if items:
            title = (after.get(id) or before[id]).title
            changes.append(PartChange(id, title, _summary(items), tuple(items)))
    return tuple(changes)


def in_one_sentence(changes: tuple[PartChange, ...]) -> str:
    """What changed, for a list: Clocks: 1 changed. How it ends: 1 added."""
    return " ".join(f"{change.title}: {change.summary}." for change in changes)


def text_changes(old: str, new: str) -> tuple[tuple[Run, ...], ...]:
    """The lines of two texts that differ, with two lines around each, as a programmer reads them."""
    lines = []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2):
        if line.startswith(("---", "+++")):
            continue
        if line.startswith("@@"):
            lines.append((Run("…", SAME),))
            continue
        lines.append((Run(line[1:], {"-": GONE, "+": NEW}.get(line[:1], SAME)),))
    return tuple(lines)


def _items(part: Part | None) -> list[Item]:
    if part is None:
        return []
    around = [Item(f"*{name}", text) for name, text in (("intro", part.intro), ("note", part.note)) if text]
    return [*part.items, *around]


def _item_changes(old: list[Item], new: list[Item]) -> list[ItemChange]:
    before = {item.key: item for item in old}
    after = {item.key: item for item in new}
    stayed = [key for key in after if key in before]
    moved = _moved([key for key in before if key in after], stayed)
    changes = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, is_now = before.get(key), after.get(key)
        if was is None:
            changes.append(_change(ADDED, is_now, (), is_now.said))
        elif is_now is None:
            changes.append(_change(REMOVED, was, was.said, ()))
        elif was.said != is_now.said:
            changes.append(_change(CHANGED, is_now, was.said, is_now.said))
        elif key in moved:
            changes.append(_change(MOVED, is_now, was.said[:1], is_now.said[:1]))
    return changes


def _moved(before: list[str], after: list[str]) -> set[str]:
    """What stands elsewhere in the order, told of as few things as explain it."""
    blocks = difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks()
    in_place = {key for block in blocks for key in after[block.b : block.b + block.size]}
    return set(after) - in_place


def _change(kind: str, item: Item, old: tuple[str, ...], new: tuple[str, ...]) -> ItemChange:
    title = item.title or item.text
    if kind == ADDED:
        return ItemChange(kind, KIND_WORDS[kind], title, (), tuple((Run(line, NEW),) for line in new))
    if kind == REMOVED:
        return ItemChange(kind, KIND_WORDS[kind], title, tuple((Run(line, GONE),) for line in old), ())
    if kind == MOVED:
        return ItemChange(
            kind, KIND_WORDS[kind], title,
            tuple((Run(line, SAME),) for line in old), tuple((Run(line, SAME),) for line in new),
        )  # fmt: skip
    left, right = [], []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for how, a, b, c, d in matcher.get_opcodes():
        if how == "equal":
            left += [(Run(line, SAME),) for line in old[a:b]]
            right += [(Run(line, SAME),) for line in new[c:d]]
            continue
        for one, other in zip(old[a:b], new[c:d], strict=False):
            was, is_now = _word_changes(one, other)
            left.append(was)
            right.append(is_now)
        pairs = min(b - a, d - c)
        left += [(Run(line, GONE),) for line in old[a + pairs : b]]
        right += [(Run(line, NEW),) for line in new[c + pairs : d]]
    return ItemChange(kind, KIND_WORDS[kind], title, tuple(left), tuple(right))


def _word_changes(old: str, new: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    a, b = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    matcher = difflib.SequenceMatcher(a=a, b=b, autojunk=False)
    if matcher.ratio() < ALIKE:
        return (Run(old, GONE),), (Run(new, NEW),)
    left, right = [], []
    for how, i, j, k, m in matcher.get_opcodes():
        if how == "equal":
            left.append(Run("".join(a[i:j]), SAME))
            right.append(Run("".join(b[k:m]), SAME))
            continue
        if j > i:
            left.append(Run("".join(a[i:j]), GONE))
        if m > k:
            right.append(Run("".join(b[k:m]), NEW))
    return tuple(left), tuple(right)


def _summary(items: list[ItemChange]) -> str:
    counts = {kind: sum(item.kind == kind for item in items) for kind in KIND_WORDS}
    return listed([f"{number} {KIND_WORDS[kind].lower()}" for kind, number in counts.items() if number])
