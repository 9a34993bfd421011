"""What both everything servers are asked: requests by name, as (method, params), fit for either era."""

from __future__ import annotations

from typing import Any

Question = tuple[str, Any]


def _call(tool: Any, arguments: Any) -> Question:
    return "tools/call", {"name": tool, "arguments": arguments}


def _read(uri: Any) -> Question:
    return "resources/read", {"uri": uri}


def _prompt(name: Any, arguments: Any = None) -> Question:
    return "prompts/get", {"name": name} if arguments is None else {"name": name, "arguments": arguments}


def _complete(reference: Any, name: Any, value: Any, **more: Any) -> Question:
    return "completion/complete", {"ref": reference, "argument": {"name": name, "value": value}, **more}


PROMPT = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}
TEMPLATE = {"type": "ref/resource", "uri": "test://template/{id}/data"}

LISTS: dict[str, Question] = {
    "list tools": ("tools/list", {}),
    "list prompts": ("prompts/list", {}),
    "list resources": ("resources/list", {}),
    "list templates": ("resources/templates/list", {}),
    "list with a foreign cursor": ("tools/list", {"cursor": "x"}),
    "list with a cursor that is a number": ("prompts/list", {"cursor": 7}),
    "list with a cursor that is null": ("resources/list", {"cursor": None}),
    "list with params nobody knows": ("resources/templates/list", {"unheard": {"of": True}}),
    "discover": ("server/discover", {}),
    "ping": ("ping", {}),
    "list skills": ("skills/list", {}),
    "list skills with a foreign cursor": ("skills/list", {"cursor": "x"}),
    "get a skill": ("skills/get", {"uri": "skill://test-skill/SKILL.md"}),
    "get a skill that is not there": ("skills/get", {"uri": "skill://none/SKILL.md"}),
    "get a skill without a uri": ("skills/get", {}),
    "read a directory": ("resources/directory/read", {"uri": "skill://test-skill"}),
    "read a directory that is a file": ("resources/directory/read", {"uri": "skill://test-skill/SKILL.md"}),
    "read a file of a skill": ("resources/read", {"uri": "skill://test-skill/references/WORDS.md"}),
    "read out of a skill": ("resources/read", {"uri": "skill://test-skill/..%2f..%2fprocesses.py"}),
    "unknown method": ("no/such/method", {}),
    "method that is a notification's": ("notifications/initialized", {}),
    "method without a name": ("", {}),
}

CALLS: dict[str, Question] = {
    f"call {tool}": _call(tool, arguments)
    for tool, arguments in {
        "test_simple_text": {},
        "test_image_content": {},
        "test_audio_content": {},
        "test_embedded_resource": {},
        "test_multiple_content_types": {},
        "test_error_handling": {},
        "test_tool_with_progress": {},
        "test_tool_with_logging": {},
        "test_logging_tool": {},
        "test_streaming_elicitation": {},
        "test_reconnection": {},
        "test_missing_capability": {},
        "test_trigger_tool_change": {},
        "test_trigger_prompt_change": {},
        "json_schema_2020_12_tool": {"name": "Ada", "email": "a@b.c", "address": {"city": "Oslo"}},
        "add": {"a": -1, "b": 2},
        "echo": {"text": 'naïve 世界 \u2028 \u0000 " \\ 🎈'},
        "echo_later": {"text": "later", "milliseconds": 1},
        "echo_blocking": {"text": "blocking", "milliseconds": 1},
        "weather": {"city": "Oslo", "unit": "fahrenheit"},
        "forecasts": {"cities": ["Oslo", ""]},
        "picture": {},
        "whole_result": {},
        "decorated": {},
        "meta_seen": {},
        "steps": {"count": 3},
        "observed": {},
        "remove_extra_tool": {"name": "nobody"},
        "touch_watched_resource": {},
    }.items()
} | {
    "call with the default": _call("weather", {"city": "Oslo"}),
    "call with an empty list": _call("forecasts", {"cities": []}),
    "call with arguments nobody declared": _call("add", {"a": 1, "b": 2, "c": {"d": []}}),
    "call without arguments": ("tools/call", {"name": "test_simple_text"}),
    "call of no steps": _call("steps", {"count": 0}),
    "call with an integral float": _call("add", {"a": 1.0, "b": 2}),
}

REFUSED_CALLS: dict[str, Question] = {
    "unknown tool": _call("no_such_tool", {}),
    "tool named like a member of every object": _call("constructor", {}),
    "tool named __proto__": _call("__proto__", {}),
    "tool without a name": _call("", {}),
    "tool name missing": ("tools/call", {"arguments": {}}),
    "tool name that is a number": _call(7, {}),
    "tool name that is null": _call(None, {}),
    "arguments that are a list": _call("echo", ["text"]),
    "arguments that are a string": _call("echo", "text"),
    "arguments that are a number": _call("echo", 7),
    "arguments that are null": _call("echo", None),
    "arguments missing": ("tools/call", {"name": "echo"}),
    "one argument missing": _call("add", {"a": 1}),
    "all arguments missing": _call("add", {}),
    "a text for an integer": _call("add", {"a": "one", "b": 2}),
    "a fraction for an integer": _call("add", {"a": 1.5, "b": 2}),
    "a boolean for an integer": _call("add", {"a": True, "b": 2}),
    "null for an integer": _call("add", {"a": None, "b": 2}),
    "several wrong at once": _call("add", {"a": [], "b": {}}),
    "an object for a text": _call("echo", {"text": {}}),
    "null for a text": _call("echo", {"text": None}),
    "a list for a text": _call("echo", {"text": ["a"]}),
    "not one of the choices": _call("weather", {"city": "Oslo", "unit": "kelvin"}),
    "a choice in capitals": _call("weather", {"city": "Oslo", "unit": "CELSIUS"}),
    "wrong deep inside": _call("forecasts", {"cities": ["Oslo", {"name": "Rome"}, "Paris"]}),
    "no list at all": _call("forecasts", {"cities": {"0": "Oslo"}}),
    "neither phone nor email": _call("json_schema_2020_12_tool", {"name": "Ada"}),
    "the other branch of a condition": _call("json_schema_2020_12_tool", {"contactMethod": "phone", "email": "e"}),
    "a member too many": _call("json_schema_2020_12_tool", {"email": "a@b.c", "surprise": 1}),
    "wrong behind a reference": _call("json_schema_2020_12_tool", {"email": "e", "address": {"city": 7}}),
    "a number as text for an integer": _call("add", {"a": "1", "b": 2}),
}

RESOURCES: dict[str, Question] = {
    "read a text": _read("test://static-text"),
    "read a picture": _read("test://static-binary"),
    "read a watched resource": _read("test://watched-resource"),
    "read through a template": _read("test://template/7/data"),
    "read an encoded variable": _read("test://template/a%20b%2Fc%C3%A9/data"),
    "read an empty variable": _read("test://template//data"),
    "read a variable with a slash": _read("test://template/a/b/data"),
    "read an unknown resource": _read("test://nothing"),
    "read with another scheme": _read("http://static-text"),
    "read with capitals": _read("TEST://static-text"),
    "read in another spelling": _read("Test://static%2Dtext/"),
    "read what is no uri": _read("not a uri"),
    "read an empty uri": _read(""),
    "read a uri that is a number": _read(7),
    "read without a uri": ("resources/read", {}),
}

PROMPTS: dict[str, Question] = {
    "get a simple prompt": _prompt("test_simple_prompt"),
    "get a simple prompt with arguments nobody declared": _prompt("test_simple_prompt", {"x": "y"}),
    "get a prompt with arguments": _prompt("test_prompt_with_arguments", {"arg1": "ö", "arg2": '"'}),
    "get a prompt with a resource": _prompt("test_prompt_with_embedded_resource", {"resourceUri": "test://x"}),
    "get a prompt with a picture": _prompt("test_prompt_with_image"),
    "get a prompt without its arguments": _prompt("test_prompt_with_arguments"),
    "get a prompt without one of its arguments": _prompt("test_prompt_with_arguments", {"arg1": "x"}),
    "get a prompt with an argument that is a number": _prompt("test_prompt_with_arguments", {"arg1": 1, "arg2": "x"}),
    "get a prompt with an argument that is null": _prompt("test_prompt_with_arguments", {"arg1": None, "arg2": "x"}),
    "get a prompt with arguments that are a list": _prompt("test_prompt_with_arguments", ["x"]),
    "get an unknown prompt": _prompt("no_such_prompt"),
    "get a prompt named toString": _prompt("toString"),
    "get a prompt whose name is a number": _prompt(7),
    "get a prompt without a name": ("prompts/get", {}),
}

COMPLETIONS: dict[str, Question] = {
    "complete for a prompt": _complete(PROMPT, "arg1", "test"),
    "complete for a prompt's other argument": _complete(PROMPT, "arg2", "testi"),
    "complete everything": _complete(PROMPT, "arg1", ""),
    "complete nothing": _complete(PROMPT, "arg1", "zzz"),
    "complete for a template": _complete(TEMPLATE, "id", "o"),
    "complete with a context": _complete(PROMPT, "arg2", "t", context={"arguments": {"arg1": "x"}}),
    "complete with a context that is a list": _complete(PROMPT, "arg2", "t", context=[]),
    "complete for an unknown prompt": _complete({"type": "ref/prompt", "name": "no_such_prompt"}, "arg1", ""),
    "complete for an unknown template": _complete({"type": "ref/resource", "uri": "test://no/{such}"}, "such", ""),
    "complete for a tool": _complete({"type": "ref/tool", "name": "add"}, "a", ""),
    "complete with a value that is a number": _complete(PROMPT, "arg1", 7),
    "complete without a value": ("completion/complete", {"ref": PROMPT, "argument": {"name": "arg1"}}),
    "complete without an argument": ("completion/complete", {"ref": PROMPT}),
    "complete without a reference": ("completion/complete", {"argument": {"name": "arg1", "value": ""}}),
}

SETTINGS: dict[str, Question] = {
    "set the log level": ("logging/setLevel", {"level": "warning"}),
    "set a level that does not exist": ("logging/setLevel", {"level": "loud"}),
    "set no level": ("logging/setLevel", {}),
    "subscribe": ("resources/subscribe", {"uri": "test://watched-resource"}),
    "subscribe to what is not there": ("resources/subscribe", {"uri": "test://nothing"}),
    "subscribe to nothing": ("resources/subscribe", {}),
    "unsubscribe": ("resources/unsubscribe", {"uri": "test://watched-resource"}),
    "unsubscribe from what was never subscribed": ("resources/unsubscribe", {"uri": "test://static-text"}),
    "listen to nothing": ("subscriptions/listen", {}),
    "listen to a list": ("subscriptions/listen", {"notifications": []}),
    "initialize again": ("initialize", {"protocolVersion": "2025-11-25"}),
}

QUESTIONS: dict[str, Question] = {
    **LISTS,
    **CALLS,
    **REFUSED_CALLS,
    **RESOURCES,
    **PROMPTS,
    **COMPLETIONS,
    **SETTINGS,
}
