"""The discharge ready date: worked examples of the national rule, one a line."""

from datetime import date

import pytest

from homeward.discharge.rules.ready import DayAnswer, ReadyPeriod, ready_on, ready_periods

YES, NO = True, False


def _days(text: str) -> list[DayAnswer]:
    """Answers as "3n 5y": on the 3rd they no longer met the criteria, on the 5th they did. In the order given."""
    return [DayAnswer(date(2026, 11, int(one[:-1])), one[-1] == "y") for one in text.split()]


class TestReadyOn:
    @pytest.mark.parametrize(
        ("what", "answers", "ready"),
        [
            ("nobody has answered yet", "", None),
            ("they meet the criteria every day", "1y 2y 3y", None),
            ("they no longer meet them from the 3rd", "1y 2y 3n", 3),
            ("and have not since: the first day of the period counts, not the last", "1y 2y 3n 4n 5n", 3),
            ("they never met them: the day of admission", "1n 2n", 1),
            ("they became unwell again: nobody is ready", "1y 2n 3n 4y", None),
            ("the final period counts, not the first", "1y 2n 3n 4y 5n 6n", 5),
            ("nor the longest", "1n 2n 3n 4n 5n 6y 7n", 7),
            ("one day of meeting them is enough to begin anew", "1n 2y 3n 4y 5n", 5),
            ("a day nobody answered for is as the day before it", "1y 3n 9n", 3),
            ("and does not end a period", "1y 3n 8n 12n", 3),
            ("days are told out of order", "3n 1y 2y", 3),
            ("a later answer about a day stands in place of the earlier", "1y 2n 3n 2y", 3),
            ("and can take a ready date away", "1y 2n 2y", None),
            ("and can join two periods", "1n 2n 3y 4n 3n", 1),
            ("the same answer twice is one", "1y 2n 2n 3n", 2),
        ],
    )
    def test_is_the_start_of_the_final_period(self, what, answers, ready):
        assert ready_on(_days(answers)) == (date(2026, 11, ready) if ready else None), what


class TestReadyPeriods:
    def test_keep_the_earlier_ones(self):
        periods = ready_periods(_days("1y 2n 3n 4y 5n"))

        assert periods == [ReadyPeriod(date(2026, 11, 2), date(2026, 11, 4)), ReadyPeriod(date(2026, 11, 5))]
