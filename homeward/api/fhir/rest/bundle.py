"""Answers as Bundles: what was found, what comes along, what was left out, and where the next page is."""

from urllib.parse import urlencode

from homeward.api.fhir.rest.answering import Answer, Found
from homeward.api.fhir.rest.asking import Question
from homeward.api.fhir.rest.elements import moment


def searchset(answer: Answer, question: Question, base: str, path: str, now, *, is_posted: bool = False) -> dict:
    """The Bundle for one page. Links of a posted search hold no parameters: they may be names, and addresses are seen.

    The next page of a posted search is asked for by posting the same again to the next link.
    """
    address = f"{base}/{path}"
    written = [] if is_posted else question.written
    links = [{"relation": "self", "url": _with(address, [*written, *_cursor(question.cursor)])}]
    if answer.next_cursor:
        links.append({"relation": "next", "url": _with(address, [*written, *_cursor(answer.next_cursor)])})
    entries = [_entry(one, base) for one in (*answer.found, *answer.included)]
    outcome = _outcome(answer, question)
    if outcome:
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    bundle: dict = {"resourceType": "Bundle", "type": "searchset", "timestamp": moment(now), "link": links}
    if answer.total is not None:
        bundle["total"] = answer.total
    if entries:
        bundle["entry"] = entries
    return bundle


def _cursor(cursor: str) -> list[tuple[str, str]]:
    return [("_cursor", cursor)] if cursor else []


def _with(address: str, pairs: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(pairs)}" if pairs else address


def _entry(one: Found, base: str) -> dict:
    resource = one.resource
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
        "search": {"mode": one.mode},
    }


def _outcome(answer: Answer, question: Question) -> dict | None:
    said = [f"Not known here, and left out: {name}" for name in question.ignored]
    if answer.kept_back:
        said.append(f"Kept back because they are sensitive: {answer.kept_back}")
    if answer.has_more_included:
        said.append("More would come along than one page holds. Ask for them by themselves.")
    if not said:
        return None
    issues = [{"severity": "warning", "code": "processing", "diagnostics": text} for text in said]
    return {"resourceType": "OperationOutcome", "issue": issues}
