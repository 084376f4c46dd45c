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

    django.setup()  # until then Django knows, and remembers, only its own commands
    arguments = list(sys.argv)
    together = "_".join(arguments[1:3]).replace("-", "_")
    if len(arguments) > 2 and together in get_commands():
        arguments[1:3] = [together]
        execute_from_command_line(arguments)
        return
    if len(arguments) > 1 and not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")
    if seconds := second_words(arguments[1:2], get_commands()):
        sys.exit(f"After homeward {sys.argv[1]} comes one of: {', '.join(seconds)}.")
    execute_from_command_line(arguments)


def second_words(first: Sequence[str], commands: Iterable[str]) -> list[str]:
    """What may follow a word that is a subject and no command by itself; none where it is a command, or neither."""
    known = set(commands)
    subject = first[0] if first else ""
    if not subject or subject in known:
        return []
    return sorted(one.removeprefix(f"{subject}_").replace("_", "-") for one in known if one.startswith(f"{subject}_"))


if __name__ == "__main__":
    main()
