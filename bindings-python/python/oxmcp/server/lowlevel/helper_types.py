"""What a low-level `read_resource` handler returns, under the path people import it from."""

from ...answers.resource_contents import ReadResourceContents

__all__ = ["ReadResourceContents"]
