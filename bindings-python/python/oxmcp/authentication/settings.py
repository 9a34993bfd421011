"""How a server says who is believed, by the names of the official package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .providers import url


class ClientRegistrationOptions:
    """How clients register with an authorization server."""

    def __init__(
        self,
        *,
        enabled: bool = False,
        client_secret_expiry_seconds: int | None = None,
        valid_scopes: list[str] | None = None,
        default_scopes: list[str] | None = None,
    ) -> None:
        self.enabled = enabled
        self.client_secret_expiry_seconds = client_secret_expiry_seconds
        self.valid_scopes = valid_scopes
        self.default_scopes = default_scopes


class RevocationOptions:
    """Whether an authorization server revokes tokens."""

    def __init__(self, *, enabled: bool = False) -> None:
        self.enabled = enabled


class AuthSettings:
    """Who issues tokens, and for what; the server's `token_verifier` verifies them.

    Args:
        issuer_url: The authorization server.
        resource_server_url: What clients call this server; None for what they call it in each request.
        required_scopes: What every request needs.
        service_documentation_url: Where developers read about the server.
        validate_token_resource: Whether `AccessToken.resource` must be `resource_server_url`.
        client_registration_options, revocation_options, identity_assertion_enabled: Of an authorization server; not used here.

    Raises:
        ValueError: `validate_token_resource` without a resource.
    """

    def __init__(
        self,
        *,
        issuer_url: Any,
        resource_server_url: Any,
        service_documentation_url: Any = None,
        client_registration_options: ClientRegistrationOptions | None = None,
        revocation_options: RevocationOptions | None = None,
        required_scopes: Sequence[str] | None = None,
        identity_assertion_enabled: bool = False,
        validate_token_resource: bool | None = None,
    ) -> None:
        if validate_token_resource and resource_server_url is None:
            raise ValueError("validate_token_resource requires resource_server_url")
        self.issuer_url = issuer_url
        self.resource_server_url = resource_server_url
        self.service_documentation_url = service_documentation_url
        self.client_registration_options = client_registration_options
        self.revocation_options = revocation_options
        self.required_scopes = None if required_scopes is None else list(required_scopes)
        self.identity_assertion_enabled = identity_assertion_enabled
        self.validate_token_resource = validate_token_resource


def is_meant_for(resource: Any, meant: Any) -> bool:
    """Whether what a token is for is this resource, however the URL is written."""
    return meant is not None and _plain(resource) == _plain(meant)


def _plain(value: Any) -> str:
    scheme, separator, rest = str(url(value)).partition("://")
    host, slash, path = rest.partition("/")
    host = host.lower().removesuffix({"https": ":443", "http": ":80"}.get(scheme.lower(), "-"))
    return f"{scheme.lower()}{separator}{host}{slash}{path}".removesuffix("/")
