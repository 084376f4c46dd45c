"""The tables as files, and the report that goes with them."""

import csv
import io
import json
from collections.abc import Collection
from dataclasses import dataclass, field

from homeward.outcomes.returns.checking import Rows, not_settled_in, problems_in
from homeward.outcomes.returns.months import Month
from homeward.outcomes.returns.tables import Table
from homeward.people.models import Person

REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Built:
    """The rows of every table, and how many of the record's things were left out, by why.

    not_asked: by what it is, how many people in the rows nobody asked, of how many: "people" of "of". A code for them
    settles what is sent, not what is known.
    """

    tables: tuple[Table, ...]
    rows: Rows
    left_out: dict[str, int]
    not_asked: dict[str, dict[str, int]] = field(default_factory=dict)


def ethnicity_not_asked(people: Collection[Person]) -> dict[str, dict[str, int]]:
    """Of how many of these nobody has asked the ethnic category."""
    return {"Ethnic category": {"people": sum(not one.ethnic_category for one in people), "of": len(people)}}


def files_of(built: Built) -> dict[str, str]:
    """Each table as CSV by file name: a line of column names, then the rows, with the line ends of RFC 4180."""
    files = {}
    for table in built.tables:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, [column.name for column in table.columns], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(built.rows[table.code])
        files[table.file_name] = text.getvalue()
    return files


def report_of(title: str, built: Built, month: Month) -> str:
    """What is in the files, what is wrong, what is not settled and what was left out, as JSON."""
    problems = problems_in(built.tables, built.rows)
    return json.dumps(
        {
            "data_set": title,
            "month": f"{month.first:%Y-%m}",
            "rows": {table.code + table.title: len(built.rows[table.code]) for table in built.tables},
            "problems": [
                {"table": one.table, "key": one.key, "column": one.column, "text": one.text} for one in problems
            ],
            "not_settled": [
                {"table": one.table, "column": one.column, "rows": one.rows}
                for one in not_settled_in(built.tables, built.rows)
            ],
            "left_out": built.left_out,
            "not_asked": built.not_asked,
        },
        indent=1,
        ensure_ascii=False,
    )
