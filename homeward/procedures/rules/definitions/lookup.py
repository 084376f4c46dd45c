"""Finding one thing by its code."""

from __future__ import annotations

from typing import Protocol, TypeVar


class UnknownCodeError(LookupError):
    """The library has nothing with this code (and version)."""


class HasCode(Protocol):
    @property
    def code(self) -> str: ...


class HasVersion(HasCode, Protocol):
    @property
    def version(self) -> int: ...


Coded = TypeVar("Coded", bound=HasCode)
Versioned = TypeVar("Versioned", bound=HasVersion)


def only(things: tuple[Coded, ...], code: str, what: str) -> Coded:
    """The thing with this code. Raises: UnknownCodeError, which says `what` there is none of."""
    for thing in things:
        if thing.code == code:
            return thing
    raise UnknownCodeError(f"There is no {what} with the code '{code}'.")


def newest(things: tuple[Versioned, ...], code: str, version: int | None, what: str) -> Versioned:
    """The thing with this code, its newest version unless one is named. Raises: UnknownCodeError."""
    found = [thing for thing in things if thing.code == code and version in (None, thing.version)]
    if not found:
        wanted = f"'{code}'" if version is None else f"'{code}' version {version}"
        raise UnknownCodeError(f"There is no {what} {wanted} in the library.")
    return max(found, key=lambda thing: thing.version)
