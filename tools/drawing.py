"""A picture in SVG: shapes and words in a few named styles that read well on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

# name -> (on a light page, on a dark page)
COLOURS = {
    "ground": ("#ffffff", "#0d1117"),
    "ink": ("#212b32", "#e6edf3"),
    "faint": ("#5b6770", "#9aa7b2"),
    "rule": ("#d8dde0", "#30363d"),
}
# Of routes and lines: each at least 3 : 1 against its ground (WCAG 2.2, 1.4.11), and told apart by more than colour.
SERIES = (
    ("#005eb8", "#6cb2f7"),
    ("#b35900", "#f2a35e"),
    ("#007f3b", "#5cc98a"),
    ("#7c2b8a", "#cf9be8"),
    ("#b3175f", "#f58bbd"),
    ("#00707a", "#5ccfd6"),
    ("#6b5b00", "#d8c24a"),
    ("#4d4dbf", "#a5a5ff"),
)
_FONT = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


def style_of(series: int) -> str:
    """The name of the style of the series so numbered, from 0; after the last they begin again."""
    return f"s{series % len(SERIES)}"


def _styles() -> str:
    def rules(which: int) -> str:
        colours = {name: pair[which] for name, pair in COLOURS.items()}
        colours |= {style_of(number): pair[which] for number, pair in enumerate(SERIES)}
        return "".join(f".{name}{{fill:{value}}}.{name}-line{{stroke:{value}}}" for name, value in colours.items())

    return (
        f"text{{font-family:{_FONT};font-size:13px}}.small{{font-size:11px}}.title{{font-size:16px;font-weight:600}}"
        f".number{{font-size:11px;font-weight:600}}polyline{{fill:none}}"
        f".halo{{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}}{rules(0)}"
        f"@media (prefers-color-scheme:dark){{{rules(1)}}}"
    )


class Picture:
    """Draws onto a canvas measured in pixels from its upper left corner; later shapes lie over earlier ones.

    ``title`` and ``description`` are what a screen reader says of it.
    """

    def __init__(self, width: float, height: float, title: str, description: str) -> None:
        self.width, self.height = width, height
        self._title, self._description = title, description
        self._shapes: list[str] = []

    def line(
        self, x1: float, y1: float, x2: float, y2: float, style: str, *, width: float = 1.0, dashes: str = ""
    ) -> None:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}-line" '
            f'stroke-width="{width:g}"{dashed}/>'
        )

    def polyline(self, points: Sequence[tuple[float, float]], style: str, *, width: float = 2.0) -> None:
        along = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._shapes.append(
            f'<polyline points="{along}" class="{style}-line" stroke-width="{width:g}" stroke-linejoin="round"/>'
        )

    def circle(self, x: float, y: float, radius: float, style: str, *, outline: str = "", width: float = 2.0) -> None:
        drawn = f' stroke-width="{width:g}"' if outline else ""
        names = f"{style} {outline}-line" if outline else style
        self._shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{names}"{drawn}/>')

    def box(
        self, x: float, y: float, width: float, height: float, style: str, *, outline: str = "", corner: float = 2.0
    ) -> None:
        drawn = ' stroke-width="2"' if outline else ""
        names = f"{style} {outline}-line" if outline else style
        self._shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{corner:g}" '
            f'class="{names}"{drawn}/>'
        )

    def diamond(self, x: float, y: float, radius: float, style: str) -> None:
        corners = f"{x:.1f},{y - radius:.1f} {x + radius:.1f},{y:.1f} {x:.1f},{y + radius:.1f} {x - radius:.1f},{y:.1f}"
        self._shapes.append(f'<polygon points="{corners}" class="{style}"/>')

    def words(
        self, x: float, y: float, text: str, style: str = "ink", *, anchor: str = "start", kind: str = ""
    ) -> None:
        """``anchor``: start, middle or end. ``kind``: title, small or number; words are rimmed by the ground."""
        names = f"{style} halo ground-line {kind}".strip()
        self._shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{names}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" role="img" aria-labelledby="title description">\n'
            f'<title id="title">{escape(self._title)}</title>\n'
            f'<desc id="description">{escape(self._description)}</desc>\n'
            f"<style>{_styles()}</style>\n"
            f'<rect width="{self.width:g}" height="{self.height:g}" class="ground"/>\n'
            + "\n".join(self._shapes)
            + "\n</svg>\n"
        )
