"""Who may call, how often, what is recorded: the sections of one configuration, and the functions they ask."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, TypedDict

from .. import _native
from ..answers.encoding import encode
from ..errors import ConfigurationError
from ..types.wire_object import to_plain
from .translation import translated


class Sections(TypedDict, total=False):
    """The sections, as keyword arguments of servers; each is a mapping with the words of the configuration file. So far there are
    `authentication`, `authorization`, `audit`, `telemetry`, `safety` and `tls`; a server with one of the others is refused."""

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
    """What is told of its work, and where: lines, metrics, traces, the dashboard, health."""
    safety: Mapping[str, Any] | None
    """What people are asked before it is done, and what models are told."""
    tls: Mapping[str, Any] | None
    """Certificates and keys, where it is served over HTTP."""


VERIFY_TOKEN = "oxmcp/verify_token"

AUDIT = "oxmcp/audit"
SANITIZE = "oxmcp/sanitize"

_FUNCTIONS: dict[tuple[str, str], str] = {
    ("authentication", "verify"): VERIFY_TOKEN,
    ("audit", "sink"): AUDIT,
    ("safety", "sanitize"): SANITIZE,
}
"""By section and option: the method that a function given there is asked with. The option itself crosses as `true`, unless it is
one of `_APART`."""

_APART = frozenset({VERIFY_TOKEN, AUDIT, SANITIZE})
"""The methods that count by being there."""


class Believing(TypedDict, total=False):
    """The same of who is believed, as objects."""

    auth: Any
    token_verifier: Any


class Production:
    """What a server was given of them."""

    def __init__(self, given: dict[str, Any]) -> None:
        """Takes the sections out of keyword arguments; what else there is stays.

        Raises:
            TypeError: a section is no mapping.
        """
        self._config = given.pop("config", None)
        self.auth: Any = given.pop("auth", None)
        """Who is believed, as an object of a peer's kind."""
        self.token_verifier: Any = given.pop("token_verifier", None)
        self._sections: dict[str, dict[str, Any]] = {}
        self._functions: dict[str, Callable[..., Any]] = {}
        for name in Sections.__annotations__:
            section = given.pop(name, None)
            if section is None:
                continue
            if not isinstance(section, Mapping):
                raise TypeError(f"{name} must be a mapping of its options, not {type(section).__name__}")
            self._sections[name] = self._plain(name, section)
        self.believe(self.auth, self.token_verifier)

    def believe(self, auth: Any, token_verifier: Any) -> None:
        """Has engines that are made from now on believe what these do, if there are any.

        Raises:
            TypeError: `auth` says nothing of who is believed, or the section `authentication` says it already.
            ValueError: one of them is missing.
        """
        if auth is None and token_verifier is None:
            return
        from ..authentication.sections import check  # most servers believe everybody

        check(auth, token_verifier)
        if "authentication" in self._sections:
            raise TypeError("Say who is believed in one way: auth=… or authentication={…}")
        self.auth, self.token_verifier = auth, token_verifier

    @property
    def authenticates(self) -> bool:
        """Whether anything may say who is believed."""
        return (
            self.auth is not None
            or "authentication" in self._sections
            or bool(self._config or os.environ.get("OXMCP_CONFIG"))
        )

    @property
    def pages(self) -> list[str]:
        """The paths of what is shown beside the endpoint.

        Raises:
            ConfigurationError: a section says what cannot be.
        """
        if not (self._sections or self._config or os.environ.get("OXMCP_CONFIG")):
            return []
        with translated():
            return _native.pages_beside(_native.dumps(self._sections, _in_words), self._config)

    def _plain(self, section: str, options: Mapping[str, Any]) -> dict[str, Any]:
        plain = {}
        for option, value in options.items():
            method = _FUNCTIONS.get((section, option))
            if method is not None and callable(value):
                self._functions[method] = value
                if method in _APART:
                    continue
                value = True
            plain[option] = value
        return plain

    def tell(
        self,
        engine: _native.Server,
        answerer: Callable[[str], Callable[[_native.Call, BaseException], None]],
        path: str = "/mcp",
    ) -> None:
        """Tells the engine, of a server with its endpoint at this path.

        Raises:
            ConfigurationError: a section says what cannot be.
        """
        sections, functions = dict(self._sections), dict(self._functions)
        if self.auth is not None:
            from ..authentication.sections import section_of

            sections["authentication"], verify = section_of(self.auth, self.token_verifier, path)
            if verify is not None:
                functions[VERIFY_TOKEN] = verify
        for method, function in functions.items():
            if method == VERIFY_TOKEN:
                from ..authentication.sections import answering

                function = answering(function)
            elif method in _ASKED:
                function = _ASKED[method](function)
            engine.set_function(method, _target(function, answerer(method)))
        with translated():
            engine.configure(_native.dumps(sections, _in_words), self._config)


def _in_words(value: Any) -> str:
    """What of a section is no JSON: paths are texts."""
    if isinstance(value, PathLike):
        return os.fsdecode(value)
    raise ConfigurationError(f"a section cannot have a {type(value).__name__} in it")


def _recording(sink: Callable[..., Any]) -> Callable[[Any], Any]:
    """Gets records, a list of dicts; what it gives is of no matter."""

    async def hand_over(asked: Any) -> None:
        given = sink(asked["records"])
        if inspect.isawaitable(given):
            await given

    return hand_over


def _sanitizing(sanitize: Callable[..., Any]) -> Callable[[Any], Any]:
    """Makes another of a tool's result, which it is given as the protocol has it, with the tool's name; None leaves it."""

    async def made(asked: Any) -> Any:
        given = sanitize(asked["result"], asked["tool"])
        other = await given if inspect.isawaitable(given) else given
        return asked["result"] if other is None else to_plain(other)

    return made


_ASKED: dict[str, Callable[[Callable[..., Any]], Callable[[Any], Any]]] = {AUDIT: _recording, SANITIZE: _sanitizing}
"""How functions are asked that do not take what the engine says as it is."""


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
