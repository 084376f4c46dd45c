"""The `homeward` command."""

import os
import sys


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
    elif len(arguments) > 1:
        arguments[1] = arguments[1].replace("-", "_") if not arguments[1].startswith("-") else arguments[1]
    execute_from_command_line(arguments)


if __name__ == "__main__":
    main()
