"""Pictures, sounds and files as content."""

from .answers.content import Audio, File, Image

__all__ = ["Audio", "File", "Image"]
