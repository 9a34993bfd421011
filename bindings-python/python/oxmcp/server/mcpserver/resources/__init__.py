"""Resources as objects."""

from ....later.names import names
from ....offers.managers import ResourceManager
from ....offers.resource_kinds import DirectoryResource, HttpResource
from ....offers.resource_security import DEFAULT_RESOURCE_SECURITY, ResourceSecurity
from ....offers.resources import (
    BinaryResource,
    FileResource,
    FunctionResource,
    Resource,
    ResourceTemplate,
    TextResource,
)

__all__ = [
    "DEFAULT_RESOURCE_SECURITY",
    "BinaryResource",
    "DirectoryResource",
    "FileResource",
    "FunctionResource",
    "HttpResource",
    "Resource",
    "ResourceManager",
    "ResourceSecurity",
    "ResourceTemplate",
    "TextResource",
]

__getattr__ = names(__name__)
