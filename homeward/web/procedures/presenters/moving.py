"""Open episodes on other versions of a pathway, in words."""

from dataclasses import dataclass

from homeward.procedures.rules import Pathway, UnknownCodeError
from homeward.web.procedures.presenters.words import count_words, tidy
from homeward.web.templating import day_text


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One episode that is not on the version followed now."""

    id: int
    person_id: int
    name: str
    version: str
    stage: str
    since: str
    must_choose: bool


@dataclass(frozen=True, slots=True)
class StageGap:
    """A stage that the version followed now does not have, and those it has."""

    code: str
    title: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OlderPage:
    """Everyone on another version of one pathway."""

    code: str
    title: str
    version: int
    said: str
    episodes: tuple[EpisodeLine, ...]
    gaps: tuple[StageGap, ...]


def present_older(row, pathway: Pathway, episodes: list, versions: dict[int, Pathway]) -> OlderPage:
    """Episodes on other versions of a pathway; `versions` are those pathways by the row that published them."""
    options = tuple((stage.code, stage.title) for stage in pathway.stages)
    known = {code for code, _ in options}
    gaps, lines = {}, []
    for episode in episodes:
        title = _stage_title(versions[episode.pathway_id], episode.stage)
        if episode.stage not in known:
            gaps[episode.stage] = StageGap(episode.stage, title, options)
        lines.append(
            EpisodeLine(
                episode.pk,
                episode.person_id,
                episode.person.label,
                f"Version {episode.pathway.version}",
                title,
                day_text(episode.started_at),
                episode.stage not in known,
            )
        )
    return OlderPage(
        row.code,
        pathway.title,
        row.version,
        f"{count_words(len(lines), 'open episode')} on another version than {row.version}",
        tuple(lines),
        tuple(gaps.values()),
    )


def _stage_title(pathway: Pathway, code: str) -> str:
    try:
        return pathway.stage(code).title
    except UnknownCodeError:
        return tidy(code).capitalize()
