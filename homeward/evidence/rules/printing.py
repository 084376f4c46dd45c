"""Studies as a command prints them."""

from homeward.evidence.rules.study import IMPACT_TITLES, Finding, Study, where_and_when


def as_json(study: Study, *, service_code: str = "") -> dict:
    """A study as JSON types; `service` is the code of the service whose own it is, None for a published one."""
    return {
        "code": study.code,
        "version": study.version,
        "service": service_code or None,
        "title": study.title,
        "organisation": study.organisation,
        "place": study.place,
        "period": study.period,
        "who_for": study.who_for,
        "did": study.did,
        "workforce": study.workforce,
        "impacts": [one.value for one in study.impacts],
        "topics": list(study.topics),
        "numbers": [_finding(one) for one in study.numbers],
        "lessons": list(study.lessons),
        "pathways": list(study.pathways),
        "source": {"code": study.source, "file": study.file, "study": study.study} if study.source else None,
    }


def as_text(study: Study, topics: dict[str, str], *, service_code: str = "") -> str:
    """A study in lines to read."""
    whose = f" (own study of {service_code})" if service_code else ""
    where = f", study {study.study}" if study.study else ""
    lines = [
        f"{study.code}: {study.title}{whose}",
        f"  {study.organisation}; place: {study.place}; period: {study.period}",
        f"  Who for: {study.who_for}",
        f"  What they did: {study.did}",
        f"  For staff: {study.workforce}",
        f"  Impacts: {'; '.join(IMPACT_TITLES[one] for one in study.impacts)}",
        f"  Topics: {', '.join(topics.get(code, code) for code in study.topics)}",
        *(f"  Found: {_finding_text(one)}" for one in study.numbers),
        *(f"  We take from it: {one}" for one in study.lessons),
        f"  Became: {', '.join(study.pathways) or 'nothing yet'}",
    ]
    if study.source:
        lines.append(f"  From: {study.source}{where} ({study.file})")
    return "\n".join(lines)


def _finding(one: Finding) -> dict:
    return {
        "says": one.says,
        "value": one.value,
        "to": one.to,
        "about": one.about or None,
        "unit": one.unit or None,
        "place": one.place,
        "period": one.period,
        "measure": one.measure or None,
    }


def _finding_text(one: Finding) -> str:
    number = f": {one.number}" if one.number else ""
    measure = f" [{one.measure}]" if one.measure else ""
    return f"{one.says}{number} ({where_and_when(one.place, one.period)}){measure}"
