"""What `auth=` of a server is: objects that verify tokens, and what else clients are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .tokens import words


class TokenVerificationError(RuntimeError):
    """It cannot be said at the moment whether a token is good."""


class AuthProvider:
    """Says who tokens stand for.

    Args:
        base_url: What clients call this server, without the path of its endpoint.
        resource_base_url: The same where tokens are meant for another name.
        required_scopes: What every request needs.
    """

    def __init__(
        self,
        base_url: Any = None,
        required_scopes: Sequence[str] | None = None,
        resource_base_url: Any = None,
    ) -> None:
        self.base_url = url(base_url)
        self.resource_base_url = url(resource_base_url)
        self.required_scopes: list[str] = words(required_scopes)
        self._resource: str | None = None

    async def verify_token(self, token: str) -> Any:
        """Who the token stands for, an `AccessToken`; None when it is not good. To be overridden."""
        raise NotImplementedError("A subclass has to override verify_token")

    async def load_access_token(self, token: str) -> Any:
        """The same."""
        return await self.verify_token(token)

    @property
    def scopes_supported(self) -> list[str]:
        """The scopes there are, as clients are told."""
        return self.required_scopes

    def get_routes(self, mcp_path: str | None = None) -> list[Any]:
        """None: the engine answers what clients ask about this."""
        return []

    def get_well_known_routes(self, mcp_path: str | None = None) -> list[Any]:
        """None; see `get_routes`."""
        return []

    def get_middleware(self) -> list[Any]:
        """None: the engine looks at tokens before anything else does."""
        return []

    def _get_resource_url(self, path: str | None = None) -> str | None:
        base = self.resource_base_url or self.base_url
        return base if base is None or not path else f"{base.rstrip('/')}/{path.lstrip('/')}"

    def section(self, path: str) -> dict[str, Any]:
        """What the engine is told, of an endpoint at this path: the section `authentication`, but for how tokens are verified."""
        section: dict[str, Any] = {"required_scopes": list(self.required_scopes)}
        resource = self._resource = self._get_resource_url(path)
        return section if resource is None else {**section, "resource": resource}

    def believed(self) -> tuple[list[dict[str, Any]], list[Any]]:
        """The issuers whose tokens the engine verifies by itself, as its option `jwt` has them; and whom it has to ask."""
        return [], [self]


class TokenVerifier(AuthProvider):
    """Verifies tokens, and has nothing to do with how clients get them."""


class RemoteAuthProvider(AuthProvider):
    """Verifies tokens of authorization servers that clients are told of (RFC 9728).

    Args:
        token_verifier: Who verifies them.
        authorization_servers: The issuers that clients get tokens from.
        base_url, resource_base_url, required_scopes: As for every provider; the scopes are the verifier's when absent.
        scopes_supported: The scopes there are; the verifier's when absent.
        challenge_scopes: Accepted; challenges name what is required.
        resource_name, resource_documentation: What people are told of the server.
    """

    def __init__(
        self,
        token_verifier: Any,
        authorization_servers: Iterable[Any],
        base_url: Any,
        scopes_supported: Sequence[str] | None = None,
        resource_base_url: Any = None,
        resource_name: str | None = None,
        resource_documentation: Any = None,
        challenge_scopes: Sequence[str] | None = None,
        required_scopes: Sequence[str] | None = None,
    ) -> None:
        own = getattr(token_verifier, "required_scopes", None) if required_scopes is None else required_scopes
        super().__init__(base_url, own, resource_base_url)
        self.token_verifier = token_verifier
        self.authorization_servers: list[Any] = list(authorization_servers)
        self.resource_name = resource_name
        self.resource_documentation = resource_documentation
        self._scopes_supported = scopes_supported

    @property
    def scopes_supported(self) -> list[str]:
        """The scopes there are, as clients are told."""
        if self._scopes_supported is not None:
            return list(self._scopes_supported)
        return list(getattr(self.token_verifier, "scopes_supported", None) or ())

    async def verify_token(self, token: str) -> Any:
        """What the verifier says."""
        return await self.token_verifier.verify_token(token)

    def section(self, path: str) -> dict[str, Any]:
        """What the engine is told."""
        if isinstance(self.token_verifier, AuthProvider):
            self.token_verifier.section(path)  # which it is told of here
        section = {
            **super().section(path),
            "authorization_servers": [str(url(server)) for server in self.authorization_servers],
            "scopes_supported": self.scopes_supported,
            "resource_name": self.resource_name,
            "resource_documentation": url(self.resource_documentation),
        }
        return {name: value for name, value in section.items() if value is not None}

    def believed(self) -> tuple[list[dict[str, Any]], list[Any]]:
        """What the verifier believes, unless a subclass looks at it again."""
        return believed(self, RemoteAuthProvider, [self.token_verifier])


class MultiAuth(AuthProvider):
    """Believes what any of several believe.

    Args:
        server: A provider whose names, metadata and scopes count, asked first.
        verifiers: Further verifiers, asked in order; by names of yours, or without.
        server_source_id: Accepted.
        base_url, resource_base_url, required_scopes: The server's when absent.
    """

    def __init__(
        self,
        *,
        server: AuthProvider | None = None,
        verifiers: Mapping[str, Any] | Sequence[Any] | TokenVerifier | None = None,
        server_source_id: str | None = None,
        base_url: Any = None,
        resource_base_url: Any = None,
        required_scopes: Sequence[str] | None = None,
    ) -> None:
        if isinstance(verifiers, Mapping):
            verifiers = list(verifiers.values())
        elif isinstance(verifiers, TokenVerifier):
            verifiers = [verifiers]
        self.server = server
        self.verifiers: list[Any] = list(verifiers or ())
        if server is None and not self.verifiers:
            raise ValueError("MultiAuth requires at least a server or one verifier")
        super().__init__(
            base_url or (server.base_url if server else None),
            (server.required_scopes if server else None) if required_scopes is None else required_scopes,
            resource_base_url or (server.resource_base_url if server else None),
        )

    @property
    def sources(self) -> list[Any]:
        """All that are asked, in order."""
        return [*([] if self.server is None else [self.server]), *self.verifiers]

    async def verify_token(self, token: str) -> Any:
        """What the first says that knows the token.

        Raises:
            TokenVerificationError: none does, and one could not say.
        """
        unsure: TokenVerificationError | None = None
        for source in self.sources:
            try:
                said = await source.verify_token(token)
            except TokenVerificationError as error:
                unsure = error
                continue
            if said is not None and set(source.required_scopes).issubset(said.scopes):
                return said
        if unsure is not None:
            raise unsure
        return None

    def section(self, path: str) -> dict[str, Any]:
        """What the engine is told."""
        for source in self.sources:
            if isinstance(source, AuthProvider):
                source.section(path)
        section = {} if self.server is None else self.server.section(path)
        return {**section, **super().section(path)}

    def believed(self) -> tuple[list[dict[str, Any]], list[Any]]:
        """What all of them believe, unless one has scopes of its own or a subclass looks at it again."""
        if any(set(source.required_scopes) - set(self.required_scopes) for source in self.sources):
            return [], [self]
        return believed(self, MultiAuth, self.sources)


def believed(
    provider: AuthProvider, known: type[AuthProvider], sources: Iterable[Any]
) -> tuple[list[dict[str, Any]], list[Any]]:
    """What these sources believe, where the provider verifies as the class does that is known here; else the provider itself is
    to be asked."""
    if type(provider).verify_token is not known.verify_token:
        return [], [provider]
    issuers: list[dict[str, Any]] = []
    asked: list[Any] = []
    for source in sources:
        more, others = source.believed() if isinstance(source, AuthProvider) else ([], [source])
        issuers += more
        asked += others
    return issuers, asked


def url(value: Any) -> str | None:
    """A URL as text, whatever class it has. Those of pydantic end with a slash that nobody wrote."""
    if value is None:
        return None
    text = str(value)
    bare = text.rstrip("/")
    return bare if not isinstance(value, str) and bare.count("/") == 2 else text
