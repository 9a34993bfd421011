"""Resources, under the path people import them from."""

from ...offers.resources import BinaryResource, FileResource, FunctionResource, Resource, ResourceTemplate, TextResource

__all__ = ["BinaryResource", "FileResource", "FunctionResource", "Resource", "ResourceTemplate", "TextResource"]
