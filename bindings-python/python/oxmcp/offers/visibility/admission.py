"""Checks of whoever asks, offer by offer: whom they do not let pass may not see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ... import _native
from ...authentication.checks import AuthContext, listed, run_auth_checks
from ...authentication.tokens import token_from
from ...errors import AuthorizationError

if TYPE_CHECKING:
    from ..offer import Offer
    from .predicates import Visible


async def admits(everywhere: Iterable[Any], offer: Offer | None, item: Visible, context: Any) -> bool:
    """Whether all checks let the caller pass: those that stand before everything, and those of the offer, if it is one of this
    server's. Whoever holds standard input and output started the server, and is not asked."""
    if context.transport == "stdio":
        return True
    own = None if offer is None else offer.auth
    checks = [check for given in (*everywhere, own) if given is not None for check in listed(given)]
    if not checks:
        return True
    text = context._call.principal
    token = None if text is None else token_from(_native.loads(text))
    try:
        return await run_auth_checks(checks, AuthContext(token, item if offer is None else offer))
    except AuthorizationError:
        return False
