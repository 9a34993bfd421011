"""Checks of offers, at the path that `fastmcp` 3 has for them."""

from ...authentication.checks import (
    AuthCheck,
    AuthContext,
    require_roles,
    require_scopes,
    restrict_tag,
    run_auth_checks,
)
from ...later.names import names

__all__ = ["AuthCheck", "AuthContext", "require_roles", "require_scopes", "restrict_tag", "run_auth_checks"]

__getattr__ = names(__name__)
