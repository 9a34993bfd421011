"""The resources of a server, looked at."""

from ....offers.managers import ResourceManager

__all__ = ["ResourceManager"]
