"""What became of a ward list, for the system that handed it in: numbers and lines, and nobody's name."""

from homeward.api.intake.operation_outcome import HTTP_ERROR_CODES, MOST_PARTS_NAMED, RECEIVER_CODES
from homeward.discharge.models.ward_list import WardList
from homeward.discharge.services.ward_lists import said_of


def list_outcome(ward_list: WardList) -> dict:
    """The OperationOutcome of a list that was taken in: what it came to, and each row that was sent back with why."""
    coding = {"system": HTTP_ERROR_CODES, "code": RECEIVER_CODES[200]}
    faults = ward_list.message.not_understood
    issues = [
        {
            "severity": "information",
            "code": "informational",
            "details": {"coding": [coding]},
            "diagnostics": said_of(ward_list),
        }
    ]
    issues += [
        {"severity": "warning", "code": "value", "diagnostics": str(one["text"]), "expression": [str(one["path"])]}
        for one in faults[:MOST_PARTS_NAMED]
    ]
    if len(faults) > MOST_PARTS_NAMED:
        more = f"And {len(faults) - MOST_PARTS_NAMED} more. See the list under Coming home, Ward lists."
        issues.append({"severity": "warning", "code": "value", "diagnostics": more})
    return {"resourceType": "OperationOutcome", "id": f"ward-list-{ward_list.pk}", "issue": issues}
