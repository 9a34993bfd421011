"""Families of resources."""

from ..offers.resources import ResourceTemplate

FunctionResourceTemplate = ResourceTemplate

__all__ = ["FunctionResourceTemplate", "ResourceTemplate"]
