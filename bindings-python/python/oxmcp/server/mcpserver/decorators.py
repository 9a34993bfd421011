"""The decorators. Each works with or without parentheses and as a plain call, and gives the function back unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ...answers.results import UNSET
from ...calls.task_config import TaskConfig
from ...later.deferred import accept
from ...offers.registrations import Registrations
from ...offers.resource_security import ResourceSecurity
from .apps import AppConfig, meta_of_tool, meta_of_view

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...authentication.checks import AuthCheck
    from ...calls.task_config import TaskMode
    from ...later.options import OfReads

F = TypeVar("F", bound=Callable[..., Any])


class Decorators(Registrations):
    """`@server.tool`, `@server.resource(uri)`, `@server.prompt`, `@server.completion`."""

    @overload
    def tool(
        self,
        name_or_fn: F,
        title: str | None = None,
        description: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Any = UNSET,
        timeout: float | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        strict_input_validation: bool | None = None,
        task: bool | TaskMode | TaskConfig | None = None,
        app: AppConfig | Mapping[str, Any] | bool | None = None,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        confirm: bool | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
    ) -> F: ...

    @overload
    def tool(
        self,
        name_or_fn: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Any = UNSET,
        timeout: float | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        strict_input_validation: bool | None = None,
        task: bool | TaskMode | TaskConfig | None = None,
        app: AppConfig | Mapping[str, Any] | bool | None = None,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        confirm: bool | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
    ) -> Callable[[F], F]: ...

    def tool(
        self,
        name_or_fn: Any = None,
        title: str | None = None,
        description: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        structured_output: bool | None = None,
        *,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Any = UNSET,
        timeout: float | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        strict_input_validation: bool | None = None,
        task: bool | TaskMode | TaskConfig | None = None,
        app: AppConfig | Mapping[str, Any] | bool | None = None,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        confirm: bool | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
    ) -> Any:
        """Registers a function as a tool.

        Its parameters become the input schema, their descriptions come from `Annotated[…, Field(description=…)]` or the
        docstring; a parameter annotated with `Context` gets the call's Context; `Depends(…)` parameters are filled in.

        Args:
            name_or_fn: The function, or the tool's name, or nothing: `@server.tool`, `@server.tool("add")`,
                `@server.tool(…)`, `server.tool(function, …)`.
            name: The name callers use; the function's own when absent.
            title: A name for people.
            description: What it is for; the docstring's text when absent.
            annotations: A `ToolAnnotations` or a dict, such as `{"readOnlyHint": True}`.
            icons: Icons, objects or dicts.
            meta: The descriptor's `_meta`.
            tags: Labels for `enable` and `disable`.
            input_schema: JSON Schema of the arguments, advertised and enforced as it is; from the parameters when absent.
            output_schema: JSON Schema of the structured result; None for none; from the return type when left out.
            structured_output: True to insist on a structured result, False to have none.
            timeout: Seconds a call may take.
            version: The tool's own version, told to callers.
            enabled: Whether it is listed and can be called.
            run_in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's thread,
                where it stops other handlers while it runs. As the server says when absent.
            replayable: Whether it may run again from the beginning, with the answers its questions got so far, when a client
                calls again and the call that waits for it is in another process or gone (2026-07-28). Otherwise that is an
                error.
            strict_input_validation: Whether arguments must have the schema's types as they are, and unknown ones are
                refused. As the server says when absent.
            task: Whether its calls can become tasks, which go on after their request was answered: a `TaskConfig`, its mode
                ("optional" for clients that take tasks, "required" for nobody else, "forbidden"), or a bool, where True is
                "optional". As the server's `tasks` says when absent.
            auth: Who may have it: a check (`oxmcp.server.auth.require_scopes("admin")`), a function that is given an
                `AuthContext`, or several. To everybody else it is as if it were not there.
            confirm: Whether a person is asked before each call, who says yes to these arguments and no others; where nobody can
                be asked it is not done. As the section `safety` says when absent; without one, nobody is asked.
            required_scopes: Scopes, all of which it takes, asked for by the engine as by a policy's rule: whoever lacks one is
                told which over HTTP (AUTH-5), otherwise it is not there. `@require_scopes(…)` says the same.
            roles: Roles, one of which it takes. To everybody else it is not there.
            app: The view that hosts show its results in: an `AppConfig`, or a dict as it stands in `_meta.ui` (UI-3).

        Raises:
            NotYetError: `app` is True.
            ConfigurationError: `task` is no mode there is, or `app` does not describe a view.
            ValueError: it cannot be named, or is a duplicate and `on_duplicate` is "error".
            InvalidDescriptorError: a parameter's type has no JSON Schema.
        """

        meta = meta_of_tool(app, meta)
        said: dict[str, Any] = {} if strict_input_validation is None else {"strict": strict_input_validation}
        given = {"auth": auth, "confirm": confirm, "required_scopes": required_scopes, "roles": roles}
        said.update((name, value) for name, value in given.items() if value is not None)
        if task is not None:
            TaskConfig.of(task)  # what is no mode is refused where it is written
            said["task"] = task

        def register(function: Any, given: str | None = name) -> Any:
            self.add_tool(
                function,
                name=given,
                title=title,
                description=description,
                annotations=annotations,
                icons=icons,
                meta=meta,
                tags=tags,
                input_schema=input_schema,
                output_schema=output_schema,
                structured_output=structured_output,
                timeout=timeout,
                version=version,
                enabled=enabled,
                run_in_thread=run_in_thread,
                replayable=replayable,
                **said,
            )
            return function

        return _apply(register, name_or_fn, name)

    def resource(
        self,
        uri: str,
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        annotations: Any = None,
        icons: Iterable[Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        size: int | None = None,
        cache_hint: Any = None,
        security: ResourceSecurity | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        app: AppConfig | Mapping[str, Any] | bool | None = None,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
        **other: Unpack[OfReads],
    ) -> Callable[[F], F]:
        """Registers a function as a resource, or as a family of them when the URI has `{variables}`.

        Args:
            uri: The URI, or an RFC 6570 template whose variables are parameters of the function.
            name: Its name; the function's own when absent.
            title: A name for people.
            description: What it holds; the docstring's text when absent.
            mime_type: Its MIME type; from what is returned when absent.
            annotations: An `Annotations` or a dict.
            icons: Icons, objects or dicts.
            meta: The descriptor's `_meta`.
            tags: Labels for `enable` and `disable`.
            version: The resource's own version, told to callers.
            size: Its size in bytes, if known.
            cache_hint: How long a reader may keep what it read (CACHE-1).
            security: Which values of a template's variables are refused; the server's `resource_security` when absent.
            enabled: Whether it is listed and can be read.
            run_in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's thread,
                where it stops other handlers while it runs. As the server says when absent.
            replayable: Whether it may run again from the beginning, with the answers its questions got so far, when a client
                calls again and the call that waits for it is in another process or gone (2026-07-28). Otherwise that is an
                error.
            auth: Who may have it: a check (`oxmcp.server.auth.require_scopes("admin")`), a function that is given an
                `AuthContext`, or several. To everybody else it is as if it were not there.
            required_scopes: Scopes, all of which it takes, asked for by the engine as by a policy's rule: whoever lacks one is
                told which over HTTP (AUTH-5), otherwise it is not there. `@require_scopes(…)` says the same.
            roles: Roles, one of which it takes. To everybody else it is not there.
            app: What the page of a view needs of the host: an `AppConfig`, or a dict as it stands in `_meta.ui` (UI-3).

        Raises:
            TypeError: the decorator is used without a URI.
            ConfigurationError: `app` says what only a tool says.
            NotYetError: `app` is True.
            ValueError: the URI is no URI, or variables and parameters do not match.
        """
        if callable(uri):
            raise TypeError("A resource needs a URI: @server.resource('scheme://path')")
        accept("OfReads", "resource", other)
        meta = meta_of_view(app, meta)

        def register(function: F) -> F:
            self.add_resource(
                function,
                uri=uri,
                name=name,
                title=title,
                description=description,
                mime_type=mime_type,
                annotations=annotations,
                icons=icons,
                meta=meta,
                tags=tags,
                version=version,
                size=size,
                cache_hint=cache_hint,
                security=security,
                enabled=enabled,
                run_in_thread=run_in_thread,
                replayable=replayable,
                auth=auth,
                required_scopes=required_scopes,
                roles=roles,
            )
            return function

        return register

    @overload
    def prompt(
        self,
        name_or_fn: F,
        title: str | None = None,
        description: str | None = None,
        icons: Iterable[Any] | None = None,
        *,
        name: str | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
        **other: Unpack[OfReads],
    ) -> F: ...

    @overload
    def prompt(
        self,
        name_or_fn: str | None = None,
        title: str | None = None,
        description: str | None = None,
        icons: Iterable[Any] | None = None,
        *,
        name: str | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
        **other: Unpack[OfReads],
    ) -> Callable[[F], F]: ...

    def prompt(
        self,
        name_or_fn: Any = None,
        title: str | None = None,
        description: str | None = None,
        icons: Iterable[Any] | None = None,
        *,
        name: str | None = None,
        meta: Mapping[str, Any] | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        enabled: bool = True,
        run_in_thread: bool | None = None,
        replayable: bool = False,
        auth: AuthCheck | Sequence[AuthCheck] | None = None,
        required_scopes: str | Iterable[str] | None = None,
        roles: str | Iterable[str] | None = None,
        **other: Unpack[OfReads],
    ) -> Any:
        """Registers a function as a prompt; its parameters are the prompt's arguments.

        Values are text on the wire (PRM-6): a parameter of another type gets the text read as JSON.

        Args:
            name_or_fn: As for `tool`.
            name: The name callers use; the function's own when absent.
            title: A name for people.
            description: What it is for; the docstring's text when absent.
            icons: Icons, objects or dicts.
            meta: The descriptor's `_meta`.
            tags: Labels for `enable` and `disable`.
            version: The prompt's own version, told to callers.
            enabled: Whether it is listed and can be rendered.
            run_in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's thread,
                where it stops other handlers while it runs. As the server says when absent.
            replayable: Whether it may run again from the beginning, with the answers its questions got so far, when a client
                calls again and the call that waits for it is in another process or gone (2026-07-28). Otherwise that is an
                error.
            auth: Who may have it: a check (`oxmcp.server.auth.require_scopes("admin")`), a function that is given an
                `AuthContext`, or several. To everybody else it is as if it were not there.
            required_scopes: Scopes, all of which it takes, asked for by the engine as by a policy's rule: whoever lacks one is
                told which over HTTP (AUTH-5), otherwise it is not there. `@require_scopes(…)` says the same.
            roles: Roles, one of which it takes. To everybody else it is not there.

        Raises:
            ValueError: it cannot be named, or is a duplicate and `on_duplicate` is "error".
        """

        accept("OfReads", "prompt", other)

        def register(function: Any, given: str | None = name) -> Any:
            self.add_prompt(
                function,
                name=given,
                title=title,
                description=description,
                icons=icons,
                meta=meta,
                tags=tags,
                version=version,
                enabled=enabled,
                run_in_thread=run_in_thread,
                replayable=replayable,
                auth=auth,
                required_scopes=required_scopes,
                roles=roles,
            )
            return function

        return _apply(register, name_or_fn, name)

    @overload
    def completion(self, handler: F) -> F: ...

    @overload
    def completion(self, handler: None = None) -> Callable[[F], F]: ...

    def completion(self, handler: Any = None) -> Any:
        """Registers the function that suggests values for arguments of prompts and variables of resource templates.

        It takes `(ref, argument, context)`, or the first of these, plain or async, and returns a `Completion`, a list of
        texts, or None. There is one per server; the last one registered counts.
        """

        def register(function: Any) -> Any:
            self._completion = function
            for engine in self._engines.made():
                engine.set_capabilities(self._capabilities())
                self._register_completion(engine)
            return function

        return register if handler is None else register(handler)

    def add_completion_handler(self, handler: Callable[..., Any]) -> None:
        """Registers the function that suggests values, as `completion` does."""
        self.completion(handler)


def _apply(register: Callable[..., Any], first: Any, name: str | None) -> Any:
    """What a decorator gives back for each way to write it."""
    if first is None:
        return register
    if isinstance(first, str):
        if name is not None:
            raise TypeError("The name is given twice")
        return lambda function: register(function, first)
    if not callable(first):
        raise TypeError(f"Expected a function or a name, not {type(first).__name__}")
    return register(first)
