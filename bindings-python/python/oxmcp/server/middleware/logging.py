"""Middleware that writes what passes into the log, by `fastmcp`'s names."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from ... import _native
from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext
from ...types.wire_object import to_plain

__all__ = ["BaseLoggingMiddleware", "LoggingMiddleware", "StructuredLoggingMiddleware", "default_serializer"]

Fields = dict[str, "str | int | float"]


def default_serializer(data: Any) -> str:
    """A message as JSON; what has no JSON form is written as `str` writes it."""
    return _native.dumps(to_plain(data), str)


class BaseLoggingMiddleware(Middleware):
    """What writing into the log has in common, however it is written. Not for direct use."""

    where = "oxmcp.middleware.logging"
    structured_logging = False

    def __init__(
        self,
        *,
        logger: logging.Logger | None = None,
        log_level: int = logging.INFO,
        include_payloads: bool = False,
        include_payload_length: bool = False,
        estimate_payload_tokens: bool = False,
        max_payload_length: int | None = None,
        methods: Iterable[str] | None = None,
        payload_serializer: Callable[[Any], str] | None = None,
    ) -> None:
        self.logger = logger or logging.getLogger(self.where)
        self.log_level = log_level
        self.include_payloads = include_payloads
        self.include_payload_length = include_payload_length
        self.estimate_payload_tokens = estimate_payload_tokens
        self.max_payload_length = max_payload_length
        self.methods = None if methods is None else list(methods)
        self.payload_serializer = payload_serializer

    async def on_message(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every message, or those of `methods`."""
        if self.methods is not None and context.method not in self.methods:
            return await call_next(context)
        known: Fields = {"method": context.method or "unknown", "source": context.source}
        self._write(self.log_level, {"event": f"{context.type}_start", **known, **self._payload(context)})
        began = time.perf_counter()
        try:
            result = await call_next(context)
        except Exception as error:
            failed: Fields = {
                "event": f"{context.type}_error",
                **known,
                "duration_ms": _since(began),
                "error": str(error),
            }
            self._write(logging.ERROR, failed)
            raise
        self._write(self.log_level, {"event": f"{context.type}_success", **known, "duration_ms": _since(began)})
        return result

    def _payload(self, context: MiddlewareContext) -> Fields:
        if not (self.include_payloads or self.include_payload_length or self.estimate_payload_tokens):
            return {}
        text = self._serialized(context)
        told: Fields = {}
        if self.estimate_payload_tokens:
            told["payload_tokens"] = len(text) // 4
        if self.include_payload_length:
            told["payload_length"] = len(text)
        if self.include_payloads:
            most = self.max_payload_length
            told["payload"] = text if not most or len(text) <= most else f"{text[:most]}..."
            told["payload_type"] = type(context.message).__name__
        return told

    def _serialized(self, context: MiddlewareContext) -> str:
        if self.payload_serializer is not None:
            try:
                return self.payload_serializer(context.message)
            except Exception as error:
                self.logger.warning("The payload of %s was not serialized: %s", context.method, error)
        return default_serializer(context.message)

    def _write(self, level: int, fields: Fields) -> None:
        if not self.logger.isEnabledFor(level):
            return
        structured = self.structured_logging
        text = _native.dumps(fields) if structured else " ".join(f"{name}={value}" for name, value in fields.items())
        self.logger.log(level, "%s", text)


class LoggingMiddleware(BaseLoggingMiddleware):
    """Writes a line when a message comes, and one when it is answered: `event=request_start method=tools/call source=client`.

    Args:
        logger: Where to write; the logger `oxmcp.middleware.logging` when absent.
        log_level: The level of what went well.
        include_payloads: Whether what was asked is written, too.
        include_payload_length: Whether its length is, in characters of JSON.
        estimate_payload_tokens: Whether a quarter of that is, which is about its tokens.
        max_payload_length: How many characters of what was asked are written at most.
        methods: Which methods are written; all when absent.
        payload_serializer: Makes text of what was asked; JSON when absent.
    """

    def __init__(self, *, max_payload_length: int = 1000, **options: Any) -> None:
        super().__init__(max_payload_length=max_payload_length, **options)


class StructuredLoggingMiddleware(BaseLoggingMiddleware):
    """The same as JSON objects, one a line, for what reads logs. Nothing is cut.

    Args:
        **options: As for `LoggingMiddleware`, without `max_payload_length`. The logger is `oxmcp.middleware.structured_logging`.
    """

    where = "oxmcp.middleware.structured_logging"
    structured_logging = True


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
