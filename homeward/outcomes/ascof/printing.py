"""A measure as JSON and as text."""

from collections import Counter

from homeward.outcomes.ascof.admissions import Admission, Admissions, Rate
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.measure_2a import Ascof2A, RecordFate, Total
from homeward.outcomes.ascof.periods import ChosenPeriod
from homeward.outcomes.ascof.reading import CareFile
from homeward.outcomes.ascof.st_max import Result

# Of each group of people: the total of all councils, and of each.
Shares = dict[str, tuple[Total, dict[str, Total]]]
REPOSITORY = "NHS England, ASC-Client-Level-Data-SALT-ASCOF-transformations"


def settings_as_json(chosen: ChosenPeriod, file: CareFile) -> dict:
    """What the measure was computed with."""
    period = chosen.period
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "submitted_by": period.submitted_by.isoformat(),
        "today": period.today.isoformat(),
        "defaults_taken": list(chosen.defaults),
        "columns": file.columns,
        "encoding": file.encoding,
        "texts_compared": "without regard to case and trailing blanks, as SQL Server does",
    }


def ascof_2a_as_json(measure: Ascof2A, chosen: ChosenPeriod, file: CareFile) -> dict:
    """Everything: settings, totals, every row of the national table, the fate of every line, faults."""
    return {
        "measure": "2A",
        "definition": f"{REPOSITORY}: STS001 and ASCOF 2A replication code",
        "settings": settings_as_json(chosen, file),
        "totals": {
            "all": total_as_json(measure.everywhere),
            "councils": {code: total_as_json(total) for code, total in measure.totals.items()},
        },
        "clusters": [result_as_json(result) for result in measure.results],
        "records": sorted(
            [*(fate_as_json(fate) for fate in measure.fates), *(_unreadable(fault.line) for fault in file.faults)],
            key=lambda record: record["line"],
        ),
        "faults": faults_as_json(file),
    }


def faults_as_json(file: CareFile) -> list[dict]:
    return [{"line": fault.line, "reason": fault.reason} for fault in file.faults]


def admissions_as_json(
    measure: str, found: Admissions, rates: dict[str, Rate], everywhere: Rate, chosen: ChosenPeriod, file: CareFile
) -> dict:
    """2B or 2C: settings, rates, every admission, the fate of every line, faults."""
    return {
        "measure": measure,
        "definition": f"{REPOSITORY}: ASCOF 2B2C replication code",
        "settings": settings_as_json(chosen, file),
        "totals": {
            "all": rate_as_json(everywhere),
            "councils": {code: rate_as_json(rate) for code, rate in rates.items()},
        },
        "admissions": [admission_as_json(admission) for admission in found.aged(measure)],
        "records": records_as_json(found.fates, file),
        "faults": faults_as_json(file),
    }


def records_as_json(fates: dict[int, Fate], file: CareFile) -> list[dict]:
    """Every line of the file with its one fate, those that could not be read among them."""
    read = [(record.line, record.council, record.event_type, fates[record.line]) for record in file.records]
    lines = [*read, *((fault.line, None, None, Fate.UNREADABLE) for fault in file.faults)]
    return [
        {"line": line, "la_code": council, "event_type": event_type, "fate": fate.code, "rule": fate.value}
        for line, council, event_type, fate in sorted(lines, key=lambda one: one[0])
    ]


def shares_as_json(
    measure: str, shares: dict[str, Shares], fates: dict[int, Fate], chosen: ChosenPeriod, file: CareFile
) -> dict:
    """2E or 3D: settings, each part by council, the fate of every line, faults."""
    return {
        "measure": measure,
        "definition": f"{REPOSITORY}: ASCOF {measure} replication code",
        "settings": settings_as_json(chosen, file),
        "parts": {
            part: {
                group: {
                    "all": total_as_json(everywhere),
                    "councils": {code: total_as_json(total) for code, total in totals.items()},
                }
                for group, (everywhere, totals) in groups.items()
            }
            for part, groups in shares.items()
        },
        "records": records_as_json(fates, file),
        "faults": faults_as_json(file),
    }


def shares_as_text(
    measure: str, shares: dict[str, Shares], fates: dict[int, Fate], chosen: ChosenPeriod, file: CareFile
) -> str:
    """Tables for reading: each part and group by council, what became of the records, faults."""
    lines = [_heading(measure, chosen)]
    for part, groups in shares.items():
        for group, (everywhere, totals) in groups.items():
            width = max([12, *(len(code) for code in totals)])
            lines += ["", f"{part}, {group}", f"{'council':{width}} numerator denominator percent"]
            lines += [_total_line(code, total, width) for code, total in totals.items()]
            lines.append(_total_line("all", everywhere, width))
    return "\n".join([*lines, "", *_what_became(Counter(fates.values()), file)])


def rate_as_json(rate: Rate) -> dict:
    return {"numerator": rate.admitted, "denominator": rate.population, "per_100000": rate.per_100000}


def admission_as_json(admission: Admission) -> dict:
    return {
        "la_code": admission.council,
        "person_id": admission.person_id,
        "age": admission.age,
        "lines": list(admission.lines),
    }


def admissions_as_text(
    measure: str, found: Admissions, rates: dict[str, Rate], everywhere: Rate, chosen: ChosenPeriod, file: CareFile
) -> str:
    """A table for reading: rates by council, what became of the records, faults."""
    width = max([12, *(len(code) for code in rates)])
    return "\n".join(
        [
            _heading(measure, chosen),
            "",
            f"{'council':{width}} admitted  population per 100,000",
            *(_rate_line(code, rate, width) for code, rate in rates.items()),
            _rate_line("all", everywhere, width),
            "",
            *_what_became(Counter(found.fates.values()), file),
        ]
    )


def _rate_line(name: str, rate: Rate, width: int) -> str:
    per_people = "–" if rate.per_100000 is None else f"{rate.per_100000:.1f}"
    return f"{name:{width}} {rate.admitted:>8} {rate.population or '–':>11} {per_people:>11}"


def total_as_json(total: Total) -> dict:
    return {"numerator": total.numerator, "denominator": total.denominator, "percent": total.percent}


def result_as_json(result: Result) -> dict:
    return {
        "number": result.number,
        "la_code": result.council,
        "person_id": result.person_id,
        "cluster_start": result.cluster_starts_on.isoformat(),
        "cluster_end": result.cluster_ends_on.isoformat(),
        "event_outcome": result.outcome,
        "record_type": result.record_type,
        "final_outcome": result.final_outcome,
        "final_outcome_mapped": result.final_outcome_mapped,
        "in_denominator": result.in_denominator,
        "in_numerator": result.in_numerator,
        "rule": result.rule,
        "merged_into": result.merged_into,
        "depends_on_tie": result.depends_on_tie,
        "lines": {
            "cluster": list(result.cluster_lines),
            "followers": list(result.follower_lines),
            "deciding": list(result.deciding_lines),
        },
    }


def fate_as_json(fate: RecordFate) -> dict:
    return {
        "line": fate.record.line,
        "la_code": fate.record.council,
        "event_type": fate.record.event_type,
        "fate": fate.fate.code,
        "rule": fate.fate.value,
        "clusters": list(fate.result_numbers),
        "fate_at_requests": fate.at_requests.code,
        "fate_at_st_max": fate.at_st_max.code,
    }


def _unreadable(line: int) -> dict:
    code = Fate.UNREADABLE.code
    return {
        "line": line,
        "la_code": None,
        "event_type": None,
        "fate": code,
        "rule": Fate.UNREADABLE.value,
        "clusters": [],
        "fate_at_requests": code,
        "fate_at_st_max": code,
    }


def ascof_2a_as_text(measure: Ascof2A, chosen: ChosenPeriod, file: CareFile) -> str:
    """A table for reading: the settings, totals by council, what became of the records, faults."""
    width = max([12, *(len(code) for code in measure.totals)])
    ties = sum(result.depends_on_tie for result in measure.results)
    return "\n".join(
        [
            _heading("2A", chosen),
            "",
            f"{'council':{width}} numerator denominator percent",
            *(_total_line(code, total, width) for code, total in measure.totals.items()),
            _total_line("all", measure.everywhere, width),
            "",
            *([f"{ties} of {len(measure.results)} rows depend on the order of events of one day.", ""] if ties else []),
            *_what_became(Counter(fate.fate for fate in measure.fates), file),
        ]
    )


def _heading(measure: str, chosen: ChosenPeriod) -> str:
    period = chosen.period
    defaults = f" (not given: {', '.join(chosen.defaults)})" if chosen.defaults else ""
    return f"ASCOF {measure}, {period.first} to {period.last}, submissions up to {period.submitted_by}{defaults}"


def _what_became(counted: Counter[Fate], file: CareFile) -> list[str]:
    if file.faults:
        counted[Fate.UNREADABLE] = len(file.faults)
    faults = ["", "Lines that could not be read", *(f"  line {f.line}: {f.reason}" for f in file.faults)]
    return [
        "What became of the records",
        *(f"{count:>9}  {fate.value}" for fate, count in counted.most_common()),
        *(faults if file.faults else []),
    ]


def _total_line(name: str, total: Total, width: int) -> str:
    percent = "–" if total.percent is None else f"{total.percent:.1f}"
    return f"{name:{width}} {total.numerator:>9} {total.denominator:>11} {percent:>7}"
