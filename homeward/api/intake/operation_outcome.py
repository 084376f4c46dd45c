"""OperationOutcome: what we answer when a message is refused, and what we add when it is not."""

from collections.abc import Iterable

HTTP_ERROR_CODES = "https://fhir.nhs.uk/Codesystem/http-error-codes"
# The receiver's codes of BaRS by HTTP status. It has none for 411, 413 and 415: each is a bad request.
RECEIVER_CODES = {
    200: "OK",
    400: "REC_BAD_REQUEST",
    401: "REC_UNAUTHORIZED",
    403: "REC_FORBIDDEN",
    404: "REC_NOT_FOUND",
    405: "REC_METHOD_NOT_ALLOWED",
    406: "REC_NOT_ACCEPTABLE",
    409: "REC_CONFLICT",
    411: "REC_BAD_REQUEST",
    413: "REC_BAD_REQUEST",
    415: "REC_BAD_REQUEST",
    422: "REC_UNPROCESSABLE_ENTITY",
    500: "REC_SERVER_ERROR",
    503: "REC_SERVICE_UNAVAILABLE",
}
MOST_PARTS_NAMED = 50  # parts of a message named in one answer


def refusal(status: int, issue_code: str, diagnostics: str) -> dict:
    """The OperationOutcome for a refused message. `diagnostics` says what is wrong and what to do about it."""
    coding = {"system": HTTP_ERROR_CODES, "code": RECEIVER_CODES.get(status, "REC_SERVER_ERROR")}
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"]},
        "issue": [
            {
                "severity": "error",
                "code": issue_code,
                "details": {"coding": [coding]},
                "diagnostics": diagnostics,
            }
        ],
    }


def acceptance(outcome_id: str, said: str, paths: Iterable[str]) -> dict:
    """The OperationOutcome that goes with an accepted message: what was done, and which parts were not carried over.

    It names places in the message only, never what stands there.
    """
    paths = list(dict.fromkeys(path for path in paths if path))
    issues = [
        {
            "severity": "information",
            "code": "informational",
            "details": {"coding": [{"system": HTTP_ERROR_CODES, "code": RECEIVER_CODES[200]}]},
            "diagnostics": said,
        }
    ]
    issues += [
        {
            "severity": "information",
            "code": "not-supported",
            "diagnostics": "Not carried into the referral as it was sent; it is kept with the message.",
            "expression": [path],
        }
        for path in paths[:MOST_PARTS_NAMED]
    ]
    if len(paths) > MOST_PARTS_NAMED:
        more = f"And {len(paths) - MOST_PARTS_NAMED} more parts of the message."
        issues.append({"severity": "information", "code": "not-supported", "diagnostics": more})
    return {"resourceType": "OperationOutcome", "id": outcome_id, "issue": issues}
