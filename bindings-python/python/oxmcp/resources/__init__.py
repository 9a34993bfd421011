"""Resources as objects, and the decorator that needs no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answers.resource_contents import ReadResourceContents, ResourceContent, ResourceResult
from ..errors import ResourceError
from ..later.names import names
from ..offers.resource_kinds import DirectoryResource, HttpResource
from ..offers.resource_security import ResourceSecurity
from ..offers.resources import (
    BinaryResource,
    FileResource,
    FunctionResource,
    Resource,
    ResourceTemplate,
    TextResource,
)

if TYPE_CHECKING:
    from ..offers.marks import resource
else:
    from . import resource

__all__ = [
    "BinaryResource",
    "DirectoryResource",
    "FileResource",
    "FunctionResource",
    "HttpResource",
    "ReadResourceContents",
    "Resource",
    "ResourceContent",
    "ResourceError",
    "ResourceResult",
    "ResourceSecurity",
    "ResourceTemplate",
    "TextResource",
    "resource",
]

__getattr__ = names(__name__)
