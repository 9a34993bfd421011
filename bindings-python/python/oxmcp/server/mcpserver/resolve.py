"""Parameters that functions fill, which may ask the client, at the path of the official package."""

from ...arguments.injection import Resolve
from ...calls.asking.markers import Elicit, ListRoots, Sample
from ...calls.asking.results import AcceptedElicitation, CancelledElicitation, DeclinedElicitation, ElicitationResult
from ...later.names import names

__all__ = [
    "AcceptedElicitation",
    "CancelledElicitation",
    "DeclinedElicitation",
    "Elicit",
    "ElicitationResult",
    "ListRoots",
    "Resolve",
    "Sample",
]

__getattr__ = names(__name__)
