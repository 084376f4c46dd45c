"""Providers and contracts, packages and offers, invoices, pools, personal budgets, joint plans."""

from homeward.commissioning.models.budget import Pool, PoolEntry, PoolLine
from homeward.commissioning.models.invoice import ClosedMonth, Invoice, InvoiceEntry, InvoiceLine
from homeward.commissioning.models.joint_plan import JointPlan, PlanDecision, PlanLine
from homeward.commissioning.models.offer import Offer
from homeward.commissioning.models.package import (
    CapacityAnswer,
    FundingShare,
    Package,
    PackageEvent,
    PackageVisit,
    Suspension,
    Variation,
)
from homeward.commissioning.models.personal import PersonalBudget, PersonalPayment, PersonalReview
from homeward.commissioning.models.provider import CareContract, Provider, Rate

__all__ = [
    "CapacityAnswer",
    "CareContract",
    "ClosedMonth",
    "FundingShare",
    "Invoice",
    "InvoiceEntry",
    "InvoiceLine",
    "JointPlan",
    "Offer",
    "Package",
    "PackageEvent",
    "PackageVisit",
    "PersonalBudget",
    "PersonalPayment",
    "PersonalReview",
    "PlanDecision",
    "PlanLine",
    "Pool",
    "PoolEntry",
    "PoolLine",
    "Provider",
    "Rate",
    "Suspension",
    "Variation",
]
