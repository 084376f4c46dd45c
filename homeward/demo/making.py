"""What every part of making a place is given, and how each draws its own luck."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from homeward.access.rules import Actor, Role
from homeward.demo.points import Point, points
from homeward.demo.size import Size
from homeward.demo.words import OLDER, YOUNGER
from homeward.teams.models import Service, Worker

Thing = TypeVar("Thing")
MOBILE_NUMBERS = 1000  # 07700 900000 to 900999: Ofcom's range for fiction


@dataclass
class Making:
    """A place being made or carried on: for whom, from when, how large, and the seed of all its luck."""

    service: Service
    actor: Actor
    today: date
    now: datetime
    seed: int
    size: Size
    say: Callable[[str], None]

    def luck(self, name: str) -> random.Random:
        """A stream of luck of its own for each part, so that changing one part leaves the others as they were."""
        return random.Random(f"{self.seed} {name}")

    def tell(self, text: str) -> None:
        """Say how far it is."""
        self.say(text)


def weighted(luck: random.Random, weights: dict[Thing, float]) -> Thing:
    """One of the keys, as likely as its weight."""
    return luck.choices(list(weights), list(weights.values()))[0]


def made_up_name(luck: random.Random, is_woman: bool, is_older: bool) -> tuple[str, str, int]:
    """A given name, a family name and the row of the list they came from."""
    lists = OLDER if is_older else YOUNGER
    row = luck.choices(range(len(lists)), [group[0] for group in lists])[0]
    return luck.choice(lists[row][1 if is_woman else 2].split()), luck.choice(lists[row][3].split()), row


def made_up_phone(luck: random.Random) -> str:
    """A telephone number that will never be anyone's."""
    return f"07700 900{luck.randrange(MOBILE_NUMBERS):03d}"


def somewhere(luck: random.Random) -> Point:
    """One of the postcode points."""
    return luck.choice(points())


def acting(making: Making, worker: Worker, role: Role = Role.REGISTERED_PROFESSIONAL) -> Actor:
    """A worker as whoever does something for the service."""
    return Actor(
        worker.name, role, employer=str(worker.organisation), job_title=worker.job_title,
        service_ids=frozenset({making.service.pk}),
    )  # fmt: skip


def signed(worker: Worker) -> dict[str, str]:
    """How a worker signs an event of a referral or an episode."""
    return {"actor_name": worker.name, "actor_role": worker.job_title, "employer": str(worker.organisation)}


def written(worker: Worker) -> dict[str, str]:
    """How a worker signs an entry of a timeline."""
    return {"author_name": worker.name, "author_role": worker.job_title, "employer": str(worker.organisation)}


def some(luck: random.Random, things: Sequence[Thing], at_most: int) -> list[Thing]:
    """Between one and `at_most` different things."""
    return luck.sample(list(things), min(len(things), luck.randint(1, at_most)))
