"""What a handler can return to make content, under the path people import it from."""

from ....answers.content import Audio, File, Image

__all__ = ["Audio", "File", "Image"]
