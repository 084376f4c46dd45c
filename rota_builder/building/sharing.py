"""Who counts for which need at a moment: everybody for one, what is dearest first."""

from __future__ import annotations

from collections.abc import Mapping


def share(
    needs: Mapping[str, tuple[int, int]], groups: Mapping[frozenset[str], int]
) -> dict[tuple[frozenset[str], str], int]:
    """How many of each group of workers, alike in skills, count for each skill that is needed.

    `needs`: {skill: (least, wanted)}; `groups`: {skills: how many are there}. What is below the least is given first;
    what has been given stays given, though perhaps by another group.
    """
    free = dict(groups)
    given: dict[tuple[frozenset[str], str], int] = {}
    have = dict.fromkeys(needs, 0)

    def find(skill: str, seen: set[frozenset[str]]) -> bool:
        for group in free:
            if skill in group and group not in seen:
                seen.add(group)
                if free[group]:
                    free[group] -= 1
                    given[group, skill] = given.get((group, skill), 0) + 1
                    return True
                for other in needs:
                    if other != skill and given.get((group, other)) and find(other, seen):
                        given[group, other] -= 1
                        given[group, skill] = given.get((group, skill), 0) + 1
                        return True
        return False

    for place in (0, 1):
        for skill in sorted(needs):
            while have[skill] < needs[skill][place] and find(skill, set()):
                have[skill] += 1
    return given
