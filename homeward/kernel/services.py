"""Adding to the list of changes."""

from datetime import datetime

from homeward.kernel.models import Change


def tell(*, topic: str, service_id: int | None, subject: tuple[str, int | None], now: datetime) -> None:
    """Say that a subject changed, inside the transaction that changed it. Live pages of that topic then refresh."""
    Change.objects.create(
        service_id=service_id, topic=topic, subject_kind=subject[0], subject_id=subject[1], happened_at=now
    )
