"""Who may call, how often, what is recorded: the sections of one configuration, and the functions they ask."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, TypedDict

from .. import _native
from ..answers.encoding import encode
from .translation import translated


class Sections(TypedDict, total=False):
    """The sections, as keyword arguments of servers; each is a mapping with the words of the configuration file."""

    config: str | PathLike[str] | None
    """The path of a configuration file (TOML, or JSON), whose sections count where none is given here; without one, the file
    that the variable `OXMCP_CONFIG` names."""
    authentication: Mapping[str, Any] | None
    """Who is calling: keys, tokens, certificates."""
    authorization: Mapping[str, Any] | None
    """Who may do what: roles and rules."""
    limits: Mapping[str, Any] | None
    """How often, how much, how long."""
    audit: Mapping[str, Any] | None
    """What is recorded of it, and where."""
    telemetry: Mapping[str, Any] | None
    """Logs, metrics, traces, the dashboard."""
    safety: Mapping[str, Any] | None
    """What people are asked before it is done, and what models are told."""


_FUNCTIONS: dict[tuple[str, str], str] = {}
"""By section and option: the method that a function given there is asked with. The option itself crosses as `true`."""


class Production:
    """What a server was given of them."""

    def __init__(self, given: dict[str, Any]) -> None:
        """Takes the sections out of keyword arguments; what else there is stays.

        Raises:
            TypeError: a section is no mapping.
        """
        self._config = given.pop("config", None)
        self._sections: dict[str, dict[str, Any]] = {}
        self._functions: dict[str, Callable[..., Any]] = {}
        for name in Sections.__annotations__:
            section = given.pop(name, None)
            if section is None:
                continue
            if not isinstance(section, Mapping):
                raise TypeError(f"{name} must be a mapping of its options, not {type(section).__name__}")
            self._sections[name] = {option: self._plain(name, option, value) for option, value in section.items()}

    def _plain(self, section: str, option: str, value: Any) -> Any:
        method = _FUNCTIONS.get((section, option))
        if method is None or not callable(value):
            return value
        self._functions[method] = value
        return True

    def tell(
        self, engine: _native.Server, answerer: Callable[[str], Callable[[_native.Call, BaseException], None]]
    ) -> None:
        """Tells the engine.

        Raises:
            ConfigurationError: a section says what cannot be.
        """
        for method, function in self._functions.items():
            engine.set_function(method, _target(function, answerer(method)))
        with translated():
            engine.configure(_native.dumps(self._sections), self._config)


def _target(function: Callable[..., Any], error: Callable[[_native.Call, BaseException], None]) -> _native.Target:
    """The engine's way to a function that takes what it is asked, a dict, and gives what goes into JSON, now or later."""

    async def answer(call: _native.Call) -> str:
        value = function(call.arguments_object())
        return encode(
            await value if inspect.isawaitable(value) else value, "what a function of the configuration returned"
        )

    def complete(call: _native.Call, text: str) -> None:
        call.complete_whole(text)

    return _native.Target(answer, is_async=True, bind=lambda call: {"call": call}, result=complete, error=error)
