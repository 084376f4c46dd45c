"""What is compared and what comes of it. Pure Python, apart from what compares: that is slow to load."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Compared:
    """What one record says of who somebody is, for comparing."""

    number: int
    given_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    postcode: str = ""
    phone: str = ""
    nhs_number: str = ""
    is_nhs_number_verified: bool = False
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison: of what, what was found, and its weight in bits; under 0 it speaks against one person."""

    of: str
    found: str
    weight: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, the lower number first, how likely they are of one person (0 to 1) and the evidence."""

    first: int
    second: int
    likelihood: float
    evidence: tuple[Evidence, ...]
