"""Resources as objects."""

from ....offers.managers import ResourceManager
from ....offers.resource_kinds import DirectoryResource, HttpResource
from ....offers.resources import (
    BinaryResource,
    FileResource,
    FunctionResource,
    Resource,
    ResourceTemplate,
    TextResource,
)

__all__ = [
    "BinaryResource",
    "DirectoryResource",
    "FileResource",
    "FunctionResource",
    "HttpResource",
    "Resource",
    "ResourceManager",
    "ResourceTemplate",
    "TextResource",
]
