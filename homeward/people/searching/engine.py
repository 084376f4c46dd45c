"""The one interface to the two engines' indexes, and the choice between them."""

from collections.abc import Sequence
from typing import Protocol

from django.db import connection

from homeward.people.searching.asking import Wanted
from homeward.people.searching.postgresql import PostgresqlEngine
from homeward.people.searching.sqlite import SqliteEngine


class Engine(Protocol):
    """What finding people needs of a database engine."""

    def add(self, entries: Sequence[tuple[int, str]]) -> None:
        """Index the terms of people: (person number, terms with spaces between)."""

    def take_out(self, entries: Sequence[tuple[int, str]]) -> None:
        """Forget what was indexed of people, told exactly as it was added."""

    def add_words(self, words: Sequence[str]) -> None:
        """Index new words that somebody is called, to find those like a misspelt one."""

    def empty(self) -> None:
        """Forget everything, before all is indexed anew."""

    def settle(self) -> None:
        """Make the index quick to read after much was added."""

    def candidates(self, wanted: Wanted, service_ids: Sequence[int], limit: int) -> list[int]:
        """The numbers of at most `limit` people of these services with all that is wanted."""

    def words_like(self, word: str, limit: int) -> list[str]:
        """Words that share letters in a row with this one, those that share most first."""


def engine() -> Engine:
    """The engine of the database that holds the record."""
    return SqliteEngine() if connection.vendor == "sqlite" else PostgresqlEngine()
