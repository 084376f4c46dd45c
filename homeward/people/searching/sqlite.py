"""The index on SQLite: FTS5 of each person's terms, and FTS5 by trigram of the words people are called.

FTS5 reads the terms from `people_searchentry` when it has to forget them, so they are told exactly as they were added.
There are no triggers: altering a column on SQLite rebuilds its table and would silently drop them.
"""

from collections.abc import Sequence

from django.db import connection

from homeward.people.searching.asking import Wanted

TABLES = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS people_search_fts USING fts5(terms, content='people_searchentry',"
    " content_rowid='person_id', detail=none, prefix='2 3 4 5', tokenize='unicode61 remove_diacritics 0')",
    # kept as two spaces, the word, one space: so that the first and the last letters weigh as in pg_trgm
    "CREATE VIRTUAL TABLE IF NOT EXISTS people_nameword_fts USING fts5(padded, tokenize='trigram')",
)


class SqliteEngine:
    """See `engine.Engine`."""

    def add(self, entries: Sequence[tuple[int, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO people_search_fts(rowid, terms) VALUES (%s, %s)", list(entries))

    def take_out(self, entries: Sequence[tuple[int, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO people_search_fts(people_search_fts, rowid, terms) VALUES ('delete', %s, %s)",
                list(entries),
            )

    def add_words(self, words: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO people_nameword_fts(rowid, padded)"
                " SELECT id, '  ' || word || ' ' FROM people_nameword WHERE word = %s",
                [(word,) for word in words],
            )

    def empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO people_search_fts(people_search_fts) VALUES ('delete-all')")
            cursor.execute("DELETE FROM people_nameword_fts")

    def settle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO people_search_fts(people_search_fts) VALUES ('optimize')")
            cursor.execute("INSERT INTO people_nameword_fts(people_nameword_fts) VALUES ('optimize')")

    def candidates(self, wanted: Wanted, service_ids: Sequence[int], limit: int) -> list[int]:
        asked = " AND ".join(
            "(" + " OR ".join(f'"{way.term}"{" *" if way.is_beginning else ""}' for way in ways) + ")"
            for ways in wanted
        )
        marks = ", ".join(["%s"] * len(service_ids))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT f.rowid FROM people_search_fts f CROSS JOIN people_searchentry e ON e.person_id = f.rowid"
                f" WHERE f.people_search_fts MATCH %s AND e.service_id IN ({marks}) LIMIT %s",  # nosec B608
                [asked, *service_ids, limit],
            )
            return [row[0] for row in cursor.fetchall()]

    def words_like(self, word: str, limit: int) -> list[str]:
        padded = f"  {word} "
        threes = dict.fromkeys(padded[place : place + 3] for place in range(len(padded) - 2))
        asked = " OR ".join(f'"{three}"' for three in threes)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT trim(padded) FROM people_nameword_fts WHERE people_nameword_fts MATCH %s"
                " ORDER BY rank LIMIT %s",
                [asked, limit],
            )
            return [row[0] for row in cursor.fetchall()]
