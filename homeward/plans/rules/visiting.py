"""Who may visit somebody, from what they asked for, what lives there, and what is known of the workers."""

from collections.abc import Iterable
from dataclasses import dataclass

from homeward.plans.states import TraitKind, WishKind

# What a worker must be for each wish, and the words that say it after "because". A local decision: a wish for a woman
# or a man, or for a language, holds for planned care; in a crisis whoever can come first comes.
_ASKED = {
    WishKind.WOMAN: (TraitKind.WOMAN, "they asked for a woman"),
    WishKind.MAN: (TraitKind.MAN, "they asked for a man"),
    WishKind.LANGUAGE: (TraitKind.LANGUAGE, "they asked for somebody who speaks {text}"),
}
_KEPT_OUT = {
    WishKind.DOG: (TraitKind.NO_DOGS, "a dog lives there, and {worker} cannot be with dogs"),
    WishKind.CAT: (TraitKind.NO_CATS, "a cat lives there, and {worker} cannot be with cats"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """One standing wish or animal of a person."""

    kind: str
    worker: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Trait:
    """One standing trait of a worker."""

    worker: int
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Visiting:
    """Who may come to somebody: `only` these workers and why, `barred` and why, and the `preferred`.

    `barred` is a worker each: the words may be about them.
    """

    only: tuple[tuple[frozenset[int], str], ...] = ()
    barred: tuple[tuple[int, str], ...] = ()
    preferred: frozenset[int] = frozenset()


def visiting(wishes: Iterable[Wish], traits: Iterable[Trait], *, is_crisis: bool = False) -> Visiting:
    """Who may come to somebody with these wishes, of workers with these traits.

    In a crisis what they asked for is not held against anybody; whom they do not want, and animals, are.
    """
    known = list(traits)
    only: list[tuple[frozenset[int], str]] = []
    barred: list[tuple[int, str]] = []
    preferred: set[int] = set()
    for wish in wishes:
        if wish.kind == WishKind.PREFERRED and wish.worker is not None:
            preferred.add(wish.worker)
        elif wish.kind == WishKind.NOT and wish.worker is not None:
            barred.append((wish.worker, "they asked not to be visited by {worker}"))
        elif wish.kind in _ASKED and not is_crisis:
            trait, why = _ASKED[WishKind(wish.kind)]
            those = frozenset(one.worker for one in known if one.kind == trait and _same(one.text, wish.text))
            only.append((those, why.format(text=wish.text)))
        elif wish.kind in _KEPT_OUT:
            trait, why = _KEPT_OUT[WishKind(wish.kind)]
            barred += [(one.worker, why) for one in known if one.kind == trait]
    return Visiting(tuple(only), tuple(barred), frozenset(preferred))


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
