"""What the form of a study asks."""

from homeward.evidence.rules.study import IMPACT_TITLES, Finding, Impact, Study
from homeward.evidence.selectors import is_measure, known_pathways, published
from homeward.evidence.states import About
from homeward.web.clinics.forms import AskedMany

MOST_FINDINGS = 20
SPARE_ROWS = 2
TEXTS = (
    ("title", "Say in a few words what the study is about", 160),
    ("organisation", "Say which organisations did it", 200),
    ("place", "Say where", 120),
    ("period", "Say when", 120),
    ("who_for", "Say whom it was for", 4000),
    ("did", "Say what was done", 4000),
    ("workforce", "Say what changed for staff", 4000),
)
PARTS = ("says", "value", "to", "about", "unit", "place", "period", "measure")
LONGEST = {"says": 250, "unit": 60, "place": 120, "period": 120}


def read_study(asked: AskedMany) -> Study | None:
    """The study that a form describes; None, with errors beside the fields, where it cannot be read."""
    for name, missing, most in TEXTS:
        if not asked.typed(name):
            asked.errors[name] = [missing]
        elif len(asked.typed(name)) > most:
            asked.errors[name] = [f"Use {most} characters or fewer"]
    impacts = [Impact(one) for one in IMPACT_TITLES if one in asked.chosen("impacts")]
    if not impacts:
        asked.errors["impacts"] = ["Choose at least one impact"]
    topics = [one for one in published().topics if one in asked.chosen("topics")]
    if not topics:
        asked.errors["topics"] = ["Choose at least one topic"]
    numbers = tuple(one for row in range(1, MOST_FINDINGS + 1) if (one := _read_finding(asked, row)) is not None)
    if asked.errors:
        return None
    return Study(
        code="", version=0, title=asked.typed("title"), organisation=asked.typed("organisation"),
        place=asked.typed("place"), period=asked.typed("period"), who_for=asked.typed("who_for"),
        did=asked.typed("did"), workforce=asked.typed("workforce"), impacts=tuple(impacts), topics=tuple(topics),
        numbers=numbers,
        lessons=tuple(line.strip() for line in asked.typed("lessons").splitlines() if line.strip()),
        pathways=tuple(one for one in sorted(known_pathways()) if one in asked.chosen("pathways")),
    )  # fmt: skip


def study_as_asked(study: Study) -> AskedMany:
    """A form filled with a study as it stands."""
    usual = {name: getattr(study, name) for name, _, _ in TEXTS} | {"lessons": "\n".join(study.lessons)}
    for row, one in enumerate(study.numbers, start=1):
        for part in PARTS:
            held = getattr(one, part)
            usual[f"{part}-{row}"] = "" if held is None else str(held)
    many = {"impacts": list(study.impacts), "topics": list(study.topics), "pathways": list(study.pathways)}
    return AskedMany(None, usual, many)


def finding_rows(asked: AskedMany) -> range:
    """The numbers of the rows of findings: those filled, and some for more."""
    filled = [row for row in range(1, MOST_FINDINGS + 1) if any(asked.typed(f"{part}-{row}") for part in PARTS)]
    return range(1, min(max(filled, default=0) + SPARE_ROWS, MOST_FINDINGS) + 1)


def _read_finding(asked: AskedMany, row: int) -> Finding | None:
    typed = {part: asked.typed(f"{part}-{row}") for part in PARTS}
    if not any(typed.values()):
        return None
    value, to = _number(asked, f"value-{row}"), _number(asked, f"to-{row}")
    if not typed["says"]:
        asked.errors[f"says-{row}"] = [f"Finding {row}: say what was found"]
    for part in ("place", "period"):
        if not typed[part]:
            asked.errors[f"{part}-{row}"] = [f"Finding {row}: give its {part}, or “Not stated”"]
    for part, most in LONGEST.items():
        if len(typed[part]) > most:
            asked.errors[f"{part}-{row}"] = [f"Finding {row}: use {most} characters or fewer"]
    if typed["value"] and not typed["unit"]:
        asked.errors[f"unit-{row}"] = [f"Finding {row}: give the unit, such as % or days"]
    if not typed["value"] and (typed["unit"] or typed["to"] or typed["about"]):
        asked.errors[f"value-{row}"] = [f"Finding {row}: give the number, or take its unit away"]
    if typed["about"] and typed["about"] not in About.values:
        asked.errors[f"about-{row}"] = [f"Finding {row}: choose how exact the number is"]
    if typed["measure"] and not is_measure(typed["measure"]):
        asked.errors[f"measure-{row}"] = [f"Finding {row}: choose a measure from the list"]
    return Finding(
        says=typed["says"], place=typed["place"], period=typed["period"], value=value, to=to, about=typed["about"],
        unit=typed["unit"], measure=typed["measure"],
    )  # fmt: skip


def _number(asked: AskedMany, name: str) -> float | None:
    text = asked.typed(name).replace(",", "").removeprefix("£").removesuffix("%").strip()
    if not text:
        return None
    is_plain = text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit() and len(text) <= 15
    if not is_plain:
        asked.errors[name] = ["Enter a number in figures, like 4,794 or 11.6"]
        return None
    return float(text) if "." in text else int(text)
