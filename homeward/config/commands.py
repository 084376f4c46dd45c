"""The `homeward` command."""

import os
import sys
from collections.abc import Iterable, Sequence


def main() -> None:
    """Run a `homeward` command: `homeward help` lists them.

    Two words read as one command where the first is a subject: `homeward procedures check PATH`
    runs `procedures_check`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
    import django
    from django.core.management import execute_from_command_line, get_commands
    from django.db import DatabaseError

    django.setup()  # until then Django knows, and remembers, only its own commands
    arguments = list(sys.argv)
    together = "_".join(arguments[1:3]).replace("-", "_")
    if len(arguments) > 2 and together in get_commands():
        arguments[1:3] = [together]
    elif len(arguments) > 1 and not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")
    if seconds := second_words(arguments[1:2], get_commands()):
        sys.exit(f"After homeward {sys.argv[1]} comes one of: {', '.join(seconds)}.")
    try:
        execute_from_command_line(arguments)
    except DatabaseError:
        if "--traceback" in arguments or not (why := why_there_is_no_record()):
            raise
        sys.exit(why)


def why_there_is_no_record() -> str:
    """What to do where the record cannot be reached, or is not as this version has it; "" where neither is so."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return "The database cannot be reached. Start it, or say in DATABASE_URL where it is."
    return "The record is not set up, or of an older version. Run first: homeward migrate" if is_behind else ""


def second_words(first: Sequence[str], commands: Iterable[str]) -> list[str]:
    """What may follow a word that is a subject and no command by itself; none where it is a command, or neither."""
    known = set(commands)
    subject = first[0] if first else ""
    if not subject or subject in known:
        return []
    return sorted(one.removeprefix(f"{subject}_").replace("_", "-") for one in known if one.startswith(f"{subject}_"))


if __name__ == "__main__":
    main()
