"""What there is and where, who has it, and who answers when a device calls."""

from homeward.equipment.models.catalogue import Kind, Store
from homeward.equipment.models.lending import (
    BenefitReview,
    EquipmentRequest,
    EquipmentVisit,
    Loan,
    RecallCall,
)
from homeward.equipment.models.stock import Check, CheckBooking, Item, Movement, Recall, Shelf
from homeward.equipment.models.telecare import AlertMessage, Device, DeviceAlert, DeviceAlertEvent

__all__ = [
    "AlertMessage",
    "BenefitReview",
    "Check",
    "CheckBooking",
    "Device",
    "DeviceAlert",
    "DeviceAlertEvent",
    "EquipmentRequest",
    "EquipmentVisit",
    "Item",
    "Kind",
    "Loan",
    "Movement",
    "Recall",
    "RecallCall",
    "Shelf",
    "Store",
]
