"""Resources as objects."""

from ..answers.resource_contents import ReadResourceContents, ResourceContent, ResourceResult
from ..errors import ResourceError
from ..offers.resources import BinaryResource, FileResource, FunctionResource, Resource, ResourceTemplate, TextResource

__all__ = [
    "BinaryResource",
    "FileResource",
    "FunctionResource",
    "ReadResourceContents",
    "Resource",
    "ResourceContent",
    "ResourceError",
    "ResourceResult",
    "ResourceTemplate",
    "TextResource",
]
