"""How hot a search is at each moment, and how much of it is done."""

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


class Pace:
    """How many moves to try before the next look at the clock, and what share of a search is done.

    With ``iterations`` it depends on nothing else; otherwise on ``seconds`` of CPU, or fewer once ``moves_at_most``
    are done. ``fewest``: moves tried between two looks, at least.
    """

    def __init__(
        self, *, seconds: float, iterations: int | None, moves_at_most: int | None, fewest: int, looks: int = 1500
    ) -> None:
        self.seconds, self.iterations, self.moves_at_most = seconds, iterations, moves_at_most
        self.fewest, self.looks = fewest, looks
        self.moves = 1000 if iterations is None else max(1, iterations // looks)
        self.done = 0
        self.share = 0.0

    def went(self, *, took: float, used: float) -> None:
        """``moves`` have been tried in ``took`` CPU seconds; the search has ``used`` so many so far."""
        self.done += self.moves
        if self.iterations is not None:
            self.share = self.done / self.iterations
            self.moves = min(self.moves, max(1, self.iterations - self.done))
            return
        self.share = used / self.seconds if self.seconds > 0 else 1.0
        if self.moves_at_most is not None:
            self.share = max(self.share, self.done / self.moves_at_most)
        fitting = self.moves * max(0.002, self.seconds / self.looks) / max(took, 1e-5)
        self.moves = int(min(max(fitting, self.moves / 2, self.fewest), self.moves * 2))
