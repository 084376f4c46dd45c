"""What each engine finds people with: FTS5 tables on SQLite, GIN indexes (one by trigram) on PostgreSQL."""

from django.db import DatabaseError, migrations, transaction

from homeward.people.searching import postgresql, sqlite

WHAT_TO_DO = (
    "PostgreSQL's extension pg_trgm, which finds misspelt names, is not there and this account may not add it. Ask "
    "whoever runs the database to run, in this database: CREATE EXTENSION pg_trgm; then migrate again. It comes with "
    "PostgreSQL (on Debian in the package postgresql-contrib where that is apart)."
)


def _make(apps, schema_editor) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in sqlite.TABLES:
                cursor.execute(statement)
            return
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            try:
                with transaction.atomic(using=connection.alias):
                    cursor.execute("CREATE EXTENSION pg_trgm")
            except DatabaseError as error:
                raise SystemExit(WHAT_TO_DO) from error
        cursor.execute(postgresql.TERMS_INDEX)
        cursor.execute(postgresql.WORDS_INDEX)


def _take_away(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("DROP TABLE IF EXISTS people_search_fts")
            cursor.execute("DROP TABLE IF EXISTS people_nameword_fts")
        else:
            cursor.execute("DROP INDEX IF EXISTS people_search_terms")
            cursor.execute("DROP INDEX IF EXISTS people_nameword_trigrams")


class Migration(migrations.Migration):

    dependencies = [("people", "0002_finding_and_linking")]

    operations = [migrations.RunPython(_make, _take_away)]
