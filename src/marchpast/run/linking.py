"""What the user says of several sources, by the names that the sources have in a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from marchpast.errors import SettingsError
from marchpast.inventory import ClipLink, grouped
from marchpast.run.settings import Settings


def with_names(settings: Settings, names: Mapping[Path, str]) -> Settings:
    """Return the settings with the names of sources where their links have paths.

    Args:
        settings: Its links name sources as the run does, or by the path they were given with.
        names: What the run calls each source.

    Raises:
        SettingsError: If a link names a source that is not there, or links contradict one another.
    """
    known = set(names.values())

    def named(groups: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        return tuple(
            tuple(each if each in known else names.get(Path(each), each) for each in group)
            for group in groups
        )

    try:
        settings = replace(
            settings, same_convoy=named(settings.same_convoy), disjoint=named(settings.disjoint)
        )
        grouped(sorted(known), settings.links)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return settings


def links_between(
    links: Sequence[ClipLink], sources: Collection[str], *, known: Collection[str]
) -> tuple[ClipLink, ...]:
    """Return what links say of some of the sources that they name.

    Args:
        links: Of the settings.
        sources: Those that show something.
        known: All of the run.

    Raises:
        ValueError: If a link names a source that is not part of the run.
    """
    for link in links:
        if strange := sorted(set(link.sources).difference(known)):
            raise ValueError(
                f"no source of this run is called {strange[0]!r}; there are "
                f"{', '.join(sorted(known))}"
            )
    kept = [(link.kind, tuple(s for s in link.sources if s in sources)) for link in links]
    return tuple(ClipLink(kind, left) for kind, left in kept if len(left) > 1)
