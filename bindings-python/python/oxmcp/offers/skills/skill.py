"""A skill made in code, or read from a folder."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ... import _native
from ...errors import ConfigurationError
from ...serving.translation import translated

if TYPE_CHECKING:
    from typing_extensions import Self

SKILL_FILE = "SKILL.md"


class Skill:
    """Instructions for an agent: a `SKILL.md`, and the files that go with it. It never changes.

    Args:
        name: Its name: lower-case letters, digits and single hyphens, 64 at most.
        description: What it does and when to use it; 1,024 characters at most.
        instructions: What the agent is to do, Markdown.
        files: Other files by their paths inside the skill (`references/FORMS.md`), each its text or its bytes.
        frontmatter: What `SKILL.md` says beside the two: `license`, `compatibility`, `metadata`, `allowed-tools`, …
        dynamic: Whether other files are resources that the server has otherwise (`@mcp.resource("skill://name/{path}")`): clients
            are told that they cannot be listed beforehand.

    Raises:
        InvalidDescriptorError: it cannot be a skill: the message says what is wrong, and where.
    """

    __slots__ = ("_described", "_entry", "_files")

    def __init__(
        self,
        *,
        name: str,
        description: str,
        instructions: str,
        files: Mapping[str, str | bytes] | None = None,
        frontmatter: Mapping[str, Any] | None = None,
        dynamic: bool = False,
    ) -> None:
        if said := {"name", "description"} & {*(frontmatter or {})}:
            raise ConfigurationError(f"frontmatter does not say {min(said)!r}: it is an argument of Skill itself")
        header = {"name": name, "description": description, **(frontmatter or {})}
        self._hold(files or {}, dynamic=dynamic, frontmatter=header, instructions=instructions)

    def _hold(self, files: Mapping[str, str | bytes], *, dynamic: bool = False, **parts: Any) -> None:
        self._files = MappingProxyType({path: _bytes(content) for path, content in files.items()})
        self._described = {
            "files": {path: _described(content) for path, content in files.items()},
            "dynamic": dynamic,
            **parts,
        }
        with translated():
            self._entry: dict[str, Any] = _native.loads(_native.skill_entry(_native.dumps(self._described)))

    @classmethod
    def from_files(cls, files: Mapping[str, str | bytes], *, dynamic: bool = False) -> Self:
        """The skill of these files by their paths, a `SKILL.md` with its frontmatter among them.

        Raises:
            InvalidDescriptorError: as the class itself.
        """
        skill = cls.__new__(cls)
        skill._hold(files, dynamic=dynamic)
        return skill

    @classmethod
    def from_directory(cls, path: str | os.PathLike[str]) -> Self:
        """The skill in a folder, which has the skill's name. It is read once. Files whose names begin with a dot are left out.

        Raises:
            InvalidDescriptorError: something is wrong with it, or it holds a link.
        """
        root = Path(path).expanduser()
        with translated():
            entry = _native.loads(_native.skill_entry(_native.dumps({"folders": [str(root)]})))
        prefix = str(entry.get("uri", "")).removesuffix(SKILL_FILE)
        uris = [resource["uri"] for resource in entry.get("resources", ())]
        paths = [unquote(uri.removeprefix(prefix)) for uri in uris]
        return cls.from_files({path: (root / path).read_bytes() for path in paths})

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.frontmatter["name"])

    @property
    def description(self) -> str:
        """What it does and when to use it."""
        return str(self.frontmatter["description"])

    @property
    def frontmatter(self) -> dict[str, Any]:
        """What `SKILL.md` says of it."""
        return dict(self._entry["frontmatter"])

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files it was made of, by their paths."""
        return self._files

    def described(self, path: str | None = None) -> dict[str, Any]:
        """What the engine is told of it, at this path below `skill://`; at its name without one."""
        return self._described if path is None else {**self._described, "path": path}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Skill) or self._entry != other._entry:
            return False
        return self._entry["resources"] != "dynamic" or self._described == other._described

    def __hash__(self) -> int:
        return hash((Skill, self.name))

    def __repr__(self) -> str:
        return f"Skill({self.name!r})"


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else bytes(content)


def _described(content: str | bytes) -> dict[str, str]:
    if isinstance(content, str):
        return {"text": content}
    return {"base64": base64.b64encode(content).decode()}
