"""A server that has skills."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from typing import Any

from ... import _native
from ...errors import NotYetError
from ...later.names import COMPOSITION
from ...serving.translation import translated
from ..registrations import Registrations
from .providers import FolderProvider, SkillSource
from .skill import Skill

logger = logging.getLogger("oxmcp")


class Skilled(Registrations):
    """The skills of a server, which every engine of it is told of (`io.modelcontextprotocol/skills`)."""

    _skills: tuple[str, ...] = ()
    """What the engines are told of them."""

    _cache_hints: dict[str, Any]

    def add_skill(self, skill: Skill, *, path: str | None = None) -> Skill:
        """Serves a skill that was made in code, at `skill://{path}/SKILL.md`.

        Args:
            skill: The skill.
            path: Ends with the skill's name, which it is without one.

        Raises:
            InvalidDescriptorError: the path cannot be one, or there is a skill at it, above or below it.
            AlreadyRegisteredError: there is a resource with the URI of one of its files.
        """
        if not isinstance(skill, Skill):
            raise TypeError(f"add_skill takes a Skill, not {type(skill).__name__}; folders are for add_skills")
        self._add_skills([skill.described(path)])
        return skill

    def add_skills(
        self, *folders: str | os.PathLike[str], prefix: str = "", reload: bool = False, strict: bool = True
    ) -> None:
        """Serves the skills in folders: every folder with a `SKILL.md`, at its path from there on. A folder that is a skill
        itself is the only one. Files are read before the server is. Nothing else can be reached: links are refused, and what
        begins with a dot is left out.

        Args:
            folders: Where they are.
            prefix: What comes before their paths: `skill://{prefix}/…/SKILL.md`.
            reload: Whether they are read anew whenever somebody asks for skills: for while they are written.
            strict: Whether a folder that cannot be a skill is an error; else it is left out, and the log says why.

        Raises:
            InvalidDescriptorError: a folder is not there, or one below it cannot be a skill: the message names it, and says what
                to do.
            AlreadyRegisteredError: there is a resource with the URI of a file.
        """
        self._add_skills(FolderProvider(folders, prefix=prefix, reload=reload, strict=strict).described())

    def add_provider(self, provider: Any, *, namespace: str = "") -> None:
        """Serves the skills of a `SkillsDirectoryProvider`, `SkillProvider` or `SkillCatalogProvider`.

        Raises:
            NotYetError: it provides something else.
        """
        if not isinstance(provider, SkillSource) or namespace:
            raise NotYetError.of(f"add_provider({type(provider).__name__})", COMPOSITION)
        self._add_skills(provider.described())

    def refresh_skills(self) -> None:
        """Reads the folders of skills anew. Clients that listen are told where `resources/list` changed.

        Raises:
            InvalidDescriptorError: one cannot be a skill any more. What was served before is served on.
        """
        with self._engines.lock, translated():
            for engine in self._engines.made():
                engine.refresh_skills()

    def _add_skills(self, described: Iterable[dict[str, Any]]) -> None:
        with self._engines.lock, translated():
            for one in described:
                text = _native.dumps(one)
                _native.skill_entry(text)  # what is wrong is said here, not when the server is run
                if one.get("strict") is False:
                    _tell_of_flaws(one)
                added: list[tuple[_native.Server, int]] = []
                try:
                    for engine in self._engines.made():
                        added.append((engine, engine.add_skills(text, self._skills_hint())))
                except BaseException:
                    for engine, number in added:
                        engine.remove_skills(number)
                    raise
                self._skills = (*self._skills, text)

    def _skills_hint(self) -> str:
        return _native.dumps(self._cache_hints.get("resources/list") or {})

    def _register_all(self, engine: _native.Server) -> None:
        super()._register_all(engine)
        for text in self._skills:
            engine.add_skills(text, self._skills_hint())


def _tell_of_flaws(described: dict[str, Any]) -> None:
    """Says in the log which folders are left out: before a server is served, nobody reads what the engine says."""
    try:
        _native.skill_entry(_native.dumps({**described, "strict": True}))
    except _native.NativeError as error:
        logger.warning("%s", error)
