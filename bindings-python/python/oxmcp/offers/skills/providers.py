"""Where a server has its skills from, by fastmcp's names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ...errors import ConfigurationError, NotYetError
from .skill import SKILL_FILE, Skill

PathLike = str | os.PathLike[str]
SkillCatalog = Iterable[Skill] | Mapping[str, Skill]
"""Skills, each at its name; or by the paths below `skill://`, which end with the names."""


class SkillSource:
    """Some skills, for `server.add_provider`."""

    def described(self) -> list[dict[str, Any]]:
        """What the engine is told of them, one by one."""
        raise NotImplementedError


class SkillCatalogProvider(SkillSource):
    """Skills from code: `mcp.add_provider(SkillCatalogProvider([skill, …]))`.

    Args:
        skills: The skills, each served at its name; or a mapping from the paths below `skill://`, which end with the names.
    """

    def __init__(self, skills: SkillCatalog | None = None) -> None:
        placed = skills.items() if isinstance(skills, Mapping) else [(None, skill) for skill in skills or ()]
        for _, skill in placed:
            if not isinstance(skill, Skill):
                raise TypeError(f"SkillCatalogProvider takes Skills, not {type(skill).__name__}")
        self._placed = list(placed)

    def described(self) -> list[dict[str, Any]]:
        """See `SkillSource`."""
        return [skill.described(path) for path, skill in self._placed]


class FolderProvider(SkillSource):
    """All skills below some folders."""

    def __init__(self, roots: PathLike | Sequence[PathLike], **options: Any) -> None:
        given = [roots] if isinstance(roots, (str, os.PathLike)) else roots
        self._roots = [Path(root).expanduser().absolute() for root in given]
        self._options = options

    def described(self) -> list[dict[str, Any]]:
        """See `SkillSource`."""
        return [{"folders": [str(root) for root in self._roots], **self._options}]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self._roots))})"


class SkillsDirectoryProvider(FolderProvider):
    """The skills below some folders, at their paths from there on: `root/ops/deploy/SKILL.md` is `skill://ops/deploy/SKILL.md`.
    Where two have the same path, the first folder's counts.

    Args:
        roots: The folder, or several.
        reload: Whether they are read anew whenever somebody asks for skills: for while they are written. A mistake leaves what
            was read before, and is in the log.
        main_file_name: `SKILL.md`; there is no other name.
        supporting_files: Files beside `SKILL.md` are read by their URIs, and found by `skills/list` and by reading directories;
            `resources/list` does not have them ("template").
        strict: Whether a folder that cannot be a skill is an error; else it is left out, and the log says why.
    """

    def __init__(
        self,
        roots: PathLike | Sequence[PathLike],
        reload: bool = False,
        main_file_name: str = SKILL_FILE,
        supporting_files: Literal["template", "resources"] = "template",
        *,
        strict: bool = True,
    ) -> None:
        _check(main_file_name, supporting_files)
        super().__init__(roots, reload=reload, strict=strict)


SkillsProvider = SkillsDirectoryProvider
"""As older releases spell it."""


class SkillProvider(FolderProvider):
    """The one skill in a folder, at its name.

    Args:
        skill_path: The folder, which has the skill's name.
        main_file_name, supporting_files: See `SkillsDirectoryProvider`.
    """

    def __init__(
        self,
        skill_path: PathLike,
        main_file_name: str = SKILL_FILE,
        supporting_files: Literal["template", "resources"] = "template",
    ) -> None:
        _check(main_file_name, supporting_files)
        super().__init__(skill_path)
        if not (self._roots[0] / SKILL_FILE).is_file():
            raise FileNotFoundError(f"there is no {SKILL_FILE} in {self._roots[0]}")


class _AtHome(SkillsDirectoryProvider):
    """The skills that another program keeps. Folders that are not there hold none, and those that are no skills are left out."""

    places: tuple[str, ...] = ()

    def __init__(self, reload: bool = False, supporting_files: Literal["template", "resources"] = "template") -> None:
        roots = [root for root in map(Path, self.places) if root.expanduser().is_dir()]
        super().__init__(roots, reload, supporting_files=supporting_files, strict=False)


class ClaudeSkillsProvider(_AtHome):
    """Claude's, in `~/.claude/skills`."""

    places = ("~/.claude/skills",)


class CursorSkillsProvider(_AtHome):
    """Cursor's, in `~/.cursor/skills`."""

    places = ("~/.cursor/skills",)


class VSCodeSkillsProvider(_AtHome):
    """VS Code's, in `~/.copilot/skills`."""

    places = ("~/.copilot/skills",)


class CopilotSkillsProvider(VSCodeSkillsProvider):
    """Copilot's, in `~/.copilot/skills`."""


class CodexSkillsProvider(_AtHome):
    """Codex's, in `/etc/codex/skills` and `~/.codex/skills`; the first counts."""

    places = ("/etc/codex/skills", "~/.codex/skills")


class GeminiSkillsProvider(_AtHome):
    """Gemini's, in `~/.gemini/skills`."""

    places = ("~/.gemini/skills",)


class GooseSkillsProvider(_AtHome):
    """Goose's, in `~/.config/agents/skills`."""

    places = ("~/.config/agents/skills",)


class OpenCodeSkillsProvider(_AtHome):
    """OpenCode's, in `~/.config/opencode/skills`."""

    places = ("~/.config/opencode/skills",)


def _check(main_file_name: str, supporting_files: str) -> None:
    if main_file_name != SKILL_FILE:
        raise ConfigurationError(f"a skill's file is {SKILL_FILE}, not {main_file_name!r}")
    if supporting_files == "resources":
        raise NotYetError.of('supporting_files="resources"', "lists of what skills hold")
    if supporting_files != "template":
        raise ConfigurationError(f"supporting_files is 'template' or 'resources', not {supporting_files!r}")
