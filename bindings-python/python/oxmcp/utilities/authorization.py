"""Checks of offers, at the path that `fastmcp` has for them."""

from ..authentication.checks import AuthCheck, AuthContext, require_roles, require_scopes, restrict_tag, run_auth_checks
from ..authentication.checks import shortfall as run_auth_checks_with_shortfall
from ..later.names import names

__all__ = [
    "AuthCheck",
    "AuthContext",
    "require_roles",
    "require_scopes",
    "restrict_tag",
    "run_auth_checks",
    "run_auth_checks_with_shortfall",
]

__getattr__ = names(__name__)
