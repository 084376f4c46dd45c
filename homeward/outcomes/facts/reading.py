"""The facts as Ibis tables, from whichever engine holds them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
from ibis.expr import types as ir

from homeward.kernel.rules import london_day


@dataclass(frozen=True)
class Facts:
    """Tables by name, and the moment measures are taken at: `facts["referrals"]`."""

    engine: ibis.BaseBackend
    now: datetime

    def __getitem__(self, name: str) -> ir.Table:
        return self.engine.table(name)

    @property
    def moment(self) -> ir.TimestampScalar:
        """Now, in UTC, as the facts' moments are."""
        return ibis.literal(self.now.astimezone(UTC).replace(tzinfo=None), "timestamp(6)")

    @property
    def today(self) -> ir.DateScalar:
        """Today in London."""
        return ibis.literal(london_day(self.now), "date")


def seconds_between(earlier: ir.TimestampColumn, later: ir.TimestampColumn) -> ir.NumericColumn:
    """Seconds from one moment to another, below 0 where it is not later."""
    return later.epoch_seconds() - earlier.epoch_seconds()


def days_between(earlier: ir.DateColumn, later: ir.DateColumn) -> ir.NumericColumn:
    """Days of the calendar from one day to another."""
    return seconds_between(earlier.cast("timestamp"), later.cast("timestamp")) / 86400
