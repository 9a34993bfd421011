"""Resources as objects."""

from ..answers.resource_contents import ReadResourceContents
from ..errors import ResourceError
from ..offers.resources import BinaryResource, FileResource, FunctionResource, Resource, ResourceTemplate, TextResource

__all__ = [
    "BinaryResource",
    "FileResource",
    "FunctionResource",
    "ReadResourceContents",
    "Resource",
    "ResourceError",
    "ResourceTemplate",
    "TextResource",
]
