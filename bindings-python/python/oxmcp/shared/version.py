"""The versions of the protocol."""

from ..types.version import SUPPORTED_PROTOCOL_VERSIONS

__all__ = ["SUPPORTED_PROTOCOL_VERSIONS"]
