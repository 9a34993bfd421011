"""Prompts: a function that writes messages, and what callers are told of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _native
from ..answers.messages import complete_prompt
from ..arguments import parameters
from ..calls import functions
from .hints import hint
from .offer import Offer

if TYPE_CHECKING:
    from .._native import Kind
    from ..arguments.parameters import Argument
    from ..calls.owner import Owner


class Prompt(Offer):
    """A prompt as it is registered.

    Args:
        function: What writes the messages: plain or async. It returns text, a message, a dict, or a list of them.
        name: The name callers use; the function's own when absent.
        title: A name for people.
        description: What it is for; the docstring's text when absent.
        icons: Icons, objects or dicts.
        meta: The descriptor's `_meta`.
        tags: Labels for `enable` and `disable`.
        version: The prompt's own version, told to callers.
        enabled: Whether it is listed and can be rendered.
        run_in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's thread, where it
            stops other handlers while it runs. As the server says when absent.
        replayable: Whether it may run again from the beginning, with the answers its questions got so far, when a client calls
            again and the call that waits for it is in another process or gone (2026-07-28). Otherwise that is an error.
        required_scopes: Scopes, all of which it takes to see and use it, as a policy's rule would say.
        roles: Roles, one of which it takes.

    Raises:
        ValueError: it cannot be named.
    """

    __slots__ = ()

    component: Kind = "prompt"

    noun = "prompt"

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
    ) -> None:
        name = name or functions.name_of(function)
        super().__init__(
            function,
            parameters.plan(function, name=name),
            key=name,
            name=name,
            title=title,
            description=description,
            annotations=None,
            icons=icons,
            meta=meta,
            tags=tags,
            version=version,
            enabled=enabled,
            run_in_thread=run_in_thread,
            replayable=replayable,
            required_scopes=required_scopes,
            roles=roles,
        )
        self._check_whole()

    @classmethod
    def from_function(cls, fn: Callable[..., Any], **options: Any) -> Prompt:
        """A prompt of a function; the options are those of the class."""
        return cls(fn, **options)

    @property
    def arguments(self) -> list[dict[str, Any]]:
        """The arguments as they are advertised. Values are text on the wire (PRM-6), so the description of one that is
        simply text says what it may be."""
        definitions = self._parameters.input_schema.get("$defs", {})
        return [_argument(argument, definitions) for argument in self._parameters.arguments]

    def descriptor(self) -> str:
        """The descriptor, as JSON text."""
        descriptor: dict[str, Any] = {"name": self.name}
        arguments = self.arguments
        if arguments:
            descriptor["arguments"] = arguments
        return self._described(descriptor)

    def target(self, server: Owner | None, error: Callable[[_native.Call, BaseException], None]) -> _native.Target:
        """The engine's way to the function."""
        return functions.target(
            self._parameters,
            server,
            result=functools.partial(
                complete_prompt,
                description=self.description,
                on_unknown="str" if server is None else server.on_unknown,
            ),
            error=error,
            in_thread=self._in_thread(server),
            natural=False,
            method="prompts/get",
        )


def _argument(argument: Argument, definitions: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": argument.name, "required": argument.required}
    described = [text for text in (argument.description, hint(argument.schema, definitions)) if text]
    if described:
        told["description"] = "\n\n".join(described)
    return told
