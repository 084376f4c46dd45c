"""What imports cannot show: names, shapes and permissions of the house."""

import ast
import inspect
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

BASE = Path(__file__).resolve().parents[2] / "homeward"
# Top to bottom: a room may use those after it.
ROOMS = [
    "whatif",
    "rights",
    "escalation",
    "evidence",
    "outcomes",
    "surveys",
    "discharge",
    "beds",
    "equipment",
    "commissioning",
    "visits",
    "roster",
    "delegation",
    "plans",
    "episodes",
    "referrals",
    "assessments",
    "procedures",
    "documents",
    "people",
    "notices",
    "teams",
    "audit",
    "access",
    "kernel",
]
ALLOWED_IN_A_ROOM = {
    "__init__",
    "apps",
    "models",
    "states",
    "rules",
    "selectors",
    "services",
    "migrations",
    "management",
    "library",
    "planning",
    "building",
    "append_only",
    "facts",
    "measures",
    "searching",
    "linking",
    "storage",
    "ascof",
    "returns",
    "variation",
    "national",
}


def _functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def _files(name: str) -> list[Path]:
    return sorted([*BASE.glob(f"*/{name}.py"), *BASE.glob(f"*/{name}/*.py")])


def _calls(function: ast.FunctionDef) -> set[str]:
    return {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    }


def _patterns(resolver: URLResolver):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern


class TestForeignKeys:
    def test_point_down_the_house(self):
        wrong = []
        for model in apps.get_models():
            if model._meta.app_label not in ROOMS:
                continue
            here = ROOMS.index(model._meta.app_label)
            for field in model._meta.get_fields():
                if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label in ROOMS:
                    there = ROOMS.index(field.related_model._meta.app_label)
                    if there < here:
                        wrong.append(f"{model.__name__}.{field.name} points up to {field.related_model.__name__}")
        assert not wrong


class TestRooms:
    def test_hold_only_the_files_the_house_knows(self):
        odd = [
            str(path.relative_to(BASE))
            for room in ROOMS
            for path in (BASE / room).iterdir()
            if path.name != "__pycache__" and path.stem not in ALLOWED_IN_A_ROOM
        ]
        assert not odd

    def test_say_what_they_are(self):
        silent = [room for room in ROOMS if not ast.get_docstring(ast.parse((BASE / room / "__init__.py").read_text()))]
        assert not silent


class TestServices:
    @pytest.mark.parametrize("path", _files("services"), ids=lambda path: str(path.relative_to(BASE)))
    def test_are_keyword_only_atomic_and_leave_an_audit_event(self, path):
        faults = []
        is_split = path.parent.name == "services"  # a room's writes, in one file for each subject
        functions = {
            function.name: function
            for part in (path.parent.glob("*.py") if is_split else [path])
            for function in ast.parse(part.read_text()).body
            if isinstance(function, ast.FunctionDef)
        }
        room = path.parent.parent.name if is_split else path.parent.name

        def audits(function: ast.FunctionDef, seen: frozenset[str] = frozenset()) -> bool:
            calls = _calls(function)
            return "record" in calls or any(
                name in functions and name not in seen and audits(functions[name], seen | {name}) for name in calls
            )

        for function in _functions(path):
            if not any(argument.arg == "now" for argument in function.args.kwonlyargs):
                if function.args.args and not function.args.kwonlyargs and room != "audit":
                    continue  # a read that services share, not a service
                if room != "audit":
                    faults.append(f"{function.name}: the time is not passed in")
            if function.args.args:
                faults.append(f"{function.name}: takes {function.args.args[0].arg} by position")
            if room in ("audit", "kernel"):
                continue  # these two are what the others call inside their own transaction
            if "atomic" not in {getattr(d, "attr", getattr(d, "id", "")) for d in function.decorator_list}:
                faults.append(f"{function.name}: not atomic")
            if not audits(function):
                faults.append(f"{function.name}: leaves no audit event")
            if not ast.get_docstring(function):
                faults.append(f"{function.name}: says nothing of what it does")
        assert not faults


class TestSelectors:
    # Holds nothing personal, or works on what another selector checked and audited.
    NOT_PERSONAL = {
        "teams": None,
        "procedures": None,
        "kernel": None,
        "notices": None,
        "people": {"current_addresses", "current_contacts", "current_needs", "identity_of", "person_ids_of"},
        "referrals": {
            "response_clock",
            "clock_events",
            "reading_for",
            "replied_referrals",
            "answers_to",
            "suggestion_for",
            "events_of",
            "pathways_for",
        },
        "rights": {"tables", "paths_to_person"},
        "visits": {"newest_plan", "joins_on", "found_joinable"},
        "commissioning": {"share_on", "suspended_days", "delivered_minutes"},
        "beds": {"start_clock"},
        "evidence": {"published", "known_pathways", "is_measure"},
        "delegation": {"is_kept", "kept_as", "competences_signed_off", "professions_of", "published_frameworks"},
    }

    @pytest.mark.parametrize("path", _files("selectors"), ids=lambda path: str(path.relative_to(BASE)))
    def test_of_personal_data_take_the_actor_and_check_it(self, path):
        room = path.parent.parent.name if path.parent.name == "selectors" else path.parent.name
        free = self.NOT_PERSONAL.get(room, set())
        if free is None:
            return
        faults = [
            function.name
            for function in _functions(path)
            if function.name not in free
            and not (function.args.args and function.args.args[0].arg == "actor" and "require" in _calls(function))
        ]
        assert not faults


class TestPages:
    def test_name_their_permission(self):
        open_to_all = {
            "homeward.web.signing_in.views.sign_in",
            "homeward.web.signing_in.views.sign_out",
            "homeward.web.signing_in.views.home",
            # professionals outside have no account; these two tell nothing of anybody on record
            "homeward.web.front_door.views.professional.refer",
            "homeward.web.front_door.views.professional.follow",
            # whoever was given a link has no account; these tell nothing before the code that was sent
            "homeward.web.sharing.opening.shared",
            "homeward.web.sharing.opening.code",
            # a provider has no account; this names nobody before the provider is chosen
            "homeward.web.commissioning.views.offering.portal",
            # whoever is asked how it was has no account; it names nobody
            "homeward.web.surveys.answering.answer",
            # whoever checks a worker's passport has no account; it names nobody
            "homeward.web.delegation.passports.check",
        }
        ungated = []
        for pattern in _patterns(get_resolver()):
            view = pattern.callback
            name = f"{view.__module__}.{view.__name__}"
            if not name.startswith("homeward.web"):
                continue
            if not hasattr(inspect.unwrap(view, stop=lambda f: hasattr(f, "permission")), "permission"):
                ungated.append(name)
        assert set(ungated) <= open_to_all


class TestWords:
    def test_no_room_is_called_by_a_word_that_means_nothing(self):
        vague = {"utils", "helpers", "common", "signals", "misc"}
        assert not [str(path) for path in BASE.rglob("*.py") if path.stem in vague]
