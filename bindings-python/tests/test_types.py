"""The protocol's objects: both spellings, nothing lost, plain data in and out."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oxmcp import types


def every_class() -> list[type[Any]]:
    names = sorted({*vars(types), *types._MODULE_OF})
    found = {name: getattr(types, name) for name in names if not name.startswith("__")}
    kinds = [kind for kind in found.values() if isinstance(kind, type) and issubclass(kind, types.WireObject)]
    return [kind for kind in dict.fromkeys(kinds) if kind is not types.WireObject]


SAMPLE: dict[str, Any] = {
    "name": "n",
    "uri": "a:b",
    "uriTemplate": "a:{b}",
    "src": "a:b",
    "code": 1,
    "message": "m",
    "version": "1",
    "text": "t",
    "data": "ZA==",
    "mimeType": "text/plain",
    "blob": "ZA==",
    "inputSchema": {"type": "object"},
    "role": "user",
    "resource": {"uri": "a:b", "text": "t"},
    "value": "v",
    "values": ["v"],
    "tools": [{"name": "n", "inputSchema": {}}],
    "resources": [{"name": "n", "uri": "a:b"}],
    "resourceTemplates": [{"name": "n", "uriTemplate": "a:{b}"}],
    "prompts": [{"name": "n"}],
    "messages": [{"role": "user", "content": {"type": "text", "text": "t"}}],
    "contents": [{"uri": "a:b", "blob": "ZA=="}],
    "completion": {"values": ["v"]},
    "roots": [{"uri": "a:b"}],
    "protocolVersion": "2025-11-25",
    "capabilities": {"tools": {"listChanged": True}},
    "clientInfo": {"name": "n", "version": "1"},
    "serverInfo": {"name": "n", "version": "1"},
    "supportedVersions": ["2026-07-28"],
    "progressToken": 1,
    "progress": 0.5,
    "level": "info",
    "requestId": 1,
    "ref": {"type": "ref/prompt", "name": "n"},
    "argument": {"name": "n", "value": "v"},
    "content": {"type": "text", "text": "t"},
    "taskId": "t1",
    "status": "working",
    "createdAt": "2026-11-28T00:00:00Z",
    "lastUpdatedAt": "2026-11-28T00:00:00Z",
    "task": {"taskId": "t1", "status": "working", "createdAt": "2026-11-28", "lastUpdatedAt": "2026-11-28"},
    "tasks": [],
    "maxTokens": 1,
    "model": "m",
    "elicitationId": "e1",
    "elicitations": [{"mode": "url", "message": "m", "url": "a:b"}],
    "requestedSchema": {"type": "object", "properties": {}},
    "url": "a:b",
    "action": "accept",
    "jsonrpc": "2.0",
    "error": {"code": 1, "message": "m"},
    "method": "ping",
    "id": "1",
    "result": {},
    "requiredCapabilities": {"sampling": {}},
    "notifications": {},
    "toolUseId": "u1",
    "input": {},
    "supported": ["2026-07-28"],
    "requested": "2020-01-01",
}


def sample(kind: type[Any]) -> dict[str, Any]:
    needed = [wire for name, wire in kind._names.items() if not hasattr(kind, name)]
    return {wire: SAMPLE[wire] for wire in needed}


@pytest.mark.parametrize("kind", every_class())
def test_every_class_survives_the_wire_a_copy_and_a_pickle(kind: type[Any]) -> None:
    made = kind(**sample(kind), _meta={"a": 1}, somethingNew={"x": 1})
    wire = made.to_dict()
    assert kind.model_validate(wire) == made
    assert kind.model_validate_json(made.model_dump_json(by_alias=True, exclude_none=True)) == made
    assert kind.model_validate(made.model_dump()) == made
    assert pickle.loads(pickle.dumps(made)) == made == copy.deepcopy(made) == made.model_copy()
    assert wire["somethingNew"] == {"x": 1} == made.somethingNew
    for name, alias in kind._names.items():
        assert getattr(made, name) == getattr(made, alias)


@pytest.mark.parametrize("kind", [kind for kind in every_class() if sample(kind)])
def test_a_missing_required_field_is_named(kind: type[Any]) -> None:
    with pytest.raises(TypeError, match="missing"):
        kind()


def test_fields_go_by_both_spellings() -> None:
    camel = types.Tool(name="t", inputSchema={"type": "object"}, annotations={"readOnlyHint": True}, _meta={"k": 1})
    snake = types.Tool(name="t", input_schema={"type": "object"}, annotations={"read_only_hint": True}, meta={"k": 1})
    assert camel == snake
    assert camel.inputSchema is camel.input_schema
    assert isinstance(camel.annotations, types.ToolAnnotations)
    assert camel.annotations.readOnlyHint is True
    camel.outputSchema = {"type": "object"}
    assert camel.output_schema == {"type": "object"}
    assert camel.to_dict() == {
        "name": "t",
        "inputSchema": {"type": "object"},
        "outputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
        "_meta": {"k": 1},
    }


def test_nested_data_becomes_objects() -> None:
    result = types.CallToolResult.model_validate(
        {
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "resource", "resource": {"uri": "a:b", "blob": "eA=="}},
                {"type": "resource_link", "uri": "a:b", "name": "n", "icons": [{"src": "x:y"}]},
                {"type": "hologram"},
            ],
            "structuredContent": {"a": [1]},
        }
    )
    text, embedded, link, unknown = result.content
    assert isinstance(text, types.TextContent) and text.text == "hi"
    assert isinstance(embedded, types.EmbeddedResource)
    assert isinstance(embedded.resource, types.BlobResourceContents)
    assert isinstance(link, types.ResourceLink) and link.icons is not None
    assert isinstance(link.icons[0], types.Icon)
    assert unknown == {"type": "hologram"}
    assert result.isError is False and result.structured_content == {"a": [1]}


def test_the_type_of_a_block_is_filled_in_and_checked() -> None:
    assert types.TextContent(text="x") == types.TextContent(type="text", text="x")
    with pytest.raises(TypeError, match="type must be 'text'"):
        types.TextContent(type="image", text="x")


def test_lists_are_not_shared_between_objects() -> None:
    first = types.CallToolResult()
    first.content.append(types.TextContent(text="x"))
    assert types.CallToolResult().content == []


def test_url_objects_become_text() -> None:
    class Url:
        def __str__(self) -> str:
            return "file:///x"

    assert types.Resource(name="n", uri=Url()).uri == "file:///x"


def test_an_object_of_a_peer_is_read() -> None:
    class TextContent:
        type = "text"

        def model_dump(self, **options: Any) -> dict[str, Any]:
            assert options == {"by_alias": True, "exclude_none": True, "mode": "json"}
            return {"type": "text", "text": "theirs", "_meta": {"a": 1}}

    message = types.PromptMessage(role="user", content=TextContent())
    assert message.content == types.TextContent(text="theirs", meta={"a": 1})


def test_dumps_know_the_usual_options() -> None:
    icon = types.Icon(src="x:y", mimeType="image/png")
    assert icon.model_dump() == {"src": "x:y", "mime_type": "image/png", "sizes": None, "theme": None}
    assert icon.model_dump(exclude_unset=True) == {"src": "x:y", "mime_type": "image/png"}
    assert icon.model_dump(by_alias=True, exclude_none=True) == {"src": "x:y", "mimeType": "image/png"}
    assert icon.model_dump_json(exclude_none=True) == '{"src":"x:y","mime_type":"image/png"}'
    assert icon.model_copy(update={"mimeType": "image/jpeg"}).mime_type == "image/jpeg" != icon.mime_type


def test_unknown_attributes_are_attribute_errors() -> None:
    icon = types.Icon(src="x:y")
    with pytest.raises(AttributeError, match="'Icon' object has no attribute 'nope'"):
        _ = icon.nope
    assert not hasattr(types, "Nope")


def test_repr_shows_what_is_set() -> None:
    assert repr(types.Icon(src="x:y", new=1)) == "Icon(src='x:y', new=1)"


def test_the_type_aliases_exist_at_run_time() -> None:
    assert types.TextContent in types.ContentBlock.__args__
    assert types.LoggingLevel.__args__[0] == "debug"


def test_models_may_hold_protocol_objects() -> None:
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(list[types.TextContent])
    value = adapter.validate_json('[{"type":"text","text":"x"}]')
    assert value == [types.TextContent(text="x")]
    assert adapter.dump_python(value) == [{"type": "text", "text": "x"}]
    assert adapter.json_schema()["items"]["type"] == "object"
    with pytest.raises(pydantic.ValidationError, match="missing text"):
        adapter.validate_python([{"type": "text"}])


def test_importing_the_objects_needs_no_heavy_module() -> None:
    program = (
        "import sys, importlib.util, types;"
        "package = types.ModuleType('oxmcp'); package.__path__ = [sys.argv[1]]; sys.modules['oxmcp'] = package;"
        "import oxmcp.types;"
        "print([name for name in ('typing', 'pydantic', 'json', 'inspect', 'dataclasses') if name in sys.modules])"
    )
    where = str(Path(types.__file__).parents[1])
    output = subprocess.run(
        [sys.executable, "-S", "-c", program, where], capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() == "[]"


def official() -> dict[str, Any]:
    return vars(pytest.importorskip("mcp.types"))


def test_every_object_of_the_official_package_is_there_with_its_fields() -> None:
    pydantic = pytest.importorskip("pydantic")
    lacking = []
    for name, theirs in official().items():
        if not (isinstance(theirs, type) and issubclass(theirs, pydantic.BaseModel)):
            continue
        if name == "ResourceContents":  # theirs is a base class, ours the union of its two kinds
            continue
        ours = getattr(types, name)
        for field, told in theirs.model_fields.items():
            wire = told.alias or field
            if ours._names.get(field) != wire:
                lacking.append(f"{name}.{field}")
            elif not told.is_required() and field in ours._names and not hasattr(ours, field):
                lacking.append(f"{name}.{field} is required")
    assert not lacking


def test_every_constant_of_the_official_package_is_there() -> None:
    for name, theirs in official().items():
        if name.isupper() and isinstance(theirs, (int, str, frozenset)):
            assert getattr(types, name) == theirs, name


@pytest.mark.parametrize(
    ("union", "value", "member"),
    [
        ("ClientRequest", {"method": "tools/call", "params": {"name": "n"}}, "CallToolRequest"),
        ("ClientRequest", {"method": "ping"}, "PingRequest"),
        (
            "ServerRequest",
            {"method": "elicitation/create", "params": {"mode": "url", "message": "m", "url": "a:b"}},
            "ElicitRequest",
        ),
        ("ServerNotification", {"method": "notifications/tools/list_changed"}, "ToolListChangedNotification"),
        ("ClientResult", {"action": "accept", "content": {"a": 1}}, "ElicitResult"),
        ("ServerResult", {"tools": []}, "ListToolsResult"),
        ("ServerResult", {"content": []}, "CallToolResult"),
        ("ServerResult", {}, "EmptyResult"),
        ("JSONRPCMessage", {"jsonrpc": "2.0", "id": 1, "method": "ping"}, "JSONRPCRequest"),
        ("JSONRPCMessage", {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "m"}}, "JSONRPCError"),
    ],
)
def test_a_union_finds_the_member_that_fits(union: str, value: dict[str, Any], member: str) -> None:
    kind = getattr(types, union)
    found = kind.model_validate(value)
    assert type(found.root).__name__ == member
    assert kind(found.root) == found
    assert (
        found.model_dump(by_alias=True, exclude_none=True)["method"] == value["method"] if "method" in value else True
    )


def test_a_union_refuses_what_none_of_its_members_fits() -> None:
    with pytest.raises(TypeError, match="ClientRequest: none of its kinds fits dict"):
        types.ClientRequest({"method": "no/such"})
    with pytest.raises(TypeError, match="none of its kinds fits"):
        types.jsonrpc_message_adapter.validate_json('{"jsonrpc":"2.0"}')


def test_an_adapter_gives_the_member_itself() -> None:
    message = types.jsonrpc_message_adapter.validate_json('{"jsonrpc":"2.0","method":"a/b"}')
    assert message == types.JSONRPCNotification(jsonrpc="2.0", method="a/b")
    assert types.jsonrpc_message_adapter.dump_json(message, exclude_none=True) == b'{"jsonrpc":"2.0","method":"a/b"}'


def test_blocks_of_a_sampled_conversation_are_objects() -> None:
    message = types.SamplingMessage(
        role="assistant",
        content=[{"type": "tool_use", "name": "n", "id": "1", "input": {}}, {"type": "text", "text": "t"}],
    )
    assert [type(block).__name__ for block in message.content] == ["ToolUseContent", "TextContent"]
    assert message.content_as_list == message.content
    assert types.SamplingMessage(role="user", content=types.TextContent(text="t")).content_as_list[0].text == "t"
