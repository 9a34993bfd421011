"""Middleware for what fails: counted, told in the protocol's errors, or tried again; by `fastmcp`'s names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from ...answers.failures import protocol_error
from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext
from ...errors import InvalidArguments, McpError, NotFoundError

__all__ = ["ErrorHandlingMiddleware", "RetryMiddleware"]

_MOST_KINDS = 1000


class ErrorHandlingMiddleware(Middleware):
    """Writes failures into the log, counts them, and answers with the protocol's error for their kind.

    Args:
        logger: Where to write; the logger `oxmcp.errors` when absent.
        include_traceback: Whether the traceback is written too.
        error_callback: Told of each, with the context.
        transform_errors: Whether an exception that is no protocol error becomes one.
    """

    def __init__(
        self,
        logger: logging.Logger | None = None,
        include_traceback: bool = False,
        error_callback: Callable[[Exception, MiddlewareContext], None] | None = None,
        transform_errors: bool = True,
    ) -> None:
        self.logger = logger or logging.getLogger("oxmcp.errors")
        self.include_traceback = include_traceback
        self.error_callback = error_callback
        self.transform_errors = transform_errors
        self.error_counts: dict[str, int] = {}

    async def on_message(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every message."""
        try:
            return await call_next(context)
        except Exception as error:
            self._note(error, context)
            if not self.transform_errors or protocol_error(error) is not None:
                raise
            raise _as_protocol_error(error, context.method or "") from error

    def get_error_stats(self) -> dict[str, int]:
        """How often what failed where: `ValueError:tools/call`. Beyond a thousand of them, the rest counts as `<other>`."""
        return dict(self.error_counts)

    def _note(self, error: Exception, context: MiddlewareContext) -> None:
        kind = type(error).__name__
        key = f"{kind}:{context.method}"
        if key not in self.error_counts and len(self.error_counts) >= _MOST_KINDS - 1:
            key = "<other>"
        self.error_counts[key] = self.error_counts.get(key, 0) + 1
        told = error if self.include_traceback else None
        self.logger.error("Error in %s: %s: %s", context.method, kind, error, exc_info=told)
        if self.error_callback is not None:
            try:
                self.error_callback(error, context)
            except Exception:
                self.logger.exception("error_callback failed")


def _as_protocol_error(error: Exception, method: str) -> McpError:
    cause = error.__cause__ or error
    if isinstance(cause, (ValueError, TypeError, InvalidArguments)):
        return McpError(-32602, f"Invalid params: {error}")
    if isinstance(cause, (FileNotFoundError, KeyError, NotFoundError)):
        if method.startswith("resources/"):
            return McpError(-32002, f"Resource not found: {error}")
        return McpError(-32001, f"Not found: {error}")
    if isinstance(cause, PermissionError):
        return McpError(-32000, f"Permission denied: {error}")
    if isinstance(cause, (TimeoutError, asyncio.TimeoutError)):
        return McpError(-32000, f"Request timeout: {error}")
    return McpError(-32603, f"Internal error: {error}")


class RetryMiddleware(Middleware):
    """Tries a request again that failed for a reason which may pass, after a longer pause each time.

    Args:
        max_retries: How often, beside the first time.
        base_delay: Seconds before the second time.
        max_delay: Seconds at most.
        backoff_multiplier: How many times as long each pause is as the one before.
        retry_exceptions: What may pass; also as the cause of what was raised.
        logger: Where to write; the logger `oxmcp.retry` when absent.
    """

    def __init__(
        self,
        max_retries: int = 3,
        base_delay: float = 1.0,
        max_delay: float = 60.0,
        backoff_multiplier: float = 2.0,
        retry_exceptions: tuple[type[Exception], ...] = (ConnectionError, TimeoutError),
        logger: logging.Logger | None = None,
    ) -> None:
        self.max_retries = max_retries
        self.base_delay = base_delay
        self.max_delay = max_delay
        self.backoff_multiplier = backoff_multiplier
        self.retry_exceptions = retry_exceptions
        self.logger = logger or logging.getLogger("oxmcp.retry")

    async def on_request(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every request."""
        attempt = 0
        while True:
            try:
                return await call_next(context)
            except Exception as error:
                may_pass = isinstance(error, self.retry_exceptions) or isinstance(
                    error.__cause__, self.retry_exceptions
                )
                if not may_pass or attempt >= self.max_retries:
                    raise
                pause = min(self.base_delay * self.backoff_multiplier**attempt, self.max_delay)
                attempt += 1
                self.logger.warning(
                    "Request %s failed (%d of %d): %s. Again in %.1fs",
                    context.method,
                    attempt,
                    self.max_retries + 1,
                    error,
                    pause,
                )
            await asyncio.sleep(pause)
