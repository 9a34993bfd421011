"""What a handler can return to make content, under the path people import it from."""

from ..answers.content import Audio, File, Image
from ..later.names import names

__all__ = ["Audio", "File", "Image"]

__getattr__ = names(__name__)
