"""Readings and their limits, as a table."""

from decimal import Decimal

import pytest

from homeward.visits.rules import is_outside_limits, number_text, range_text


def some(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class TestIsOutsideLimits:
    @pytest.mark.parametrize(
        ("value", "low", "high", "is_outside"),
        [
            ("7.5", "4", "14", False),
            ("4", "4", "14", False),
            ("14", "4", "14", False),
            ("3.99", "4", "14", True),
            ("14.01", "4", "14", True),
            ("2", None, "14", False),
            ("20", "4", None, False),
            ("3", "4", None, True),
            ("15", None, "14", True),
        ],
    )
    def test_takes_the_ends_as_within(self, value, low, high, is_outside):
        assert is_outside_limits(Decimal(value), some(low), some(high)) is is_outside


class TestWords:
    def test_leave_out_zeros_that_say_nothing(self):
        assert [number_text(Decimal(text)) for text in ("7.50", "40.00", "0.05")] == ["7.5", "40", "0.05"]

    def test_say_a_range(self):
        assert range_text(Decimal("4.00"), Decimal("14.00"), "mmol/L") == "4 to 14 mmol/L"
        assert range_text(None, Decimal("140")) == "at most 140"
        assert range_text(Decimal("90"), None) == "at least 90"
