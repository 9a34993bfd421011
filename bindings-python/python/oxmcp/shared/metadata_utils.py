"""Which name of a thing to show to people."""

from typing import Any


def get_display_name(obj: Any) -> str:
    """The title of a tool, resource, prompt or implementation; a tool's annotations may have one too; else its name."""
    title = getattr(obj, "title", None) or getattr(getattr(obj, "annotations", None), "title", None)
    return str(title or obj.name)
