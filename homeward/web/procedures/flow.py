"""The flow of a pathway as a drawing: stages from first to last, who moves where, and each clock as a bar.

Only the layout is worked out here, in units of a drawing WIDTH wide, which is a phone's; the template prints it. Every
text is measured with the widths of Arial, in which it is drawn, so that nothing runs over anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeward.procedures.rules import Clock, FormNeeded, Pathway, Stage, StageKind
from homeward.web.procedures.presenters.words import target_words
from homeward.web.words import either

WIDTH = 360
EDGE = 4
LANE = 13  # between two lines beside the stages
BAR = 13  # between two clocks' bars
PAD = 10  # inside a stage
GAP = 30  # between two stages: an arrow fits
PORT = 12  # between two lines that meet one stage
TITLE_SIZE, SMALL_SIZE = 15.0, 12.5
TITLE_LINE, SMALL_LINE = 19, 16
MARK = 18  # before the words of a row: the mark of a form, a visit or a clock
HEAD = 7  # length of an arrow's head
BEND = 6  # radius of a line's corner

# Colours that keep 4.5:1 on white; what a bar means is written beside it as well.
CLOCK_COLOURS = ("#7c2855", "#00703c", "#b35c00", "#330072", "#00617f", "#4c6272")

# Widths of Arial in thousandths of its size, for the characters from space to ~.
_ARIAL = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
_BOLD = 1.09  # Arial Bold beside Arial, at most, over ordinary words
_OTHER = 1000  # thousandths for any other character: wider than nearly all

# Where an event stands when no visit says: (stage, 0 its beginning or 1 its end). Negative stages count from the last.
_USUALLY = {
    "referral_received": (0, 0),
    "referral_reopened": (0, 0),
    "referral_updated": (0, 0),
    "referred_from_hospital_bed": (0, 0),
    "referral_accepted": (0, 1),
    "accepted_as_two_hour": (0, 1),
    "episode_started": (0, 1),
    "referral_declined": (-1, 0),
    "referral_redirected": (-1, 0),
    "referral_cancelled": (-1, 0),
    "advice_given": (-1, 0),
    "support_ended": (-1, 0),
    "handed_over": (-1, 0),
    "person_died": (-1, 0),
    "admitted_to_hospital": (-1, 0),
    "episode_closed": (-1, 1),
}
_SEEN_BY = ("first_face_to_face_contact", "assessment_completed", "plan_agreed")


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text: where its baseline begins, and how wide it is at most."""

    text: str
    x: float
    y: float
    width: float
    size: float
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Something at a stage. `mark`: form, visit, start or stop; `colour` is its clock's."""

    mark: str
    x: float
    y: float
    colour: str
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A stage. `kind`: first, middle or last."""

    code: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    title: tuple[Words, ...]
    means: tuple[Words, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way on from one stage to another. `kind`: on, skip or back. `head` is the points of its tip."""

    from_stage: str
    to_stage: str
    kind: str
    path: str
    head: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A clock, from where it starts to where it stops, and the lines that join it to the two rows."""

    title: str
    colour: str
    x: float
    top: float
    bottom: float
    leads: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole drawing, and the same in sentences."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    bars: tuple[Bar, ...]
    sentences: tuple[str, ...]
    has_back: bool
    has_clocks: bool


@dataclass(frozen=True, slots=True)
class _Span:
    """A clock's bar before it has a place: where it starts and stops as (stage, beginning or end)."""

    clock: Clock
    colour: str
    start: tuple[int, int]
    stop: tuple[int, int]


def text_width(text: str, size: float, is_bold: bool = False) -> float:
    """How wide a text is at most, in the units of the drawing."""
    thousandths = sum(_ARIAL[ord(c) - 32] if 32 <= ord(c) <= 126 else _OTHER for c in text)
    return thousandths * size / 1000 * (_BOLD if is_bold else 1)


def wrapped(text: str, room: float, size: float, is_bold: bool = False) -> list[str]:
    """The text in lines no wider than `room`; a single word that is wider is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        while text_width(word, size, is_bold) > room:
            fits = next(n for n in range(len(word), 0, -1) if text_width(f"{word[:n]}-", size, is_bold) <= room)
            if line:
                lines.append(line)
                line = ""
            lines.append(f"{word[:fits]}-")
            word = word[fits:]
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size, is_bold) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def place_of(event: str, pathway: Pathway) -> tuple[int, int] | None:
    """Where in the flow an event usually happens: (number of the stage, 0 its beginning or 1 its end); None if unknown.

    Read from the visits where they say: the first visits of a pathway happen at their stage, and visits that begin
    with an event begin with their stage. The definition of a clock stays what decides; this only draws it.
    """
    numbers = {stage.code: number for number, stage in enumerate(pathway.stages)}
    last = next((n for n, stage in enumerate(pathway.stages) if stage.kind is StageKind.LAST), len(numbers) - 1)
    if event in _USUALLY:
        stage, end = _USUALLY[event]
        return (last if stage < 0 else stage, end)
    begun = [numbers[visit.stage] for visit in pathway.visits if visit.period.from_event == event]
    seen = sorted({numbers[visit.stage] for visit in pathway.visits})
    if event in _SEEN_BY and seen:
        return (seen[0], 1)
    if begun:
        return (min(begun), 0)
    if event == "support_started":
        return (min(2, last - 1) if last > 1 else 0, 0)
    if event in ("review_held", "delegation_reviewed", "delegation_agreed"):
        return (seen[-1] if seen else max(last - 1, 0), 1)
    return None


def draw(pathway: Pathway, forms: dict[str, str]) -> Flow:
    """The drawing of a pathway. `forms` are the titles of forms by code."""
    spans = _spans(pathway)
    columns = _columns(spans)
    ways = _ways(pathway)
    lanes = _lanes(ways)
    left = EDGE + (max(columns, default=-1) + 1) * BAR + (6 if spans else 0)
    right = EDGE + (max(lanes.values(), default=-1) + 1) * LANE + (HEAD + 6 if lanes else 0)
    ports = [
        sum(way[2] != "on" and number in (way[0], way[1]) for way in ways) for number in range(len(pathway.stages))
    ]
    boxes: list[Box] = []
    row_at: dict[tuple[str, str], float] = {}
    y = float(EDGE)
    for number, stage in enumerate(pathway.stages):
        box = _box(stage, number, pathway, spans, forms, left, y, WIDTH - left - right, ports[number], row_at)
        boxes.append(box)
        y += box.height + GAP
    bars = tuple(_bar(span, columns[place], row_at, left) for place, span in enumerate(spans))
    return Flow(
        WIDTH,
        y - GAP + EDGE,
        tuple(boxes),
        _arrows(ways, lanes, boxes, WIDTH - right),
        bars,
        _sentences(pathway, spans, forms),
        any(way[2] == "back" for way in ways),
        bool(spans),
    )


def _spans(pathway: Pathway) -> list[_Span]:
    spans = []
    for number, clock in enumerate(pathway.clocks):
        starts = [place for event in clock.starts if (place := place_of(event, pathway))]
        start = min(starts, default=(min(1, len(pathway.stages) - 1), 0))
        stops = [place for event in clock.stops if (place := place_of(event, pathway)) and place > start]
        stop = min(stops, default=(max(start[0], len(pathway.stages) - 1), 1))
        spans.append(_Span(clock, CLOCK_COLOURS[number % len(CLOCK_COLOURS)], start, stop))
    return spans


def _columns(spans: Sequence[_Span]) -> list[int]:
    """A column for each bar, so that no two in one column meet; the first bars stand nearest the stages."""
    columns: list[int] = []
    for number, span in enumerate(spans):
        taken = {
            columns[other]
            for other in range(number)
            if not (spans[other].stop < span.start or spans[other].start > span.stop)
        }
        columns.append(next(column for column in range(len(spans)) if column not in taken))
    return columns


def _ways(pathway: Pathway) -> list[tuple[int, int, str]]:
    numbers = {stage.code: number for number, stage in enumerate(pathway.stages)}
    ways = []
    for number, stage in enumerate(pathway.stages):
        for code in stage.moves_to:
            there = numbers[code]
            kind = "on" if there == number + 1 else "skip" if there > number else "back"
            ways.append((number, there, kind))
    return ways


def _lanes(ways: Sequence[tuple[int, int, str]]) -> dict[tuple[int, str], int]:
    """A lane beside the stages for each stage that is reached by skipping on, or by going back: they share a trunk."""
    spans: dict[tuple[int, str], tuple[int, int]] = {}
    for start, end, kind in ways:
        if kind != "on":
            low, high = spans.get((end, kind), (end, end))
            spans[end, kind] = (min(low, start, end), max(high, start, end))
    lanes: dict[tuple[int, str], int] = {}
    for trunk, (low, high) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1][0], item[0])):
        taken = {lane for other, lane in lanes.items() if spans[other][0] <= high and spans[other][1] >= low}
        lanes[trunk] = next(lane for lane in range(len(spans)) if lane not in taken)
    return lanes


def _box(
    stage: Stage,
    number: int,
    pathway: Pathway,
    spans: Sequence[_Span],
    forms: dict[str, str],
    x: float,
    y: float,
    width: float,
    ports: int,
    row_at: dict[tuple[str, str], float],
) -> Box:
    room = width - 2 * PAD
    below = y + PAD

    def lines(text: str, size: float, height: float, is_bold: bool = False, indent: float = 0) -> tuple[Words, ...]:
        nonlocal below
        words = []
        for line in wrapped(text, room - indent, size, is_bold):
            words.append(
                Words(line, x + PAD + indent, below + size * 0.95, text_width(line, size, is_bold), size, is_bold)
            )
            below += height
        return tuple(words)

    title = lines(f"{number + 1}. {stage.title}", TITLE_SIZE, TITLE_LINE, is_bold=True)
    means = lines(stage.means, SMALL_SIZE, SMALL_LINE)
    rows = []
    for mark, text, colour, clock in _rows(stage, number, pathway, spans, forms):
        below += 4
        middle = below + SMALL_LINE / 2 - 1
        if clock:
            row_at[clock, mark] = middle
        rows.append(Row(mark, x + PAD, middle, colour, lines(text, SMALL_SIZE, SMALL_LINE, indent=MARK)))
    height = max(below + PAD - y, (ports + 1) * PORT)
    return Box(stage.code, stage.kind.value, x, y, width, height, title, means, tuple(rows))


def _rows(
    stage: Stage, number: int, pathway: Pathway, spans: Sequence[_Span], forms: dict[str, str]
) -> list[tuple[str, str, str, str]]:
    def clocks(end: int) -> list[tuple[str, str, str, str]]:
        stops = [
            ("stop", f"Clock stops: {span.clock.title}", span.colour, span.clock.code)
            for span in spans
            if span.stop == (number, end)
        ]
        starts = [
            (
                "start",
                f"Clock starts: {span.clock.title}, {target_words(span.clock.target)}",
                span.colour,
                span.clock.code,
            )
            for span in spans
            if span.start == (number, end)
        ]
        return stops + starts

    needed = {FormNeeded.OPTIONAL: " (when useful)"}
    held = [
        ("form", f"{forms.get(one.form, one.form)}{needed.get(one.needed, '')}", "#005eb8", "") for one in stage.forms
    ]
    held += [
        ("visit", f"{visit.title}, {visit.minutes} minutes{', two together' if len(visit.staff) == 2 else ''}",
         "#003087", "")
        for visit in pathway.visits
        if visit.stage == stage.code
    ]  # fmt: skip
    return clocks(0) + held + clocks(1)


def _bar(span: _Span, column: int, row_at: dict[tuple[str, str], float], left: float) -> Bar:
    x = left - 6 - column * BAR - BAR / 2
    top, bottom = row_at[span.clock.code, "start"], row_at[span.clock.code, "stop"]
    return Bar(span.clock.title, span.colour, x, top, bottom, ((x, top), (x, bottom)))


def _arrows(
    ways: Sequence[tuple[int, int, str]], lanes: dict[tuple[int, str], int], boxes: Sequence[Box], edge: float
) -> tuple[Arrow, ...]:
    port_at = _ports(ways, boxes)
    arrows = []
    for start, end, kind in ways:
        from_box, to_box = boxes[start], boxes[end]
        if kind == "on":
            x = from_box.x + from_box.width / 2
            points = [(x, from_box.y + from_box.height), (x, to_box.y - HEAD + 1)]
            head = f"{x - 5:g},{to_box.y - HEAD:g} {x + 5:g},{to_box.y - HEAD:g} {x:g},{to_box.y - 1:g}"
        else:
            lane = edge + HEAD + 6 + lanes[end, kind] * LANE + LANE / 2 - 4
            leaves, enters = port_at[start, end, kind, "out"], port_at[end, end, kind, "in"]
            points = [(edge, leaves), (lane, leaves), (lane, enters), (edge + HEAD, enters)]
            head = f"{edge + HEAD:g},{enters - 5:g} {edge + HEAD:g},{enters + 5:g} {edge + 1:g},{enters:g}"
        arrows.append(Arrow(from_box.code, to_box.code, kind, _path(points), head, tuple(points)))
    return tuple(arrows)


def _ports(ways: Sequence[tuple[int, int, str]], boxes: Sequence[Box]) -> dict[tuple[int, int, str, str], float]:
    """Where each line meets a stage's side: what comes from or goes to above stands above the rest."""
    port_at: dict[tuple[int, int, str, str], float] = {}
    for number, box in enumerate(boxes):
        above: list[tuple[int, int, str, str]] = []
        below: list[tuple[int, int, str, str]] = []
        for start, end, kind in ways:
            if kind == "on":
                continue
            if start == number:
                (below if kind == "skip" else above).append((start, end, kind, "out"))
            if end == number:
                side = above if kind == "skip" else below
                if (end, end, kind, "in") not in side:  # they come in together
                    side.append((end, end, kind, "in"))
        for place, port in enumerate(above):
            port_at[port] = box.y + PORT * (place + 1)
        for place, port in enumerate(reversed(below)):
            port_at[port] = box.y + box.height - PORT * (place + 1)
    return port_at


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A line through the points with rounded corners."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        bend = min(BEND, *(max(abs(corner[0] - p[0]), abs(corner[1] - p[1])) / 2 for p in (before, after)))
        path += f" L{_towards(corner, before, bend)} Q{corner[0]:g} {corner[1]:g} {_towards(corner, after, bend)}"
    return f"{path} L{points[-1][0]:g} {points[-1][1]:g}"


def _towards(corner: tuple[float, float], other: tuple[float, float], length: float) -> str:
    far = max(abs(other[0] - corner[0]), abs(other[1] - corner[1])) or 1
    return (
        f"{corner[0] + (other[0] - corner[0]) * length / far:g} {corner[1] + (other[1] - corner[1]) * length / far:g}"
    )


def _sentences(pathway: Pathway, spans: Sequence[_Span], forms: dict[str, str]) -> tuple[str, ...]:
    titles = {stage.code: stage.title for stage in pathway.stages}
    sentences = []
    for number, stage in enumerate(pathway.stages):
        said = f"{number + 1}. {stage.title}."
        rows = _rows(stage, number, pathway, spans, forms)
        for mark, words in (("form", "Form"), ("visit", "Visit")):
            held = [text for kind, text, *_ in rows if kind == mark]
            said += f" {words}{'s' if len(held) > 1 else ''}: {'; '.join(held)}." if held else ""
        said += "".join(f" {text}." for kind, text, *_ in rows if kind in ("start", "stop"))
        if stage.moves_to:
            said += f" Goes on to: {either([titles[code] for code in stage.moves_to])}."
        sentences.append(said)
    return tuple(sentences)
