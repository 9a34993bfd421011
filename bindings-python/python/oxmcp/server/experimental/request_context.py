"""What a request has to do with tasks: `ctx.experimental`."""

from ...calls.experimental import EXPLICIT_TASK_ID_DEPRECATION, Experimental, ServerTaskContext

__all__ = ["EXPLICIT_TASK_ID_DEPRECATION", "Experimental", "ServerTaskContext"]
