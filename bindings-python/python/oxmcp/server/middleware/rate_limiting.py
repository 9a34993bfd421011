"""Middleware that refuses what comes too fast, by `fastmcp`'s names."""

from __future__ import annotations

import inspect
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Protocol, TypeVar

from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext
from ...errors import McpError

__all__ = [
    "RateLimitError",
    "RateLimitingMiddleware",
    "SlidingWindowRateLimiter",
    "SlidingWindowRateLimitingMiddleware",
    "TokenBucketRateLimiter",
]

MAX_CLIENTS = 10_000
"""How many clients are told apart; beyond it the one that asked longest ago counts as new when it comes again."""

ClientId = Callable[[MiddlewareContext], "str | Awaitable[str]"]
"""Tells clients apart."""


class RateLimitError(McpError):
    """Too much was asked in too short a time."""

    def __init__(self, message: str = "Rate limit exceeded") -> None:
        super().__init__(-32000, message)


class TokenBucketRateLimiter:
    """Lets so many through at once, and so many a second."""

    def __init__(self, capacity: float, refill_rate: float) -> None:
        """Takes how much the bucket holds, and how much comes in a second."""
        self.capacity = capacity
        self.refill_rate = refill_rate
        self.tokens: float = capacity
        self.last_refill = time.monotonic()

    async def consume(self, tokens: float = 1) -> bool:
        """Takes so much out; whether there was so much."""
        return self._take(tokens)

    def _take(self, tokens: float = 1) -> bool:
        now = time.monotonic()
        self.tokens = min(self.capacity, self.tokens + (now - self.last_refill) * self.refill_rate)
        self.last_refill = now
        if self.tokens < tokens:
            return False
        self.tokens -= tokens
        return True

    def _is_idle(self) -> bool:
        elapsed = time.monotonic() - self.last_refill
        return self.tokens + elapsed * self.refill_rate >= self.capacity


class SlidingWindowRateLimiter:
    """Lets so many through in any span of so many seconds."""

    def __init__(self, max_requests: int, window_seconds: float) -> None:
        self.max_requests = max_requests
        self.window_seconds = window_seconds
        self.requests: deque[float] = deque()

    async def is_allowed(self) -> bool:
        """Whether one more may pass now, which then counts."""
        return self._take()

    def _take(self) -> bool:
        now = time.monotonic()
        self._forget(now)
        if len(self.requests) >= self.max_requests:
            return False
        self.requests.append(now)
        return True

    def _forget(self, now: float) -> None:
        while self.requests and self.requests[0] < now - self.window_seconds:
            self.requests.popleft()

    def _is_idle(self) -> bool:
        self._forget(time.monotonic())
        return not self.requests


class _Limiter(Protocol):
    def _take(self) -> bool: ...

    def _is_idle(self) -> bool: ...


LimiterT = TypeVar("LimiterT", bound=_Limiter)


class _Clients(Generic[LimiterT]):
    """A limiter for each client, the one that asked longest ago first. Those that count nothing any more are forgotten."""

    def __init__(self, make: Callable[[], LimiterT]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self.limiters: OrderedDict[str, LimiterT] = OrderedDict()

    def take(self, client: str) -> bool:
        """Whether the client may pass."""
        with self._lock:
            limiter = self.limiters.get(client)
            if limiter is None:
                self._make_room()
                limiter = self.limiters[client] = self._make()
            self.limiters.move_to_end(client)
            return limiter._take()

    def _make_room(self) -> None:
        while self.limiters:
            oldest = next(iter(self.limiters))
            if len(self.limiters) < MAX_CLIENTS and not self.limiters[oldest]._is_idle():
                return
            del self.limiters[oldest]


class _Limiting(Middleware):
    def __init__(self, get_client_id: ClientId | None) -> None:
        self.get_client_id = get_client_id

    async def _client(self, context: MiddlewareContext) -> str:
        if self.get_client_id is None:
            return "global"
        client = self.get_client_id(context)
        return await client if inspect.isawaitable(client) else client


class RateLimitingMiddleware(_Limiting):
    """Lets so many requests through a second, and for a short while more.

    Args:
        max_requests_per_second: How many in the long run; with 0, those of `burst_capacity` and no more.
        burst_capacity: How many at once; twice `max_requests_per_second` when absent, and at least 1.
        get_client_id: Tells clients apart, each of which has a limit of its own; without it they share one.
        global_limit: Whether all clients share one limit in any case.

    Raises:
        ValueError: a number is below 0, or `burst_capacity` below 1.
    """

    def __init__(
        self,
        max_requests_per_second: float = 10.0,
        burst_capacity: int | None = None,
        get_client_id: ClientId | None = None,
        global_limit: bool = False,
    ) -> None:
        super().__init__(None if global_limit else get_client_id)
        if max_requests_per_second < 0:
            raise ValueError(f"max_requests_per_second is at least 0, not {max_requests_per_second}")
        if burst_capacity is not None and burst_capacity < 1:
            raise ValueError(f"burst_capacity is at least 1, not {burst_capacity}: nothing could ever pass")
        usual = max(1, int(max_requests_per_second * 2)) if max_requests_per_second > 0 else 0
        self.max_requests_per_second = max_requests_per_second
        self.burst_capacity = usual if burst_capacity is None else burst_capacity
        self.global_limit = global_limit
        self._clients = _Clients(lambda: TokenBucketRateLimiter(self.burst_capacity, self.max_requests_per_second))
        self.limiters = self._clients.limiters

    async def on_request(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every request.

        Raises:
            RateLimitError: too many came.
        """
        client = await self._client(context)
        if not self._clients.take(client):
            whose = "Global rate limit exceeded" if self.global_limit else f"Rate limit exceeded for client: {client}"
            raise RateLimitError(whose)
        return await call_next(context)


class SlidingWindowRateLimitingMiddleware(_Limiting):
    """Lets so many requests through in any span of so many minutes.

    Args:
        max_requests: How many.
        window_minutes: How long the span is.
        get_client_id: Tells clients apart, each of which has a limit of its own; without it they share one.

    Raises:
        ValueError: `max_requests` is below 0, or `window_minutes` not above 0.
    """

    def __init__(self, max_requests: int, window_minutes: float = 1, get_client_id: ClientId | None = None) -> None:
        super().__init__(get_client_id)
        if max_requests < 0 or window_minutes <= 0:
            raise ValueError(
                f"max_requests is at least 0 and window_minutes above 0, not {max_requests}, {window_minutes}"
            )
        self.max_requests = max_requests
        self.window_seconds = window_minutes * 60
        self._clients = _Clients(lambda: SlidingWindowRateLimiter(self.max_requests, self.window_seconds))
        self.limiters = self._clients.limiters

    async def on_request(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every request.

        Raises:
            RateLimitError: too many came.
        """
        client = await self._client(context)
        if not self._clients.take(client):
            span = f"{self.max_requests} requests per {self.window_seconds / 60:g} minutes"
            raise RateLimitError(f"Rate limit exceeded: {span} for client: {client}")
        return await call_next(context)
