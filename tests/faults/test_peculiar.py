"""What other servers trip over, seen from the wire: unusual but sensible schemas, names, URIs, results and completions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from processes import StdioProcess, serve_stdio
from wire import INITIALIZED, initialize, modern, text_of


@pytest.fixture(scope="module")
def server() -> Iterator[StdioProcess]:
    """The peculiar server over pipes, a legacy session open."""
    with serve_stdio("peculiar_server", "typescript") as process:
        process.send(initialize())
        process.answer_to(0)
        process.send(INITIALIZED)
        yield process


def called(server: StdioProcess, tool: str, **arguments: Any) -> Any:
    """What a tool said, as JSON; or its error's text."""
    result = server.request("tools/call", {"name": tool, "arguments": arguments})["result"]
    text = "".join(block["text"] for block in result["content"])
    return text if result.get("isError") else json.loads(text)


def tools(server: StdioProcess) -> dict[str, Any]:
    """All tools by name, in the order of the list; in the newest shape."""
    identity = server.new_id()
    server.send(modern("tools/list", identity))
    return {tool["name"]: tool for tool in server.answer_to(identity)["result"]["tools"]}


@pytest.mark.parametrize("name", ["union", "choice"])
def test_a_choice_at_the_root_is_advertised_as_one(server: StdioProcess, name: str) -> None:
    """TOOL-1: never as an empty object"""
    schema = tools(server)[name]["inputSchema"]
    assert schema["type"] == "object"
    forms = schema.get("anyOf") or schema["oneOf"]
    assert [form["properties"]["kind"]["const"] for form in forms] == ["circle", "square"]
    assert called(server, name, kind="square", side=2) == {"kind": "square", "side": 2}
    assert isinstance(called(server, name, kind="square", radius=2), str)


def test_intersections_refinements_and_transforms_keep_their_members(server: StdioProcess) -> None:
    """TOOL-1, TOOL-7"""
    offered = tools(server)
    assert "a" in json.dumps(offered["intersection"]["inputSchema"])
    assert called(server, "intersection", a="x", b=1) == {"a": "x", "b": 1}
    assert set(offered["refined"]["inputSchema"]["properties"]) == {"low", "high"}
    assert called(server, "refined", low=1, high=2) == {"low": 1, "high": 2}
    assert "upside down" in called(server, "refined", low=2, high=1)
    assert set(offered["transformed"]["inputSchema"]["properties"]) == {"words"}
    assert called(server, "transformed", words="a b") == ["a", "b"]


def test_what_json_has_not_gets_a_sensible_form(server: StdioProcess) -> None:
    """TOOL-1: dates, large numbers, sets; no schema empties the list"""
    schema = tools(server)["exotic"]["inputSchema"]
    assert schema["properties"]["when"]["type"] == "string"
    assert schema["properties"]["set"]["type"] == "array"
    when = "2026-11-20T00:00:00.000Z"
    assert called(server, "exotic", when=when, big="12345678901234567890", set=["a"]) == [True, "bigint", True]
    assert called(server, "zod3", n=1) == {"n": 1}
    assert called(server, "zod3") == {"n": 5}


def test_coercion_happens_where_the_schema_asks_for_it(server: StdioProcess) -> None:
    """TOOL-7"""
    expected = {"n": 5, "when": "2026-11-20T00:00:00.000Z", "flag": True}
    assert called(server, "coerced", n="5", when="2026-11-20", flag="yes") == expected


def test_members_nobody_declared_are_treated_as_the_schema_says(server: StdioProcess) -> None:
    """TOOL-7: stripped, kept, refused"""
    assert called(server, "stripped", a="x", b=1) == {"a": "x"}
    assert called(server, "loose", a="x", b=1) == {"a": "x", "b": 1}
    assert "b" in called(server, "strict", a="x", b=1)
    assert called(server, "record", scores={"x": 1}) == {"scores": {"x": 1}}
    assert "scores.x" in called(server, "record", scores={"x": "one"})
    tree = {"name": "root", "children": [{"name": "leaf"}]}
    assert called(server, "recursive", **tree) == tree
    assert "children" in called(server, "recursive", name="root", children=[{}])


def test_what_is_sent_fits_what_is_advertised(server: StdioProcess) -> None:
    """TOOL-8: the parsed value, defaults filled in, extras dropped"""
    schema = tools(server)["parsed"]["outputSchema"]
    result = server.request("tools/call", {"name": "parsed", "arguments": {}})["result"]
    assert result["structuredContent"] == {"count": 1, "unit": "piece"}
    assert set(schema["required"]) <= set(result["structuredContent"])
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]


@pytest.mark.parametrize(("name", "value"), [("listed", [1, 2]), ("zero", 0), ("empty", ""), ("no", False)])
def test_structured_content_may_be_any_value(server: StdioProcess, name: str, value: Any) -> None:
    """TOOL-8, DOWN-3, DOWN-4"""
    identity = server.new_id()
    server.send(modern("tools/call", identity, name=name, arguments={}))
    result = server.answer_to(identity)["result"]
    assert result["structuredContent"] == value and type(result["structuredContent"]) is type(value)
    legacy = server.request("tools/call", {"name": name, "arguments": {}})["result"]
    assert legacy["structuredContent"] == {"result": value}


NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "10", "9", "1"]


def test_a_name_is_just_a_name(server: StdioProcess) -> None:
    """TOOL-3, PRM-1: listed in the order of registration"""
    assert [name for name in tools(server) if name in NAMES] == NAMES
    prompts = [prompt["name"] for prompt in server.request("prompts/list")["result"]["prompts"]]
    assert [name for name in prompts if name in NAMES] == NAMES
    for name in NAMES:
        assert text_of(server.request("tools/call", {"name": name, "arguments": {}})) == name
        (message,) = server.request("prompts/get", {"name": name})["result"]["messages"]
        assert message["content"]["text"] == name


def test_a_tool_renamed_twice_has_one_name(server: StdioProcess) -> None:
    """TOOL-3"""
    assert "third_name" in tools(server) and not {"first_name", "second_name"} & set(tools(server))
    assert called(server, "third_name") == "renamed"
    error = server.request("tools/call", {"name": "second_name", "arguments": {}})["error"]
    assert error["code"] == -32602


def test_a_disabled_tool_is_unknown(server: StdioProcess) -> None:
    """TOOL-6"""
    assert "disabled" not in tools(server)
    assert server.request("tools/call", {"name": "disabled", "arguments": {}})["error"]["code"] == -32602


def test_a_tool_may_come_while_the_server_runs(server: StdioProcess) -> None:
    """TOOL-12"""
    assert called(server, "grow") == "growing"
    assert called(server, "grown") == "grown"
    while not any(message.get("method") == "notifications/tools/list_changed" for message in server.seen):
        server.receive()


def read(server: StdioProcess, uri: str) -> Any:
    """The response to a read."""
    return server.request("resources/read", {"uri": uri})


def test_what_is_listed_can_be_read(server: StdioProcess) -> None:
    """RSRC-3, RSRC-7: under the spelling that the list has"""
    listed = [resource["uri"] for resource in server.request("resources/list")["result"]["resources"]]
    listed = [uri for uri in listed if not uri.startswith("bad:")]
    assert len(listed) == 5
    for uri in listed:
        assert read(server, uri)["result"]["contents"][0]["text"].startswith("I am "), uri


@pytest.mark.parametrize(
    "uri", ["http://Example.com", "http://example.com/", "file:///a%20b.txt", "file:///a b.txt", "custom:thing"]
)
def test_a_uri_is_found_under_its_usual_spellings(server: StdioProcess, uri: str) -> None:
    """RSRC-7"""
    assert "result" in read(server, uri), uri


TEMPLATES = {
    "decoded://a%20b%2Fc": {"name": "a b/c"},
    "query://search?a=1&b=2": {"a": "1", "b": "2"},
    "query://search?b=2&a=1": {"a": "1", "b": "2"},
    "query://search?b=x%20y": {"b": "x y"},
    "query://search": {},
    "parameters://x;p=7": {"p": "7"},
    "pair://1,2": {"a": "1", "b": "2"},
    "rest://a/b/c": {"path": "a/b/c"},
}


@pytest.mark.parametrize(("uri", "variables"), TEMPLATES.items(), ids=TEMPLATES.keys())
def test_templates_give_decoded_variables_in_any_order(server: StdioProcess, uri: str, variables: Any) -> None:
    """RSRC-15"""
    response = read(server, uri)
    assert json.loads(response["result"]["contents"][0]["text"]) == variables


BAD_RESOURCES = ["number", "no%20contents", "contents%20without%20text", "bigint%20inside"]


@pytest.mark.parametrize("name", BAD_RESOURCES)
def test_a_resource_that_gives_no_contents_is_an_error(server: StdioProcess, name: str) -> None:
    """RSRC-7: never a result that is none"""
    response = read(server, f"bad://{name}")
    if name == "number":  # has a text: its JSON
        assert response["result"]["contents"][0]["text"] == "7"
    else:
        assert response["error"]["code"] == -32603 and response["error"]["message"]


def test_what_gives_nothing_is_empty(server: StdioProcess) -> None:
    """RSRC-7, PRM-3"""
    assert read(server, "bad://nothing")["result"]["contents"][0]["text"] == ""
    assert server.request("prompts/get", {"name": "bad nothing"})["result"]["messages"] == []


def test_a_resource_that_gives_text_is_that_text(server: StdioProcess) -> None:
    """RSRC-7"""
    (contents,) = read(server, "bad://text")["result"]["contents"]
    assert (contents["uri"], contents["text"]) == ("bad://text", "hi")


BAD_PROMPTS = [
    "number",
    "no messages",
    "a message without a role",
    "a message without content",
    "bigint inside",
]


@pytest.mark.parametrize("name", BAD_PROMPTS)
def test_a_prompt_that_gives_no_messages_is_an_error(server: StdioProcess, name: str) -> None:
    """PRM-3: never a result that is none"""
    response = server.request("prompts/get", {"name": f"bad {name}"})
    assert response["error"]["code"] == -32603 and response["error"]["message"]


@pytest.mark.parametrize("argument", ["outside", "inside", "defaulted"])
def test_completions_work_however_they_are_wrapped(server: StdioProcess, argument: str) -> None:
    """CMP-2"""
    reference = {"type": "ref/prompt", "name": "completed"}
    params = {"ref": reference, "argument": {"name": argument, "value": "o"}}
    assert server.request("completion/complete", params)["result"]["completion"]["values"] == ["one", "only"]


def test_an_argument_that_may_be_left_out_is_not_required(server: StdioProcess) -> None:
    """PRM-1"""
    prompts = {prompt["name"]: prompt for prompt in server.request("prompts/list")["result"]["prompts"]}
    assert not any(argument.get("required") for argument in prompts["completed"]["arguments"])
    (message,) = server.request("prompts/get", {"name": "completed", "arguments": {}})["result"]["messages"]
    assert json.loads(message["content"]["text"]) == {"defaulted": "one"}
