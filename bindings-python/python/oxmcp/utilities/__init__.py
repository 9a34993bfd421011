"""What a handler can return to make content, under the path people import it from: see `types`."""

from ..later.names import names

__getattr__ = names(__name__)
