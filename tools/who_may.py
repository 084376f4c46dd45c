"""Prints docs/rules/who-may-see-and-do.md from the tables that the service itself goes by.

python tools/who_may.py > docs/rules/who-may-see-and-do.md
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")

INTRODUCTION = """# Who may see and do what

Made by `python tools/who_may.py` from `homeward/access/rules.py` and `homeward/web/who_may.py`; do not edit it. A test
opens every page as every role with every tie to the person it is about, and compares with these tables
(`tests/web/test_who_may.py`), another reads every FHIR resource so (`tests/web/test_who_may_fhir.py`).

Three things decide together (Caldicott principles 2 to 4):

1. the **role** somebody is employed in, which holds permissions;
2. the **service** they belong to: nobody sees anything of another service;
3. what **ties** them to the person: a call or referral that is open or was in the last 7 days, a pathway the person is
   on or was in the last 42 days, a visit within 14 days before or after, a call to ask how they are after a stay in a
   bed or reablement that is due in the next 14 days (for whoever follows up), or breaking the glass (a reason,
   4 hours, the privacy officer is told). The lengths of time are local decisions.

How far somebody sees: **card** (is it the one meant: name, birth, address, whether anything is open), **visit** (what a
visit needs: alerts, how to speak with them and get in, whom to call, visits), **record** (everything not sensitive).
"""


def who_may_page() -> str:
    """The page, as Markdown."""
    from homeward.access.rules import (
        ROLE_PERMISSIONS,
        ROLE_SIGHT,
        ROLE_TITLES,
        SENSITIVE_SIGHT,
        Permission,
        Relationship,
    )
    from homeward.people.states import Sensitivity

    lines = [INTRODUCTION, "## How far each role sees, by tie", ""]
    lines += _table(
        ["Role", *(one.replace("_", " ") for one in Relationship)],
        ([ROLE_TITLES[role], *(ROLE_SIGHT[role][tie].name.lower() for tie in Relationship)] for role in ROLE_SIGHT),
    )
    lines += ["", "## Who sees what is sensitive, where they see the record", ""]
    lines += _table(
        ["Marked as", "Roles"],
        (
            [Sensitivity(code).label, ", ".join(sorted(ROLE_TITLES[role] for role in roles))]
            for code, roles in SENSITIVE_SIGHT.items()
        ),
    )
    lines += ["", "Others are told how many entries are kept back, never what.", "", "## What each role may do", ""]
    lines += _table(
        ["Permission", "Roles"],
        (
            [
                permission.replace("_", " "),
                ", ".join(ROLE_TITLES[role] for role, may in ROLE_PERMISSIONS.items() if permission in may)
                or "Nobody: the service by itself",
            ]
            for permission in Permission
        ),
    )
    lines += ["", "## What each page needs", "", "A page about nobody in particular needs its permission only.", ""]
    lines += _table(["Page", "Address", "Permission", "Sight"], _pages())
    lines += ["", "## What each FHIR resource needs", ""]
    lines += _table(["Resource", "Permission", "Sight"], _resources())
    return "\n".join(lines) + "\n"


def _resources() -> Iterator[list[str]]:
    from homeward.api.fhir.rest.table import KINDS

    for name, kind in sorted(KINDS.items()):
        needed = kind.needs.name.lower() if kind.is_about_somebody else ""
        yield [name, kind.permission.replace("_", " "), needed]


def _pages() -> Iterator[list[str]]:
    from homeward.web.who_may import ALSO_NEEDED, sight_needed

    for name, address, permission in sorted(_addresses()):
        about = any(part in address for part in ("person_id", "visit_id", "episode_id", "referral_id", "form_id"))
        also = f" and {ALSO_NEEDED[name].replace('_', ' ')}" if name in ALSO_NEEDED else ""
        needed = sight_needed(name) if about else None
        words = permission.replace("_", " ") + also if permission else "open to anyone"
        yield [f"`{name}`", f"`/{address}`", words, needed.name.lower() if needed is not None else ""]


def _addresses(resolver=None, names: tuple[str, ...] = (), before: str = "") -> Iterator[tuple[str, str, str]]:
    from django.urls import URLResolver, get_resolver

    for pattern in (resolver or get_resolver()).url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from _addresses(pattern, names + space, address)
        elif pattern.callback.__module__.startswith("homeward.web"):
            yield ":".join((*names, pattern.name)), address, getattr(pattern.callback, "permission", "")


def _table(heads: list[str], rows) -> list[str]:
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *(" | ".join(row) for row in rows)]
    return [f"| {line} |" for line in lines]


if __name__ == "__main__":
    import django

    django.setup()
    print(who_may_page(), end="")
