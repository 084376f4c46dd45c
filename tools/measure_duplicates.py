"""Say how well possible duplicates are found, on made-up people with known duplicates: precision and recall.

    python tools/measure_duplicates.py [--people 20000] [--twice 0.02]

Nothing is read from or written to a database. Names are as usual, and as rare, as in tools/bench_search.py; the second
record of a person has the slips that real ones have, each stated in SLIPS with how often it is made.
"""

import argparse
import random
import resource
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_search import AREAS, GIVEN, INWARD, PHONES, SEED, _misspelt, _nhs_number, _surnames

from homeward.people.linking.comparing import alike_pairs
from homeward.people.linking.pairs import Compared

# How often each slip is made in a second record of a person: our own assumption, harsher than we expect.
SLIPS = {
    "last name misspelt": 0.20,
    "first name misspelt": 0.12,
    "first name short or initial only": 0.06,
    "another last name": 0.08,
    "names the other way round": 0.02,
    "day and month swapped": 0.04,
    "one digit of the birth date wrong": 0.10,
    "birth date not given": 0.04,
    "moved house": 0.25,
    "postcode not given": 0.08,
    "another phone": 0.35,
    "phone not given": 0.20,
    "NHS number not given": 0.85,
}
# Who is easily mistaken for another: of 100 people, partners in one home, and a parent and child of one name there.
PARTNERS_IN_100, NAMESAKES_IN_100 = 30, 1
NHS_NUMBER_NOT_KNOWN = 0.1  # of first records
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)


def _people(many: int, chance: random.Random) -> list[Compared]:
    names, weights = _surnames(chance)
    found = []
    for number, family in enumerate(chance.choices(names, weights, k=many), 1):
        area = f"{chance.choice(AREAS)}{chance.randrange(1, 25)}"
        nhs_number = "" if chance.random() < NHS_NUMBER_NOT_KNOWN else _nhs_number(number) or ""
        found.append(
            Compared(
                number=number,
                given_name=chance.choice(GIVEN),
                family_name=family,
                birth_date=date(1922, 1, 1) + timedelta(days=chance.randrange(75 * 365)),
                postcode=f"{area} {chance.randrange(1, 10)}{chance.choice(INWARD)}{chance.choice(INWARD)}",
                phone=f"{chance.choice(PHONES)}{chance.randrange(1000):03}",
                nhs_number=nhs_number,
                is_nhs_number_verified=bool(nhs_number),
                gender=chance.choice(("female", "male")),
            )
        )
        mistaken = chance.random() * 100
        if number > 1 and mistaken < PARTNERS_IN_100 / 2 + NAMESAKES_IN_100:
            home = found[-2]
            found[-1] = replace(found[-1], family_name=home.family_name, postcode=home.postcode, phone=home.phone)
            if mistaken < NAMESAKES_IN_100:
                found[-1] = replace(found[-1], given_name=home.given_name, gender=home.gender)
    return found


def _again(one: Compared, number: int, other: Compared, chance: random.Random) -> Compared:
    """A second record of somebody; what they changed to is another person's."""

    def slip(name: str) -> bool:
        return chance.random() < SLIPS[name]

    again = replace(one, number=number)
    if slip("last name misspelt"):
        again = replace(again, family_name=_misspelt(again.family_name, chance))
    if slip("first name misspelt"):
        again = replace(again, given_name=_misspelt(again.given_name, chance))
    if slip("first name short or initial only"):
        again = replace(again, given_name=again.given_name[0])
    if slip("another last name"):
        again = replace(again, family_name=other.family_name)
    if slip("names the other way round"):
        again = replace(again, given_name=again.family_name, family_name=again.given_name)
    born = again.birth_date
    if slip("day and month swapped") and born.day <= 12:
        again = replace(again, birth_date=born.replace(day=born.month, month=born.day))
    elif slip("one digit of the birth date wrong"):
        again = replace(again, birth_date=born.replace(year=born.year + chance.choice((-1, 1, 10, -10))))
    if slip("birth date not given"):
        again = replace(again, birth_date=None)
    if slip("moved house"):
        again = replace(again, postcode=other.postcode)
    if slip("postcode not given"):
        again = replace(again, postcode="")
    if slip("another phone"):
        again = replace(again, phone=other.phone)
    if slip("phone not given"):
        again = replace(again, phone="")
    return replace(again, nhs_number="", is_nhs_number_verified=False) if slip("NHS number not given") else again


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--twice", type=float, default=0.02, help="how many of them have a second record")
    asked = options.parse_args()
    chance = random.Random(SEED)
    people = _people(asked.people, chance)
    twice = chance.sample(people, int(asked.people * asked.twice))
    seconds = [_again(one, asked.people + place, chance.choice(people), chance) for place, one in enumerate(twice, 1)]
    true = {(one.number, second.number) for one, second in zip(twice, seconds)}
    began, clock = time.process_time(), time.monotonic()
    pairs = alike_pairs([*people, *seconds], THRESHOLDS[0])
    print(
        f"{asked.people + len(seconds):,} records, {len(true)} of them seconds: {time.process_time() - began:.0f}"
        f" processor seconds, {time.monotonic() - clock:.0f} by the clock,"
        f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    print(f"{'threshold':>10}{'pairs':>8}{'right':>8}{'precision':>11}{'recall':>8}")
    for threshold in THRESHOLDS:
        found = {(pair.first, pair.second) for pair in pairs if pair.likelihood >= threshold}
        right = len(found & true)
        print(f"{threshold:>10}{len(found):>8}{right:>8}{right / max(1, len(found)):>11.3f}{right / len(true):>8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
