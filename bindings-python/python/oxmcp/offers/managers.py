"""What is registered, looked at by kind: `server._tool_manager.list_tools()`, as code written for the official package does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .prompts import Prompt
    from .registrations import Registrations
    from .resources import Resource
    from .tools import Tool


class ToolManager:
    """The tools of a server."""

    def __init__(self, server: Registrations) -> None:
        self._server = server

    @property
    def _tools(self) -> dict[str, Tool]:
        return self._server.offers_of("tool")

    def list_tools(self) -> list[Tool]:
        """Every tool, as it is registered."""
        return list(self._tools.values())

    def get_tool(self, name: str) -> Tool | None:
        """The tool of this name, if there is one."""
        return self._tools.get(name)

    def add_tool(self, fn: Callable[..., Any], *positional: Any, **options: Any) -> Tool:
        """Registers a tool, as the server does."""
        return self._server.add_tool(fn, *positional, **options)

    def remove_tool(self, name: str) -> None:
        """Takes a tool away, as the server does."""
        self._server.remove_tool(name)


class PromptManager:
    """The prompts of a server."""

    def __init__(self, server: Registrations) -> None:
        self._server = server

    @property
    def _prompts(self) -> dict[str, Prompt]:
        return self._server.offers_of("prompt")

    def list_prompts(self) -> list[Prompt]:
        """Every prompt, as it is registered."""
        return list(self._prompts.values())

    def get_prompt(self, name: str) -> Prompt | None:
        """The prompt of this name, if there is one."""
        return self._prompts.get(name)

    def add_prompt(self, prompt: Prompt | Callable[..., Any], **options: Any) -> Prompt:
        """Registers a prompt, as the server does."""
        return self._server.add_prompt(prompt, **options)


class ResourceManager:
    """The resources of a server, and its families of them."""

    def __init__(self, server: Registrations) -> None:
        self._server = server

    @property
    def _resources(self) -> dict[str, Resource]:
        return self._server.offers_of("resource")

    @property
    def _templates(self) -> dict[str, Resource]:
        return self._server.offers_of("resource_template")

    def list_resources(self) -> list[Resource]:
        """Every resource, as it is registered."""
        return list(self._resources.values())

    def list_templates(self) -> list[Resource]:
        """Every family of resources, as it is registered."""
        return list(self._templates.values())

    def add_resource(self, resource: Resource) -> Resource:
        """Registers a resource, as the server does."""
        return self._server.add_resource(resource)
