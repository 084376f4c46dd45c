"""What somebody wants everyone to know of them, version by version."""

from dataclasses import dataclass

from homeward.people.rules import ABOUT_ME
from homeward.web.templating import moment_text


@dataclass(frozen=True, slots=True)
class Told:
    """One heading and what is said under it."""

    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version to choose from."""

    number: int
    words: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class AboutMe:
    """One version of About Me in full, and which others there are."""

    told: tuple[Told, ...]
    written: str
    is_old: bool
    versions: tuple[Version, ...]


def present_about_me(versions: list, chosen: int | None = None) -> AboutMe:
    """About Me as it stands, or the version chosen. `versions` are the newest first."""
    if not versions:
        return AboutMe((), "", False, ())
    shown = next((one for one in versions if one.version == chosen), versions[0])
    return AboutMe(
        told=told_in(shown),
        written=_written(shown),
        is_old=shown is not versions[0],
        versions=tuple(Version(one.version, _written(one), one is shown) for one in versions),
    )


def told_in(about) -> tuple[Told, ...]:
    """What one version says, in the order of the headings."""
    return tuple(
        Told(heading.code, heading.title, about.answers[heading.code])
        for heading in ABOUT_ME
        if about.answers.get(heading.code)
    )


def _written(about) -> str:
    said = f", told by {about.said_by}" if about.said_by else ""
    role = ", ".join(part for part in (about.written_role, about.employer) if part)
    return (
        f"Version {about.version}, written {moment_text(about.written_at)} by {about.written_by}"
        f"{f' ({role})' if role else ''}{said}"
    )
