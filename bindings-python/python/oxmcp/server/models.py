"""What a low-level server says of itself when it is run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..types import ServerCapabilities


class InitializationOptions:
    """What `Server.run` tells peers.

    Args:
        server_name: The name programs use.
        server_version: The version, free text.
        capabilities: What the server says it can do; an object or a dict.
        instructions: What a model should know about the server as a whole.
        title: A name for people.
        description: What the server is for.
        website_url: Where to read more.
        icons: Icons, objects or dicts.
    """

    __slots__ = (
        "capabilities",
        "description",
        "icons",
        "instructions",
        "server_name",
        "server_version",
        "title",
        "website_url",
    )

    def __init__(
        self,
        server_name: str,
        server_version: str,
        capabilities: ServerCapabilities | dict[str, Any],
        instructions: str | None = None,
        website_url: str | None = None,
        icons: Iterable[Any] | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
    ) -> None:
        self.server_name = server_name
        self.server_version = server_version
        self.capabilities = ServerCapabilities.model_validate(capabilities)
        self.instructions = instructions
        self.title = title
        self.description = description
        self.website_url = website_url
        self.icons = tuple(icons or ())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InitializationOptions):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


class NotificationOptions:
    """Which list changes a server announces."""

    __slots__ = ("prompts_changed", "resources_changed", "tools_changed")

    def __init__(
        self, prompts_changed: bool = False, resources_changed: bool = False, tools_changed: bool = False
    ) -> None:
        self.prompts_changed = prompts_changed
        self.resources_changed = resources_changed
        self.tools_changed = tools_changed
