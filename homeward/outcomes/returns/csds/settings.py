"""What a service settles before it sends the data set: its codes, and the national lists nobody could find here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

NOT_SET = "NOT SET"
LIBRARY = Path(__file__).with_name("settings.yaml")
# A value of each mapping must be text: YAML reads 05 as a number
MAPPINGS = (
    "priority", "source_of_referral", "gender", "nhs_number_status", "clock_status", "registration_body", "attendance",
    "team_type",
)  # fmt: skip
TEXTS = (
    "version", "provider", "submitter", "commissioner", "system", "primary_reason", "closure_reason",
    "rejection_reason", "onward_reason", "activity_type", "location",
)  # fmt: skip


class SettingsError(ValueError):
    """The settings of a return cannot be used; says what to mend."""


@dataclass(frozen=True, slots=True)
class CsdsSettings:
    """Codes by what they stand for. `texts` and `mappings` go by the names in settings.yaml; see there.

    waiting_times: {(pathway code, clock code): measurement type}.
    """

    texts: dict[str, str]
    mappings: dict[str, dict[str, str]]
    waiting_times: dict[tuple[str, str], str]

    def code(self, mapping: str, key: str) -> str:
        """The national code of something of ours, or NOT SET where none is settled."""
        return self.mappings[mapping].get(key, NOT_SET)


def read_settings(path: Path | None = None) -> CsdsSettings:
    """The settings that ship with the service, with those of a local file in their place.

    Raises: SettingsError, naming the file and the setting.
    """
    merged = _read(LIBRARY)
    if path is not None:
        for name, value in _read(path).items():
            if name not in merged:
                raise SettingsError(f"{path}: no setting is called {name}. See {LIBRARY.name} for those there are.")
            is_mapping = isinstance(merged[name], dict) and isinstance(value, dict) and name != "team_type"
            merged[name] = {**merged[name], **value} if is_mapping else value
    where = path or LIBRARY
    return CsdsSettings(
        texts={name: _text(where, name, merged[name]) for name in TEXTS},
        mappings={name: _mapping(where, name, merged[name]) for name in MAPPINGS},
        waiting_times=_waiting_times(where, merged["waiting_times"]),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} could not be read as YAML: {error}") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{path} holds no settings: write one on each line, such as provider: RAX01.")
    return found


def _text(path: Path, name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f'{path}: {name} must be text. Put quotation marks round a code that is a number: "05".')
    return value.strip()


def _mapping(path: Path, name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: {name} must say a code for each of its keys.")
    return {str(key): _text(path, f"{name}, {key}", code) for key, code in value.items()}


def _waiting_times(path: Path, value: object) -> dict[tuple[str, str], str]:
    if not isinstance(value, list):
        raise SettingsError(f"{path}: waiting_times must be a list of pathway, clock and type.")
    times = {}
    for number, one in enumerate(value, start=1):
        if not isinstance(one, dict) or set(one) != {"pathway", "clock", "type"}:
            raise SettingsError(f"{path}: waiting_times, number {number}, must say pathway, clock and type.")
        times[str(one["pathway"]), str(one["clock"])] = _text(path, f"waiting_times, number {number}", one["type"])
    return times
