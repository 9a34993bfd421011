"""Middleware that answers again what it answered before, by `fastmcp`'s names."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from ... import _native
from ...answers.input_required import is_input_required
from ...calls.asking.questions import noted
from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext
from ...calls.middleware.kept import KeptCall
from ...calls.middleware.objects import as_data, as_object, params_of
from ...later.names import names

if TYPE_CHECKING:
    from typing_extensions import NotRequired

__all__ = [
    "FIVE_MINUTES_IN_SECONDS",
    "ONE_HOUR_IN_SECONDS",
    "ONE_MB_IN_BYTES",
    "CallToolSettings",
    "GetPromptSettings",
    "ListPromptsSettings",
    "ListResourcesSettings",
    "ListToolsSettings",
    "ReadResourceSettings",
    "ResponseCachingMiddleware",
    "ResponseCachingStatistics",
    "SharedMethodSettings",
]

FIVE_MINUTES_IN_SECONDS, ONE_HOUR_IN_SECONDS = 300, 3600
ONE_MB_IN_BYTES = 1 << 20
MAX_ENTRIES = 1000
"""How many answers are kept in memory; beyond it the one that was asked for longest ago goes."""


class SharedMethodSettings(TypedDict):
    """How answers to one method are kept."""

    ttl: NotRequired[float]
    enabled: NotRequired[bool]


class ListToolsSettings(SharedMethodSettings):
    """For the list of tools."""


class ListResourcesSettings(SharedMethodSettings):
    """For the list of resources."""


class ListPromptsSettings(SharedMethodSettings):
    """For the list of prompts."""


class CallToolSettings(SharedMethodSettings):
    """For calls of tools."""

    included_tools: NotRequired[Sequence[str]]
    excluded_tools: NotRequired[Sequence[str]]


class ReadResourceSettings(SharedMethodSettings):
    """For what resources hold."""


class GetPromptSettings(SharedMethodSettings):
    """For prompts."""


@dataclass
class MethodStatistics:
    """How often answers of one method were kept and found."""

    hits: int = 0
    misses: int = 0
    puts: int = 0


@dataclass
class ResponseCachingStatistics:
    """How often answers were kept and found, by method."""

    list_tools: MethodStatistics
    list_resources: MethodStatistics
    list_prompts: MethodStatistics
    read_resource: MethodStatistics
    get_prompt: MethodStatistics
    call_tool: MethodStatistics


class CacheStorage(Protocol):
    """Where answers are kept: any store of `py-key-value`, or anything with these two."""

    async def get(self, key: str, *, collection: str | None = None) -> Mapping[str, Any] | None:
        """What is kept under a key, if anything is."""
        ...

    async def put(
        self, key: str, value: Mapping[str, Any], *, collection: str | None = None, ttl: float | None = None
    ) -> None:
        """Keeps something for so many seconds."""
        ...


class InMemory:
    """Keeps answers in this process, so many at most."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str | None, str], tuple[float, str]] = OrderedDict()

    async def get(self, key: str, *, collection: str | None = None) -> Mapping[str, Any] | None:
        """What is kept under a key, if its time is not over."""
        place = (collection, key)
        found = self._kept.get(place)
        if found is None:
            return None
        until, text = found
        if until < time.monotonic():
            del self._kept[place]
            return None
        self._kept.move_to_end(place)
        value: Mapping[str, Any] = _native.loads(text)
        return value

    async def put(
        self, key: str, value: Mapping[str, Any], *, collection: str | None = None, ttl: float | None = None
    ) -> None:
        """Keeps something for so many seconds."""
        until = time.monotonic() + (float("inf") if ttl is None else ttl)
        self._kept[collection, key] = (until, _native.dumps(value))
        self._kept.move_to_end((collection, key))
        while len(self._kept) > MAX_ENTRIES:
            self._kept.popitem(last=False)


class ResponseCachingMiddleware(Middleware):
    """Answers again what it answered before, for as long as the settings say. Who sends another `Authorization` header has other
    answers. What failed, and what asks its client, is never kept.

    Args:
        cache_storage: Where answers are kept; in memory, a thousand of them, when absent.
        list_tools_settings: `{"ttl": seconds, "enabled": False}`; lists are kept for five minutes.
        list_resources_settings: The same for resources.
        list_prompts_settings: The same for prompts.
        read_resource_settings: The same for what resources hold, which is kept for an hour.
        get_prompt_settings: The same for prompts.
        call_tool_settings: The same for calls, with `included_tools` or `excluded_tools`: names.
        max_item_size: How many characters of JSON an answer has at most to be kept.
    """

    def __init__(
        self,
        cache_storage: CacheStorage | None = None,
        list_tools_settings: ListToolsSettings | None = None,
        list_resources_settings: ListResourcesSettings | None = None,
        list_prompts_settings: ListPromptsSettings | None = None,
        read_resource_settings: ReadResourceSettings | None = None,
        get_prompt_settings: GetPromptSettings | None = None,
        call_tool_settings: CallToolSettings | None = None,
        max_item_size: int = ONE_MB_IN_BYTES,
    ) -> None:
        self._storage: CacheStorage = InMemory() if cache_storage is None else cache_storage
        self._settings: dict[str, Mapping[str, Any]] = {
            "tools/list": {"ttl": FIVE_MINUTES_IN_SECONDS, **(list_tools_settings or {})},
            "resources/list": {"ttl": FIVE_MINUTES_IN_SECONDS, **(list_resources_settings or {})},
            "prompts/list": {"ttl": FIVE_MINUTES_IN_SECONDS, **(list_prompts_settings or {})},
            "resources/read": {"ttl": ONE_HOUR_IN_SECONDS, **(read_resource_settings or {})},
            "prompts/get": {"ttl": ONE_HOUR_IN_SECONDS, **(get_prompt_settings or {})},
            "tools/call": {"ttl": ONE_HOUR_IN_SECONDS, **(call_tool_settings or {})},
        }
        self._counts = {method: MethodStatistics() for method in self._settings}
        self.max_item_size = max_item_size

    async def on_list_tools(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of tools."""
        return await self._answered(context, call_next)

    async def on_list_resources(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of resources."""
        return await self._answered(context, call_next)

    async def on_list_prompts(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of prompts."""
        return await self._answered(context, call_next)

    async def on_read_resource(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """What a resource holds."""
        return await self._answered(context, call_next)

    async def on_get_prompt(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """A prompt."""
        return await self._answered(context, call_next)

    async def on_call_tool(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """A call of a tool."""
        settings, name = self._settings["tools/call"], context.message.name
        included = settings.get("included_tools")
        if (included and name not in included) or name in (settings.get("excluded_tools") or ()):
            return await call_next(context)
        return await self._answered(context, call_next)

    def statistics(self) -> ResponseCachingStatistics:
        """How often answers were kept and found since the start."""
        counts = self._counts
        return ResponseCachingStatistics(
            list_tools=counts["tools/list"],
            list_resources=counts["resources/list"],
            list_prompts=counts["prompts/list"],
            read_resource=counts["resources/read"],
            get_prompt=counts["prompts/get"],
            call_tool=counts["tools/call"],
        )

    async def _answered(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        method, call = context.method or "", context.fastmcp_context
        settings, counts = self._settings[method], self._counts[method]
        # What a client was asked for has to be asked again.
        if settings.get("enabled") is False or call is None or call.input_responses or call.request_state:
            return await call_next(context)
        key = _key(method, context)
        found = await self._storage.get(key, collection=method)
        if found is not None:
            counts.hits += 1
            return as_object(method, found)
        counts.misses += 1
        asks: list[str] = []
        before = noted.set(asks)
        try:
            result = await call_next(context)
        finally:
            noted.reset(before)
        data = as_data(method, KeptCall(call._call, None), result)
        is_kept = not (asks or data.get("isError") or is_input_required(data))
        if is_kept and len(_native.dumps(data)) <= self.max_item_size:
            counts.puts += 1
            await self._storage.put(key, data, collection=method, ttl=settings.get("ttl"))
        return result


def _key(method: str, context: MiddlewareContext) -> str:
    """What answers are told apart by: what is asked, by whom, in which version of the protocol."""
    from hashlib import sha256

    call = context.fastmcp_context
    headers = None if call is None else call.headers
    asked = {
        "params": params_of(method, context.message),
        "version": None if call is None else call._call.protocol_version,
        "by": None if headers is None else headers.get("authorization"),
    }
    return sha256(_native.dumps(asked, str, sort_keys=True).encode()).hexdigest()


__getattr__ = names(__name__)
