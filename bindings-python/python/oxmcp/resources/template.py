"""Families of resources."""

from ..later.names import names
from ..offers.resources import ResourceTemplate

FunctionResourceTemplate = ResourceTemplate

__all__ = ["FunctionResourceTemplate", "ResourceTemplate"]

__getattr__ = names(__name__)
