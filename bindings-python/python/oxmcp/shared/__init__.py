"""What clients and servers share, under the paths people import it from."""

from ..later.names import names

__getattr__ = names(__name__)
