"""The index on PostgreSQL: GIN of each person's terms, and a trigram (pg_trgm) GIN of the words people are called."""

from collections.abc import Sequence

from django.db import connection, transaction

from homeward.people.searching.asking import Wanted

# fastupdate off: a search never has to read through a list of what is not indexed yet
TERMS_INDEX = (
    "CREATE INDEX IF NOT EXISTS people_search_terms ON people_searchentry"
    " USING gin (array_to_tsvector(string_to_array(terms, ' '))) WITH (fastupdate = off)"
)
# Of the word and a space, which weighs the same: were it of the word alone, PostgreSQL would also answer `word = …` by
# it, which is a hundred times slower than by the unique index.
WORDS_INDEX = (
    "CREATE INDEX IF NOT EXISTS people_nameword_trigrams ON people_nameword USING gin ((word || ' ') gin_trgm_ops)"
)
ALIKE_ENOUGH = 0.25  # of pg_trgm: one wrong first letter of a name of four still passes


class PostgresqlEngine:
    """See `engine.Engine`. PostgreSQL keeps its own indexes up to date, so most of it is nothing to do."""

    def add(self, entries: Sequence[tuple[int, str]]) -> None:
        """The row is the entry."""

    def take_out(self, entries: Sequence[tuple[int, str]]) -> None:
        """The row is the entry."""

    def add_words(self, words: Sequence[str]) -> None:
        """The row is the entry."""

    def empty(self) -> None:
        """The rows are the entries."""

    def settle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE people_searchentry")
            cursor.execute("ANALYZE people_nameword")

    def candidates(self, wanted: Wanted, service_ids: Sequence[int], limit: int) -> list[int]:
        asked = " & ".join(
            "(" + " | ".join(f"'{way.term}'{':*' if way.is_beginning else ''}" for way in ways) + ")" for ways in wanted
        )
        with transaction.atomic(), connection.cursor() as cursor:
            # For few rows of many, PostgreSQL would rather read the whole table until it has them; when they are fewer
            # than it thought, that is seconds. So: by the index, and only then the service and the limit.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "WITH found AS MATERIALIZED (SELECT person_id, service_id FROM people_searchentry"
                " WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ %s::tsquery)"
                " SELECT person_id FROM found WHERE service_id = ANY(%s) LIMIT %s",
                [asked, list(service_ids), limit],
            )
            numbers = [row[0] for row in cursor.fetchall()]
            cursor.execute("SET LOCAL enable_seqscan = on")
            return numbers

    def words_like(self, word: str, limit: int) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, false)", [str(ALIKE_ENOUGH)])
            cursor.execute(
                "SELECT word FROM people_nameword WHERE (word || ' ') %% %s"
                " ORDER BY similarity(word, %s) DESC LIMIT %s",
                [word, word, limit],
            )
            return [row[0] for row in cursor.fetchall()]
