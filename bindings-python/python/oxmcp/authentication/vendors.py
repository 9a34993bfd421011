"""Verifiers and providers for what authorization servers of some makers say, by the names of `fastmcp`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .jwt import JWTVerifier
from .providers import RemoteAuthProvider, url
from .tokens import words


class AWSCognitoTokenVerifier(JWTVerifier):
    """Verifies access tokens of Amazon Cognito, which say in `client_id` whom they are meant for. The options are those of
    `JWTVerifier`; `audience` is the id of the app client."""

    _audience_claim = "client_id"


class AzureJWTVerifier(JWTVerifier):
    """Verifies tokens of Microsoft Entra.

    Args:
        client_id: The id of the application, which tokens are meant for.
        tenant_id: The tenant; tokens of any issuer that Entra's keys sign count for "organizations", "consumers" and "common".
        required_scopes: What every request needs, in the short form.
        identifier_uri: The application's URI; `api://` and the id when absent.
        base_authority: Where Entra is.
    """

    def __init__(
        self,
        *,
        client_id: str,
        tenant_id: str,
        required_scopes: Sequence[str] | None = None,
        identifier_uri: str | None = None,
        base_authority: str = "login.microsoftonline.com",
    ) -> None:
        self._identifier_uri = identifier_uri or f"api://{client_id}"
        of_many = tenant_id in ("organizations", "consumers", "common")
        super().__init__(
            jwks_uri=f"https://{base_authority}/{tenant_id}/discovery/v2.0/keys",
            issuer=None if of_many else f"https://{base_authority}/{tenant_id}/v2.0",
            audience=[client_id, self._identifier_uri],
            required_scopes=required_scopes,
        )

    @property
    def scopes_supported(self) -> list[str]:
        """The scopes as clients ask for them."""
        return [
            scope if "://" in scope or scope in _OF_OPENID else f"{self._identifier_uri}/{scope}"
            for scope in self.required_scopes
        ]


_OF_OPENID = ("openid", "profile", "email", "offline_access")


class KeycloakAuthProvider(RemoteAuthProvider):
    """Believes a realm of Keycloak.

    Args:
        realm_url: The realm, `https://keycloak.example.com/realms/mine`.
        base_url: What clients call this server.
        required_scopes: What every request needs; `openid` when absent.
        audience: Whom tokens are meant for.
        token_verifier: Verifies them in another way.
    """

    def __init__(
        self,
        *,
        realm_url: Any,
        base_url: Any,
        required_scopes: Sequence[str] | None = None,
        audience: str | list[str] | None = None,
        token_verifier: Any = None,
    ) -> None:
        self.realm_url = str(realm_url).rstrip("/")
        if token_verifier is None:
            token_verifier = JWTVerifier(
                jwks_uri=f"{self.realm_url}/protocol/openid-connect/certs",
                issuer=self.realm_url,
                audience=audience,
                required_scopes=["openid"] if required_scopes is None else words(required_scopes),
            )
        given = None if required_scopes is None else words(required_scopes)
        super().__init__(token_verifier, [self.realm_url], str(base_url).rstrip("/"), required_scopes=given)


class AuthKitProvider(RemoteAuthProvider):
    """Believes AuthKit of WorkOS. Tokens must be meant for this server.

    Args:
        authkit_domain: Its URL, `https://mine.authkit.app`.
        base_url, resource_base_url, required_scopes, scopes_supported, resource_name, resource_documentation: As for
            every provider.
        token_verifier: Verifies tokens in another way.
    """

    def __init__(
        self,
        *,
        authkit_domain: Any,
        base_url: Any,
        resource_base_url: Any = None,
        required_scopes: Sequence[str] | None = None,
        scopes_supported: Sequence[str] | None = None,
        resource_name: str | None = None,
        resource_documentation: Any = None,
        token_verifier: Any = None,
    ) -> None:
        self.authkit_domain = str(authkit_domain).rstrip("/")
        verifier = token_verifier or JWTVerifier(
            jwks_uri=f"{self.authkit_domain}/oauth2/jwks",
            issuer=self.authkit_domain,
            required_scopes=required_scopes,
            base_url=str(base_url).rstrip("/"),
            resource_base_url=resource_base_url,
        )
        super().__init__(
            verifier,
            [self.authkit_domain],
            str(base_url).rstrip("/"),
            scopes_supported=scopes_supported,
            resource_base_url=resource_base_url,
            resource_name=resource_name,
            resource_documentation=resource_documentation,
            required_scopes=None if required_scopes is None else words(required_scopes),
        )


class SupabaseProvider(RemoteAuthProvider):
    """Believes a project of Supabase, whose tokens do not say which server they are meant for.

    Args:
        project_url: The project, `https://abc123.supabase.co`.
        base_url, required_scopes, scopes_supported, resource_name, resource_documentation: As for
            every provider.
        auth_route: Where its authorization server is.
        algorithm: "ES256" or "RS256".
        token_verifier: Verifies tokens in another way.
    """

    def __init__(
        self,
        *,
        project_url: Any,
        base_url: Any,
        auth_route: str = "/auth/v1",
        algorithm: str = "ES256",
        required_scopes: Sequence[str] | None = None,
        scopes_supported: Sequence[str] | None = None,
        resource_name: str | None = None,
        resource_documentation: Any = None,
        token_verifier: Any = None,
    ) -> None:
        self.project_url = str(project_url).rstrip("/")
        self.auth_route = auth_route.strip("/")
        issuer = f"{self.project_url}/{self.auth_route}"
        verifier = token_verifier or JWTVerifier(
            jwks_uri=f"{issuer}/.well-known/jwks.json",
            issuer=issuer,
            algorithm=algorithm,
            required_scopes=required_scopes,
            audience="authenticated",
        )
        super().__init__(
            verifier,
            [issuer],
            str(url(base_url)).rstrip("/"),
            scopes_supported=scopes_supported,
            resource_name=resource_name,
            resource_documentation=resource_documentation,
            required_scopes=None if required_scopes is None else words(required_scopes),
        )
