"""How hot a search is at each moment."""

from __future__ import annotations

from dataclasses import dataclass

# A search starts hot once or, where there is effort enough, up to eight times afresh; then it warms the best plan
# so far to REHEAT of that and cools it again, four times. In one round, one of six public instances of 50 to 100
# visits ended 11 % high.
STARTS = 8
REHEATS, REHEAT = 4, 0.3
# Share of a search that the first start takes, or all of several.
ONE_START, MORE_STARTS = 0.4, 0.55


def starts_for(moves: float, moves_a_start: int, tasks: int) -> int:
    """How often a search with this effort starts afresh, when each start takes so many moves a task."""
    return min(STARTS, max(1, int(moves / moves_a_start / max(1, tasks))))


@dataclass(frozen=True, slots=True)
class Course:
    """Starts hot afresh so many times, then reheats of the best plan so far; ``in_one_go``: cools once, no more."""

    hot: float
    cold: float
    starts: int
    in_one_go: bool = False

    def at(self, share: float) -> tuple[int, float]:
        """The round that a search is in when this share of it is done, and its temperature, in hops."""
        turn, fraction, hot = self._round(share)
        return turn, hot * (self.cold / hot) ** fraction

    def goes_on_from_best(self, turn: int) -> bool:
        """Whether this round begins with the best plan so far, not with the plan as it stands."""
        return turn >= self.starts

    def _round(self, share: float) -> tuple[int, float, float]:
        """Round, how much of it is done, and the temperature it began at."""
        if self.in_one_go:
            return 0, share, self.hot
        starting = ONE_START if self.starts == 1 else MORE_STARTS
        if share < starting:
            turn = share / starting * self.starts
            return int(turn), turn - int(turn), self.hot
        turn = (share - starting) / (1.0 - starting) * REHEATS
        whole = min(int(turn), REHEATS - 1)
        return self.starts + whole, turn - whole, max(self.cold, self.hot * REHEAT)
