"""Which hosts and origins are served, by the names of the official package."""

from __future__ import annotations

from collections.abc import Iterable


class TransportSecuritySettings:
    """Guards against pages that reach a local server by another name (SEC-1): the same as `allowed_hosts` and
    `allowed_origins`.

    Args:
        enable_dns_rebinding_protection: False serves every host and origin.
        allowed_hosts: Hosts that are served, such as "example.com" or "example.com:*"; the server's own when empty.
        allowed_origins: Origins whose pages may ask; the server's own when empty.
    """

    def __init__(
        self,
        enable_dns_rebinding_protection: bool = True,
        allowed_hosts: Iterable[str] = (),
        allowed_origins: Iterable[str] = (),
    ) -> None:
        self.enable_dns_rebinding_protection = enable_dns_rebinding_protection
        self.allowed_hosts = list(allowed_hosts)
        self.allowed_origins = list(allowed_origins)

    def __repr__(self) -> str:
        return (
            f"TransportSecuritySettings(enable_dns_rebinding_protection={self.enable_dns_rebinding_protection},"
            f" allowed_hosts={self.allowed_hosts}, allowed_origins={self.allowed_origins})"
        )


def guards(
    security: TransportSecuritySettings | None, hosts: Iterable[str] | None, origins: Iterable[str] | None
) -> tuple[Iterable[str] | None, Iterable[str] | None]:
    """The hosts and origins to serve: those given by themselves, else those of the settings; None for the default."""
    if security is None:
        return hosts, origins
    if not security.enable_dns_rebinding_protection:
        return hosts if hosts is not None else ("*",), origins if origins is not None else ("*",)
    return (
        hosts if hosts is not None else security.allowed_hosts or None,
        origins if origins is not None else security.allowed_origins or None,
    )
