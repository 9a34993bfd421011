"""What a Context can ask of the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ...answers.results import UNSET
from ..served_call import ServedCall

if TYPE_CHECKING:
    from ... import types
    from .results import ElicitationResult, UrlElicitationResult
    from .sampling_loop import SampleStep, SamplingResult

    T = TypeVar("T")

# What does the asking is imported when something is asked: most servers never do.


class Asking(ServedCall):
    """Questions to the client: in sessions as requests of the server's, from 2026-07-28 on by having the client call again.

    Each of these may raise, beside what it says itself:

    - `MissingCapabilityError`: the client did not declare that it can be asked this. Nothing was sent.
    - `ClientAnsweredError`: the client answered with an error.
    - `QuestionTimeoutError`: `timeout` seconds passed.
    - `NoBackChannelError`: there is no way to ask, or no longer, because the call is over.

    What is asked in one turn (`asyncio.gather`) is asked together. A plain function asks by `asyncio.run(ctx.elicit(…))`: it
    runs on a worker thread, where it may wait.
    """

    __slots__ = ()

    @overload
    async def elicit(
        self,
        message: str,
        response_type: type[T],
        *,
        schema: type[T] = ...,
        response_title: str | None = None,
        response_description: str | None = None,
        timeout: float | None = None,
    ) -> ElicitationResult[T]: ...

    @overload
    async def elicit(self, message: str, *, schema: type[T], timeout: float | None = None) -> ElicitationResult[T]: ...

    @overload
    async def elicit(
        self,
        message: str,
        response_type: Any = ...,
        *,
        schema: Any = ...,
        response_title: str | None = None,
        response_description: str | None = None,
        timeout: float | None = None,
    ) -> ElicitationResult[Any]: ...

    async def elicit(
        self,
        message: str,
        response_type: Any = UNSET,
        *,
        schema: Any = UNSET,
        response_title: str | None = None,
        response_description: str | None = None,
        timeout: float | None = None,
    ) -> ElicitationResult[Any]:
        """Asks the client's user to fill in a form. Never ask for secrets this way (ELI-4): `elicit_url` is for them.

        Args:
            message: What is asked, in words for the user.
            response_type: What is wanted: a pydantic model, a dataclass or a TypedDict of text, numbers, booleans and choices;
                or one of these; `["a", "b"]` or `{"a": {"title": "The first"}}` for a choice, the same in a list for any
                number of choices; None for a plain yes or no. Also as `schema`.
            response_title: The label of what is asked, where it is one thing.
            response_description: Its description.
            timeout: Seconds to wait for the answer; as long as the call runs when absent.

        Returns:
            `AcceptedElicitation` with the answer as `data`, in the type that was asked for; `DeclinedElicitation`;
            `CancelledElicitation`. `action` says which: "accept", "decline" or "cancel".

        Raises:
            TypeError: the type cannot be asked for: a form is flat (ELI-5). The text names the field.
            InvalidAnswer: the client accepted with an answer that does not fit (ELI-8).
        """
        from ...arguments import forms
        from . import elicitation

        wanted = schema if response_type is UNSET else response_type
        if wanted is UNSET:
            raise TypeError("elicit() takes a message and what is wanted, such as bool for a yes or no")
        form = forms.form(wanted).labelled(response_title, response_description)
        return await elicitation.elicit(self._call, message, form, timeout)

    async def elicit_url(
        self, message: str, url: str, elicitation_id: str | None = None, *, timeout: float | None = None
    ) -> UrlElicitationResult:
        """Asks the client's user to open a page, where what they enter stays between them and the page.

        Args:
            message: Why, in words for the user.
            url: The page. No secrets and nothing about the user in it (ELI-10), and it must find out by itself that whoever
                opens it is who was asked (ELI-11).
            elicitation_id: By which `session.send_elicit_complete` says later that it is done; made up when absent.
            timeout: Seconds to wait for the answer.

        Returns:
            `AcceptedUrlElicitation` where the user agreed to open it; what happens there is not known yet.
            `DeclinedElicitation` or `CancelledElicitation` otherwise.

        Raises:
            ValueError: `url` is no absolute URL.
        """
        from . import elicitation

        return await elicitation.elicit_url(self._call, message, url, elicitation_id, timeout)

    @property
    def input_responses(self) -> dict[str, Any] | None:
        """For a function that returned `InputRequired`, and was called again: the answers by key, as `ElicitResult`,
        `CreateMessageResult` and `ListRootsResult`. None in the first round."""
        from . import rounds

        return rounds.responses(self._call)

    @property
    def request_state(self) -> str | None:
        """The state that it gave along, if it did."""
        return self._call.request_state

    def answer(self, key: str, response_type: Any) -> ElicitationResult[Any] | None:
        """The answer to the form that was asked for under `key`, as `elicit` gives it; None when there is none yet.

        Raises:
            InvalidAnswer: it does not fit.
        """
        from . import rounds

        return rounds.answer(self._call, key, response_type)

    async def list_roots(self, *, timeout: float | None = None) -> list[types.Root]:
        """The folders and files that the client's user works in. They are advice, not access control (ROOT-3)."""
        from ... import types
        from .questions import LIST_ROOTS, asked

        return types.ListRootsResult(**await asked(self._call, LIST_ROOTS, "{}", timeout)).roots

    @overload
    async def sample(
        self,
        messages: Any,
        system_prompt: str | None = None,
        include_context: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        model_preferences: Any = None,
        *,
        tools: Sequence[Any] | None = None,
        tool_choice: Any = None,
        result_type: type[T],
        stop_sequences: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        mask_error_details: bool | None = None,
        tool_concurrency: int | None = None,
        timeout: float | None = None,
    ) -> SamplingResult[T]: ...

    @overload
    async def sample(
        self,
        messages: Any,
        system_prompt: str | None = None,
        include_context: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        model_preferences: Any = None,
        *,
        tools: Sequence[Any] | None = None,
        tool_choice: Any = None,
        result_type: None = None,
        stop_sequences: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        mask_error_details: bool | None = None,
        tool_concurrency: int | None = None,
        timeout: float | None = None,
    ) -> SamplingResult[str]: ...

    async def sample(
        self,
        messages: Any,
        system_prompt: str | None = None,
        include_context: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        model_preferences: Any = None,
        *,
        tools: Sequence[Any] | None = None,
        tool_choice: Any = None,
        result_type: Any = None,
        stop_sequences: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        mask_error_details: bool | None = None,
        tool_concurrency: int | None = None,
        timeout: float | None = None,
    ) -> SamplingResult[Any]:
        """Asks the client's model, and goes on until it has answered: the tools it calls are run here.

        Args:
            messages: Text, a `SamplingMessage`, or a list of these.
            system_prompt: What the model is told first.
            include_context: "thisServer" or "allServers" where the client declared `sampling.context` (SAM-6).
            temperature: How freely it writes.
            max_tokens: The most it may write in one answer; 512 when absent.
            model_preferences: A `ModelPreferences`, or the names of models in the order of liking.
            tools: What it may call: functions, `SamplingTool`s, or tools of the server. A parameter annotated as Context gets
                this one.
            tool_choice: "auto", "required" or "none", for the first answer.
            result_type: A type: the model gives a value of it in place of a text.
            stop_sequences: Where it stops.
            metadata: For the client's provider, as it is.
            mask_error_details: Whether what tools raise stays in the log; as the server says when absent.
            tool_concurrency: How many tools run at a time: one when absent, all with 0.
            timeout: Seconds to wait for each answer.

        Returns:
            The text as `text` and `result`, or the value as `result`; and `history`, all the messages.

        Raises:
            RuntimeError: it went on calling tools, or gave no value that fits.
        """
        from . import sampling_loop

        return await sampling_loop.run(
            self,
            messages,
            system_prompt=system_prompt,
            include_context=include_context,
            temperature=temperature,
            max_tokens=max_tokens,
            model_preferences=model_preferences,
            tools=tools,
            tool_choice=tool_choice,
            result_type=result_type,
            stop_sequences=stop_sequences,
            metadata=metadata,
            mask_error_details=mask_error_details,
            tool_concurrency=tool_concurrency,
            timeout=timeout,
        )

    async def sample_step(
        self,
        messages: Any,
        *,
        system_prompt: str | None = None,
        include_context: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        model_preferences: Any = None,
        tools: Sequence[Any] | None = None,
        tool_choice: Any = None,
        stop_sequences: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        execute_tools: bool = True,
        mask_error_details: bool | None = None,
        tool_concurrency: int | None = None,
        timeout: float | None = None,
    ) -> SampleStep:
        """Asks the client's model once. The options are those of `sample`; with `execute_tools=False` the tools it calls are
        left to whoever asks. `step.history` is what to go on with."""
        from . import sampling_loop, sampling_tools

        return await sampling_loop.step(
            self,
            messages,
            system_prompt=system_prompt,
            include_context=include_context,
            temperature=temperature,
            max_tokens=max_tokens,
            model_preferences=model_preferences,
            tools=sampling_tools.tools_of(tools),
            tool_choice=tool_choice,
            stop_sequences=stop_sequences,
            metadata=metadata,
            execute_tools=execute_tools,
            mask_error_details=mask_error_details,
            tool_concurrency=tool_concurrency,
            timeout=timeout,
        )
