"""Tools: a function, what it is called, and what callers are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _native
from ..answers import results
from ..arguments import parameters
from ..calls import functions
from ..calls.task_config import TaskConfig
from . import return_types
from .checks import Checks
from .offer import Offer

if TYPE_CHECKING:
    from .._native import Kind
    from ..calls.owner import Owner
    from ..calls.task_config import TaskMode

_NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


class Tool(Offer):
    """A tool as it is registered.

    Args:
        function: What is called: plain or async, a method, a callable object, a partial.
        name: The name callers use; the function's own when absent.
        title: A name for people.
        description: What it is for; the docstring's text when absent.
        annotations: Hints on what it does: a `ToolAnnotations` or a dict.
        icons: Icons, objects or dicts.
        meta: The descriptor's `_meta`.
        tags: Labels for `enable` and `disable`.
        input_schema: JSON Schema of the arguments, advertised and enforced as it is; from the parameters when absent.
        output_schema: JSON Schema of the structured result; None for none; from the return type when left out.
        structured_output: True to insist on a structured result, False to have none.
        timeout: Seconds a call may take.
        version: The tool's own version, told to callers.
        enabled: Whether it is listed and can be called.
        run_in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's thread, where it
            stops other handlers while it runs. As the server says when absent.
        replayable: Whether it may run again from the beginning, with the answers its questions got so far, when a client calls
            again and the call that waits for it is in another process or gone (2026-07-28). Otherwise that is an error.
        strict: Whether arguments must have the schema's types as they are, and unknown ones are refused.
        task: Whether its calls can become tasks: a `TaskConfig`, its mode, or a bool.
        confirm: Whether a person is asked before each call; as the section `safety` says when absent.
        required_scopes: Scopes, all of which it takes to see and use it, as a policy's rule would say.
        roles: Roles, one of which it takes.

    Raises:
        ConfigurationError: `task` is none of these.
        ValueError: it cannot be named, or the timeout is not positive.
        InvalidDescriptorError: a parameter's type has no JSON Schema.
        InvalidSchemaError: a given schema is not a valid JSON Schema.
    """

    __slots__ = (
        "_accepted",
        "_poll_interval",
        "_results",
        "_strict",
        "confirm",
        "parameters",
        "task_config",
        "timeout",
    )

    component: Kind = "tool"

    noun = "tool"

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Any = results.UNSET,
        structured_output: bool | None = None,
        timeout: float | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        strict: bool = False,
        task: bool | TaskMode | TaskConfig | None = None,
        confirm: bool | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
    ) -> None:
        name = name or functions.name_of(function)
        checks = Checks("tool", name)
        checks.texts(name=name)
        if timeout is not None and (not isinstance(timeout, (int, float)) or timeout <= 0):
            raise checks.refuse("timeout", "must be a positive number of seconds")
        if input_schema is not None:
            checks.input_schema(input_schema)
        if isinstance(output_schema, Mapping):
            checks.schema("output_schema", output_schema)
        if len(name) > 128 or not _NAME_CHARACTERS.issuperset(name):
            _warn(f"Tool name {name!r} is not 1 to 128 letters, digits, '_', '.' and '-': some clients refuse it")
        super().__init__(
            function,
            parameters.plan(function, name=name, strict=strict),
            key=name,
            name=name,
            title=title,
            description=description,
            annotations=annotations,
            icons=icons,
            meta=meta,
            tags=tags,
            version=version,
            enabled=enabled,
            run_in_thread=run_in_thread,
            replayable=replayable,
            required_scopes=required_scopes,
            roles=roles,
        )
        self.timeout = timeout
        self.confirm = confirm
        self.task_config = TaskConfig.of(task)
        # Who says only that there are tasks leaves it to the engine how often they are asked for.
        self._poll_interval = task.poll_interval if isinstance(task, TaskConfig) else None
        self._strict = strict
        self._results = return_types.plan(
            function,
            output_schema=output_schema,
            structured_output=structured_output,
            returns=self._parameters.returns,
        )
        self.parameters: dict[str, Any] = self._parameters.input_schema if input_schema is None else dict(input_schema)
        self._accepted = None if strict or input_schema is not None else self._parameters.accepted_schema
        self._check_whole()

    @classmethod
    def from_function(cls, fn: Callable[..., Any], **options: Any) -> Tool:
        """A tool of a function; the options are those of the class."""
        return cls(fn, **options)

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """JSON Schema of the structured result, if there is one."""
        return self._results.output_schema

    @property
    def wraps_output(self) -> bool:
        """Whether versions that know only objects get the result as `{"result": …}` (DOWN-4)."""
        return self._results.wrap_output

    def descriptor(self) -> str:
        """The descriptor, as JSON text."""
        own: dict[str, Any] = {
            "wrapOutput": self._results.wrap_output,
            "convertArguments": not self._strict,
            "checkOutput": self.output_schema is not None,
        }
        if self.timeout is not None:
            own["timeoutMs"] = max(1, round(self.timeout * 1000))
        if self.confirm is not None:
            own["confirm"] = self.confirm
        if self._accepted is not None:
            own["acceptedSchema"] = self._accepted
        descriptor: dict[str, Any] = {"name": self.name, "inputSchema": self.parameters, "oxmcp": own}
        if self.task_config.supports_tasks():
            descriptor["execution"] = {"taskSupport": self.task_config.mode}
            manner: dict[str, Any] = {}
            if self._poll_interval is not None:
                manner["pollIntervalMs"] = max(1, round(self._poll_interval.total_seconds() * 1000))
            if self.task_config.begins != "at once":
                manner["begins"] = self.task_config.begins
            if manner:
                own["task"] = manner
        if self.output_schema is not None:
            descriptor["outputSchema"] = self.output_schema
        return self._described(descriptor)

    def target(self, server: Owner | None, error: Callable[[_native.Call, BaseException], None]) -> _native.Target:
        """The engine's way to the function."""
        plan = self._results if server is None else self._results.on_unknown(server.on_unknown)
        return functions.target(
            self._parameters,
            server,
            result=plan.complete,
            error=error,
            in_thread=self._in_thread(server),
            plain_text=plan.plain_text,
            structured_text=plan.structured_text,
        )


def _warn(message: str) -> None:
    import logging

    logging.getLogger("oxmcp").warning(message)
