"""What a sign-off is worth, what it takes, and when it has paid for itself."""

from dataclasses import asdict, dataclass

# Local decisions: how long a talk over one observed practice takes, and the one before signing
FEEDBACK_MINUTES = 15
SIGNING_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Training:
    """What is left to do before a sign-off, in minutes of the two people it takes.

    `practices_left` is None where the place has not decided how often practice is watched.
    """

    practices_left: int | None
    worker_minutes: int
    registered_minutes: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOffValue:
    """What one sign-off would change in a week, found by planning the same days with and without it.

    Minutes a week: `registered_minutes` that registered professionals need not go for; `travel_minutes` less on the
    road, of everybody; `dead_minutes` of paid time of the worker that is used instead of lying idle. `price_pence` is
    what its training costs, None where no contract says what an hour costs.
    """

    worker_id: int
    worker: str
    employer: str
    competence: str
    title: str
    people: int
    visits: float
    registered_minutes: float
    travel_minutes: float
    dead_minutes: float
    training: Training
    price_pence: int | None = None

    @property
    def payback_weeks(self) -> float | None:
        """Weeks until the registered minutes it frees are those its training took; None where it frees none."""
        if self.registered_minutes <= 0:
            return None
        return self.training.registered_minutes / self.registered_minutes

    def to_dict(self) -> dict:
        """JSON-ready, with the payback."""
        return {**asdict(self), "payback_weeks": self.payback_weeks}


def training_left(observed_times: int | None, done: int, minutes: int, missing: tuple[str, ...]) -> Training:
    """The training before a sign-off: `done` of `observed_times` practices of `minutes` each are behind."""
    left = None if observed_times is None else max(0, observed_times - done)
    practices = left if left is not None else 1
    registered = practices * (minutes + FEEDBACK_MINUTES) + SIGNING_MINUTES
    return Training(left, practices * FEEDBACK_MINUTES + SIGNING_MINUTES, registered, missing)


def best_first(values: list[SignOffValue]) -> list[SignOffValue]:
    """What frees most registered time first; then what needs least, travels least, and by name."""
    return sorted(
        values,
        key=lambda one: (
            -one.registered_minutes, one.training.registered_minutes, -one.travel_minutes, one.worker, one.competence,
        ),
    )  # fmt: skip
