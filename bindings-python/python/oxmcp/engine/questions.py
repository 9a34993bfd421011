"""Questions to the client: asked together where they are asked in one turn of a loop, answered wherever they are awaited.

Any loop may ask, that of a plain function's own `asyncio.run` too: the answer comes to the event loop that serves, which hands
it over. A call that asks nothing leaves no trace here.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import NamedTuple

from .. import _native
from .threads import serving_of


class Unanswered(Exception):
    """Why a question has no answer, as the engine says it."""

    def __init__(self, kind: str, message: str, code: int | None = None, data: str | None = None) -> None:
        self.kind = kind
        """A name from `_native.FailureKinds`."""
        self.message = message
        self.code = code
        """The code of the client's error, where it answered with one."""
        self.data = data
        """JSON text, if there is any."""
        super().__init__(message)


class _Asked:
    """One question whose answer somebody waits for."""

    __slots__ = ("answer", "loop", "method", "number", "params", "serving", "timeout", "token")

    def __init__(
        self, method: str, params: str, timeout: float | None, serving: int, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.method = method
        self.params = params
        self.timeout = timeout
        self.serving = serving
        self.loop = loop
        self.answer: asyncio.Future[str] = loop.create_future()
        self.token = next(_tokens)
        self.number: int | None = None


class _Key(NamedTuple):
    """What is asked together: by one call, in one loop."""

    loop: asyncio.AbstractEventLoop
    call: int


_tokens = itertools.count(1)
_together: dict[_Key, list[_Asked]] = {}
_open: dict[int, _Asked] = {}


async def ask(call: _native.Call, method: str, params: str, timeout: float | None = None) -> str:
    """Asks the client of a call, and waits for its result, as JSON text.

    Args:
        call: Who asks.
        method: The question's method.
        params: Its params, as JSON text.
        timeout: Seconds to wait; as long as the call runs when absent.

    Raises:
        Unanswered: there is no result.
        CancelledError: who waits was cancelled; the question is taken back.
    """
    loop = asyncio.get_running_loop()
    asked = _Asked(method, params, timeout, call.serving, loop)
    key = _Key(loop, call.id)
    together = _together.get(key)
    if together is None:
        _together[key] = [asked]
        loop.call_soon(_send, key, call)
    else:
        together.append(asked)
    try:
        return await asked.answer
    finally:
        if _open.pop(asked.token, None) is not None and asked.number is not None:
            call.withdraw(asked.number)


def _send(key: _Key, call: _native.Call) -> None:
    waiting = [asked for asked in _together.pop(key) if not asked.answer.done()]
    if not waiting:
        return
    serving = serving_of(call)
    if serving is None:
        for asked in waiting:
            asked.answer.set_exception(Unanswered("cannot_ask", "the server is not served any more"))
        return
    _open.update((asked.token, asked) for asked in waiting)
    first = serving.ask(call, [(asked.token, asked.method, asked.params, asked.timeout) for asked in waiting])
    for number, asked in enumerate(waiting, first):
        asked.number = number


def answered(token: int, result: str | None, failure: tuple[str, str, int | None, str | None] | None) -> None:
    """Hears what came of a question. Called in the loop that serves."""
    asked = _open.pop(token, None)
    if asked is None:
        return
    if asked.loop is asyncio._get_running_loop():
        _settle(asked, result, failure)
    else:
        with contextlib.suppress(RuntimeError):  # a plain function's own loop, which it has closed
            asked.loop.call_soon_threadsafe(_settle, asked, result, failure)


def _settle(asked: _Asked, result: str | None, failure: tuple[str, str, int | None, str | None] | None) -> None:
    if asked.answer.done():
        return
    if result is not None:
        asked.answer.set_result(result)
    else:
        asked.answer.set_exception(Unanswered(*(failure or ("abandoned", "the question was dropped"))))


def end(serving: int) -> None:
    """Nothing comes any more from this serving: whoever still waits hears so."""
    for asked in [asked for asked in list(_open.values()) if asked.serving == serving]:
        answered(asked.token, None, ("cannot_ask", "the server is not served any more", None, None))
