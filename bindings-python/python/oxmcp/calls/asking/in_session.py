"""What a session can ask of the client: the questions as the protocol has them, one request and its result each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ...errors import NotYetError
from ...types.wire_object import to_plain
from .questions import ELICIT, LIST_ROOTS, asked

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ... import types
    from ..served_call import ServedCall

# `related_request_id` is accepted by all of them and implied: a question goes the way of the call that asks it.


class AskingSession:
    """The questions of a server session, by the names of both majors of the official package. For what each may raise see
    `Context`."""

    __slots__ = ()

    _context: ServedCall

    async def create_message(
        self,
        messages: Any,
        *,
        max_tokens: int,
        system_prompt: str | None = None,
        include_context: str | None = None,
        temperature: float | None = None,
        stop_sequences: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        model_preferences: Any = None,
        tools: Sequence[Any] | None = None,
        tool_choice: Any = None,
        related_request_id: object = None,
    ) -> Any:
        """Asks the client's model once.

        Returns:
            A `CreateMessageResult`; where tools or a choice of them are given, a `CreateMessageResultWithTools`.

        Raises:
            ValueError: results of tools do not belong to the calls before them (SAM-3, SAM-4).
        """
        from . import sampling

        params = sampling.message_params(
            messages,
            max_tokens=max_tokens,
            system_prompt=system_prompt,
            include_context=include_context,
            temperature=temperature,
            stop_sequences=stop_sequences,
            metadata=metadata,
            model_preferences=model_preferences,
            tools=tools,
            tool_choice=tool_choice,
        )
        return await sampling.create_message(self._context._call, params)

    async def elicit(
        self,
        message: str,
        requestedSchema: Any = None,
        related_request_id: object = None,
        *,
        requested_schema: Any = None,
    ) -> types.ElicitResult:
        """`elicit_form` by its older name."""
        return await self.elicit_form(message, requestedSchema, requested_schema=requested_schema)

    async def elicit_form(
        self,
        message: str,
        requestedSchema: Any = None,
        related_request_id: object = None,
        *,
        requested_schema: Any = None,
    ) -> types.ElicitResult:
        """Asks for a form to be filled in, given as the JSON Schema of an object. It is sent as it is, and so is the answer."""
        from ... import types

        schema = requestedSchema if requested_schema is None else requested_schema
        params = {"message": message, "requestedSchema": to_plain(schema or {"type": "object", "properties": {}})}
        return types.ElicitResult(**await asked(self._context._call, ELICIT, params))

    async def elicit_url(
        self, message: str, url: str, elicitation_id: str, related_request_id: object = None
    ) -> types.ElicitResult:
        """Asks for a page to be opened."""
        from ... import types

        params = {"mode": "url", "message": message, "url": str(url), "elicitationId": elicitation_id}
        return types.ElicitResult(**await asked(self._context._call, ELICIT, params))

    async def list_roots(self) -> types.ListRootsResult:
        """Asks for the client's roots."""
        from ... import types

        return types.ListRootsResult(**await asked(self._context._call, LIST_ROOTS, "{}"))

    async def send_ping(self) -> types.EmptyResult:
        """Asks whether the client is there (legacy)."""
        from ... import types

        return types.EmptyResult(**await asked(self._context._call, "ping", "{}"))

    async def send_request(
        self,
        request: Any,
        result_type: Any = None,
        request_read_timeout_seconds: float | timedelta | None = None,
        metadata: Any = None,
        progress_callback: Any = None,
    ) -> Any:
        """Asks anything: a request object, ours or a peer's, or a dict with `method` and `params`.

        Args:
            request: What is asked.
            result_type: A class with `model_validate`, for the result; a dict when absent.
            request_read_timeout_seconds: How long to wait.
            metadata: Accepted for code that says which request it belongs to, which is implied.
            progress_callback: Not yet: raises NotYetError.

        Raises:
            TypeError: it has no method.
            NotYetError: a progress_callback was given.
        """
        if progress_callback is not None:
            raise NotYetError.of("send_request(progress_callback=…)", "what clients report while they answer")
        said = to_plain(getattr(request, "root", request))
        method = said.get("method") if isinstance(said, Mapping) else None
        if not isinstance(method, str):
            raise TypeError(f"a request has a method and perhaps params, not {request!r}")
        limit = request_read_timeout_seconds
        seconds = limit.total_seconds() if isinstance(limit, timedelta) else limit
        result = await asked(self._context._call, method, dict(said.get("params") or {}), seconds)
        return result if result_type is None else result_type.model_validate(result)

    def send_elicit_complete(self, elicitation_id: str, related_request_id: object = None) -> Awaitable[None]:
        """Tells the client that what it was sent to a page for is done (from 2025-11-25; a later version has no such notice)."""
        params = {"elicitationId": elicitation_id}
        return self._context.send_notification({"method": "notifications/elicitation/complete", "params": params})
