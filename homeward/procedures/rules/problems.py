"""One thing that is wrong in a library, and where."""

from __future__ import annotations

from dataclasses import dataclass

from .yaml_lines import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """`file` is relative to the library, `line` counts from 1, `text` says what is wrong and what to do."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.text}" if self.field else f"{where}: {self.text}"


def field_name(path: Path) -> str:
    """A path as people write it, counting from 1: `clocks[2].stops`."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name
