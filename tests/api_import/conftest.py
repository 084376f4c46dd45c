"""A made-up service of three homes and two workers, as its three files; each test spoils what it needs to."""

from pathlib import Path

import pytest

VISITS = """VisitId,UserId,Date,Time,Duration,CarerCount
501,41,2026-11-23,08:00:00,1800,1
502,42,2026-11-23,09:00:00,1770,2
503,43,2026-11-23,10:30:00,900,1
504,41,2026-11-24,08:00:00,1800,1
"""
CARERS = """CarerId,Date,Begin,End
7,2026-11-23,2026-11-23T07:30:00,2026-11-23T11:30:00
7,2026-11-23,2026-11-23T16:00:00,2026-11-23T20:00:00
8,2026-11-23,2026-11-23T07:30:00,2026-11-23T12:00:00
8,2026-11-24,2026-11-24T07:30:00,2026-11-24T12:00:00
"""
DISTANCE = """UserId,41,42,43
41,0,300,420
42,310,0,240
43,400,250,0
"""


class Folder:
    """The three files, to be changed and read again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("visits.csv", VISITS)
        self.write("carers.csv", CARERS)
        self.write("distance.csv", DISTANCE)

    def write(self, name: str, text: str | bytes) -> "Folder":
        (self.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def change(self, name: str, before: str, after: str) -> "Folder":
        text = (self.path / name).read_text()
        assert before in text
        return self.write(name, text.replace(before, after, 1))


@pytest.fixture
def folder(tmp_path) -> Folder:
    path = tmp_path / "made-up-care"
    path.mkdir()
    return Folder(path)
