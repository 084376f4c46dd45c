"""What is wrong with a file, said so that whoever made it can put it right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not right. `row` is as a spreadsheet counts, None when it is about the whole file.

    `stops_all`: nothing sensible can be loaded while it stands, whatever the user accepts.
    """

    file: str
    row: int | None
    column: str
    text: str
    stops_all: bool = False

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(self.column)
        return f"{', '.join(place)}: {self.text}"
