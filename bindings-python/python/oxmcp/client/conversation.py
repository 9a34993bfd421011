"""One side of a conversation with a server of this process: the handshake, requests, answers, notifications."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .. import _native, types
from ..answers.encoding import encode
from ..calls.context import LEGACY
from ..calls.owner import conversation, serving
from ..engine.transport_options import ConnectionOptions
from ..engine.values import Attributes
from ..errors import ClosedError, InputRequiredRoundsExceededError, McpError, logger
from ..serving.translation import translated
from ..types.wire_object import WireObject
from .answering import Answering, context_of
from .foreign_loops import is_foreign, run_on

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..engine.connections import MemoryConnection
    from ..serving.serving import Serving

_PREFIX = "io.modelcontextprotocol/"

_ASKING = frozenset({"tools/call", "prompts/get", "resources/read"})
"""What may be answered with questions, from 2026-07-28 on (MRTR-1)."""

_PAUSES = (0.05, 0.1, 0.2, 0.25)
"""Seconds between rounds in which nothing is asked (MRTR-17)."""


class Conversation:
    """What `Client` builds on; see there for what is given."""

    def __init__(
        self,
        server: Serving,
        *,
        protocol_version: str,
        info: dict[str, Any],
        capabilities: Mapping[str, Any],
        progress_handler: Callable[..., Any] | None,
        log_handler: Callable[..., Any] | None,
        message_handler: Callable[..., Any] | None,
        log_level: str,
        timeout: float | None,
    ) -> None:
        self.protocol_version = protocol_version
        self._server = server
        self._modern = protocol_version not in LEGACY
        self._info = info
        self._capabilities = dict(capabilities)
        self._answering = Answering()
        self._questions: dict[Any, asyncio.Task[None]] = {}
        self.input_required_max_rounds = 10
        self._progress_handler = progress_handler
        self._log_handler = log_handler
        self._message_handler = message_handler
        self._log_level = log_level
        self._timeout = timeout
        self._entered = 0
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._progress: dict[int, Callable[..., Any]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._key = ""
        self._connection: MemoryConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._lifespan: AbstractAsyncContextManager[None] | None = None
        self._enters_lifespan = True
        self.initialize_result: types.InitializeResult | None = None

    # Opening and closing

    async def __aenter__(self) -> Self:
        """Enters the server's lifespan, connects and, in legacy mode, shakes hands.

        Raises:
            McpError: the server refuses the version.
            TransportError: the file that its tasks are in cannot be used.
        """
        self._entered += 1
        if self._entered > 1:
            return self
        from ..engine.connections import connect

        self._loop = asyncio.get_running_loop()
        self._key = uuid4().hex  # each opening is a session of its own

        around = serving.get(None)
        try:
            if self._enters_lifespan:
                lifespan = self._server.lifespan()
                await lifespan.__aenter__()
                self._lifespan = lifespan
            serving.set(self._server)  # what is served from here belongs to it
            options = ConnectionOptions(**self._server.settings.connection())
            with translated():
                self._connection = await connect(self._server.engine_here(), options)
            serving.set(around)  # what goes on here belongs to whatever it did before
            self._reader = asyncio.create_task(self._read(self._connection))
            if not self._modern:
                await self._shake_hands()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._entered > 1:
            self._entered -= 1
        elif self._loop is not None and is_foreign(self._loop):
            await run_on(self._loop, self._close())
        else:
            await self._close()

    async def _close(self) -> None:
        self._entered = 0
        connection, self._connection = self._connection, None
        reader, self._reader = self._reader, None
        lifespan, self._lifespan = self._lifespan, None
        try:
            for task in list(self._questions.values()):
                task.cancel()
            if reader is not None:
                reader.cancel()
                await asyncio.wait([reader])
            if connection is not None:
                await connection.close()
        finally:
            self._server.forget_session(self._key)
            if lifespan is not None:
                await lifespan.__aexit__(None, None, None)

    @property
    def is_connected(self) -> bool:
        """Whether the client is open."""
        return self._connection is not None

    async def _shake_hands(self) -> None:
        params = {
            "protocolVersion": self.protocol_version,
            "capabilities": self._declared(),
            "clientInfo": self._info,
        }
        self.initialize_result = types.InitializeResult(**await self.request("initialize", params))
        self.protocol_version = self.initialize_result.protocol_version
        await self.notify("notifications/initialized")
        if self._log_handler is not None and self.initialize_result.capabilities.logging is not None:
            await self.request("logging/setLevel", {"level": self._log_level})

    # Messages

    async def request(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        progress_handler: Callable[..., Any] | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Sends a request and waits for its result object. What the server asks before it answers is answered on the way.

        Raises:
            McpError: the server answered with an error, or one of its questions has no answer.
            InputRequiredRoundsExceededError: it asked again and again.
            TimeoutError: no answer came in time; the request is cancelled.
            ClosedError: the client is not open, was closed meanwhile, or was opened on a loop that does not run.
        """
        if self._connection is not None and self._loop is not None and is_foreign(self._loop):
            options = {"timeout": timeout, "progress_handler": progress_handler, "meta": meta}
            return await run_on(self._loop, self.request(method, params, **options))  # type: ignore[arg-type]
        rounds = 0
        while True:
            result = await self._exchange(method, params, timeout, progress_handler, meta)
            if not self._modern or method not in _ASKING or result.get("resultType") != "input_required":
                return result
            if rounds == self.input_required_max_rounds:
                raise InputRequiredRoundsExceededError(rounds)
            params = await self._with_answers(params, result, rounds)
            rounds += 1

    async def _with_answers(
        self, params: Mapping[str, Any] | None, result: dict[str, Any], rounds: int
    ) -> dict[str, Any]:
        """The params to ask again with (MRTR-5)."""
        asked: dict[str, Any] = result.get("inputRequests") or {}
        if not asked:
            await asyncio.sleep(_PAUSES[min(rounds, len(_PAUSES) - 1)])
        answers = await asyncio.gather(*(self._answer_to(key, one) for key, one in asked.items()))
        again = {key: value for key, value in (params or {}).items() if key not in ("inputResponses", "requestState")}
        if asked:
            again["inputResponses"] = dict(zip(asked, answers))
        if "requestState" in result:
            again["requestState"] = result["requestState"]
        return again

    async def _answer_to(self, id: Any, question: Mapping[str, Any]) -> dict[str, Any]:
        params = question.get("params") or {}
        return await self._answering.answer(question["method"], params, context_of(self, id, params))

    async def _exchange(
        self,
        method: str,
        params: Mapping[str, Any] | None,
        timeout: float | None,
        progress_handler: Callable[..., Any] | None,
        meta: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        self._last_id += 1
        id = self._last_id
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[id] = answer
        handler = progress_handler or self._progress_handler
        envelope = {**(meta or {}), **self._envelope(method)}
        if handler is not None:
            self._progress[id] = handler
            envelope["progressToken"] = id
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": id, "method": method, "params": dict(params or {})}
        if envelope and method != "initialize":
            message["params"]["_meta"] = envelope
        try:
            await self._send(message)
            return await asyncio.wait_for(answer, self._timeout if timeout is None else timeout)
        except asyncio.TimeoutError as error:
            await self._give_up(id)
            raise TimeoutError(f"No answer to {method} in time") from error
        except asyncio.CancelledError:
            await self._give_up(id)
            raise
        finally:
            self._waiting.pop(id, None)
            self._progress.pop(id, None)

    async def _give_up(self, id: int) -> None:
        if self._connection is not None:
            await self.notify("notifications/cancelled", {"requestId": id})

    async def notify(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """Sends a notification.

        Raises:
            ClosedError: the client is not open.
        """
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = dict(params)
        await self._send(message)

    def _declared(self) -> dict[str, Any]:
        return {**self._answering.capabilities(), **self._capabilities}

    def _envelope(self, method: str) -> dict[str, Any]:
        if not self._modern:
            return {}
        envelope = {
            _PREFIX + "protocolVersion": self.protocol_version,
            _PREFIX + "clientInfo": self._info,
            _PREFIX + "clientCapabilities": self._declared(),
        }
        if self._log_handler is not None:
            envelope[_PREFIX + "logLevel"] = self._log_level
        return envelope

    async def _send(self, message: dict[str, Any]) -> None:
        if self._connection is None:
            raise ClosedError("The client is not open: use it inside `async with`")
        try:
            context = self._server.surroundings()
            context.run(conversation.set, self._key)
            self._connection.send(encode(message, "params"), context)
        except ConnectionError as error:
            raise ClosedError("The connection to the server is closed") from error

    async def _read(self, connection: MemoryConnection) -> None:
        try:
            while (text := await connection.receive()) is not None:
                message = _native.loads(text)
                for one in message if isinstance(message, list) else [message]:
                    if "method" in one and "id" in one:
                        self._asked(one)
                    elif "method" in one:
                        await self._notified(one["method"], one.get("params") or {})
                    else:
                        self._answered(one)
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ClosedError("The connection was closed before the answer came"))

    def _asked(self, question: dict[str, Any]) -> None:
        """Answers a request of the server's, beside whatever else arrives."""
        id = question["id"]
        task = asyncio.get_running_loop().create_task(self._reply(id, question))
        self._questions[id] = task
        task.add_done_callback(lambda _task: self._questions.pop(id, None))

    async def _reply(self, id: Any, question: dict[str, Any]) -> None:
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": id}
        try:
            message["result"] = await self._answer_to(id, question)
        except McpError as error:
            message["error"] = error.error.to_dict()
        if self._connection is not None:
            await self._send(message)

    def _answered(self, message: dict[str, Any]) -> None:
        answer = self._waiting.get(message.get("id"))  # type: ignore[arg-type]
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(McpError(types.ErrorData(**message["error"])))
        else:
            answer.set_result(message["result"])

    async def _notified(self, method: str, params: dict[str, Any]) -> None:
        try:
            question = self._questions.get(params.get("requestId")) if method == "notifications/cancelled" else None
            if question is not None:
                question.cancel()
            if method == "notifications/progress":
                handler = self._progress.get(params.get("progressToken"))  # type: ignore[arg-type]
                if handler is not None:
                    await _settled(handler(params["progress"], params.get("total"), params.get("message")))
            elif method == "notifications/message" and self._log_handler is not None:
                await _settled(self._log_handler(types.LoggingMessageNotificationParams(**params)))
            if self._message_handler is not None:
                await _settled(self._message_handler(WireObject(method=method, params=Attributes(params))))
        except Exception:
            logger.exception("the client's handler for %s failed", method)


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
