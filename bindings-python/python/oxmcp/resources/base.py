"""Resources as objects."""

from ..answers.resource_contents import ReadResourceContents, ResourceContent, ResourceResult
from ..offers.resources import Resource

__all__ = ["ReadResourceContents", "Resource", "ResourceContent", "ResourceResult"]
