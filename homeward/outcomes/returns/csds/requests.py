"""Referrals that are submitted: those of the pathways that a team type is set for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from homeward.outcomes.returns.care import Care, care_in
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.months import Month


@dataclass(frozen=True, slots=True)
class Request:
    """A referral that is submitted, with the care it led to."""

    care: Care
    team_type: str

    @property
    def identifier(self) -> str:
        return self.care.referral.reference

    @property
    def team(self) -> str:
        last = self.care.episodes[-1] if self.care.episodes else None
        return last.team.code if last and last.team else ""


def requests_in(service_id: int, month: Month, codes: Codes, left_out: Counter[str]) -> Iterable[Request]:
    for care in care_in(service_id, month):
        team_type = codes.mappings["team_type"].get(care.pathway.code, "") if care.pathway else ""
        if care.referral.person is None:
            left_out["Referrals about staff or a service, not a person"] += 1
        elif care.pathway is None:
            left_out["Referrals without a pathway yet"] += 1
        elif not team_type:
            left_out[f"Referrals of the pathway {care.pathway.code}, no team type set"] += 1
        else:
            yield Request(care, team_type)
