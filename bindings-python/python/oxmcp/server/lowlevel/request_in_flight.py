"""The facts of the request in flight, at the name that 1.x of the official package has for them."""

from __future__ import annotations

from typing import Any

from ... import _native
from ...calls.context import context_of
from ...calls.owner import serving
from ...calls.session import RequestContext


class _RequestInFlight:
    """The facts of the request in flight, read as from a context variable."""

    def get(self, *default: Any) -> Any:
        """The facts, or `default`.

        Raises:
            LookupError: no request is in flight here, and no default is given.
        """
        call = _native.current_call.get(None)
        if call is not None:
            return RequestContext(context_of(call, serving.get(None)))
        if default:
            return default[0]
        raise LookupError("No request is in flight here")


request_ctx = _RequestInFlight()
