"""What a server and a client say they can do."""

from __future__ import annotations

from .wire_object import WireObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ToolsCapability(WireObject):
    """What a server can do with tools."""

    list_changed: bool | None = None


class PromptsCapability(WireObject):
    """What a server can do with prompts."""

    list_changed: bool | None = None


class ResourcesCapability(WireObject):
    """What a server can do with resources."""

    subscribe: bool | None = None
    list_changed: bool | None = None


class LoggingCapability(WireObject):
    """That a server sends log messages."""


class CompletionsCapability(WireObject):
    """That a server completes arguments."""


class ServerCapabilities(WireObject):
    """What a server says it can do."""

    experimental: dict[str, dict[str, Any]] | None = None
    extensions: dict[str, dict[str, Any]] | None = None
    logging: LoggingCapability | None = None
    prompts: PromptsCapability | None = None
    resources: ResourcesCapability | None = None
    tools: ToolsCapability | None = None
    completions: CompletionsCapability | None = None
    tasks: dict[str, Any] | None = None


class RootsCapability(WireObject):
    """What a client can do with roots."""

    list_changed: bool | None = None


class SamplingContextCapability(WireObject):
    """That a client can add what servers have to a prompt."""


class SamplingToolsCapability(WireObject):
    """That a client's model can call tools."""


class SamplingCapability(WireObject):
    """What a client can do with sampling."""

    context: SamplingContextCapability | None = None
    tools: SamplingToolsCapability | None = None


class FormElicitationCapability(WireObject):
    """That a client can show a form."""


class UrlElicitationCapability(WireObject):
    """That a client can open a page."""


class ElicitationCapability(WireObject):
    """What a client can ask its user."""

    form: FormElicitationCapability | None = None
    url: UrlElicitationCapability | None = None


class ClientCapabilities(WireObject):
    """What a client says it can do."""

    experimental: dict[str, dict[str, Any]] | None = None
    extensions: dict[str, dict[str, Any]] | None = None
    roots: RootsCapability | None = None
    sampling: SamplingCapability | None = None
    elicitation: ElicitationCapability | None = None
    tasks: dict[str, Any] | None = None
