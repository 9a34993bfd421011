"""The kinds of resources."""

from ....offers.resource_kinds import DirectoryResource, HttpResource
from ....offers.resources import BinaryResource, FileResource, FunctionResource, TextResource

__all__ = ["BinaryResource", "DirectoryResource", "FileResource", "FunctionResource", "HttpResource", "TextResource"]
