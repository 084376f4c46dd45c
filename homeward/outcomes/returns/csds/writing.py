"""The tables as files, and the report that goes with them."""

import csv
import io
import json

from homeward.outcomes.returns.csds.building import Built, Month
from homeward.outcomes.returns.csds.checking import not_settled_in, problems_in
from homeward.outcomes.returns.csds.tables import TABLES

REPORT = "report.json"


def files_of(built: Built) -> dict[str, str]:
    """Each table as CSV by file name: a line of column names, then the rows, with the line ends of RFC 4180."""
    files = {}
    for table in TABLES:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, [column.name for column in table.columns], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(built.rows[table.code])
        files[table.file_name] = text.getvalue()
    return files


def report_of(built: Built, month: Month) -> str:
    """What is in the files, what is wrong, what is not settled and what was left out, as JSON."""
    problems = problems_in(built.rows)
    return json.dumps(
        {
            "data_set": "Community Services Data Set",
            "month": f"{month.first:%Y-%m}",
            "rows": {table.code + table.title: len(built.rows[table.code]) for table in TABLES},
            "problems": [
                {"table": one.table, "key": one.key, "column": one.column, "text": one.text} for one in problems
            ],
            "not_settled": [
                {"table": one.table, "column": one.column, "rows": one.rows} for one in not_settled_in(built.rows)
            ],
            "left_out": built.left_out,
        },
        indent=1,
        ensure_ascii=False,
    )
