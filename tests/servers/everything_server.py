"""A server with one of everything: the fixtures of the official conformance suite, and what the cross tests drive.

Usage: python everything_server.py --stdio | --port N

The names, texts and shapes of the ``test_*`` items are the conformance suite's own. Those that ask the client are in
``everything_asking``, those that become tasks in ``everything_tasks``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import time
import zlib
from pathlib import Path
from typing import Annotated, Any, Literal

import everything_asking
import everything_tasks
from pydantic import BaseModel, Field
from serving import serve

from oxmcp import Context, FastMCP, Image, MCPError, ToolError
from oxmcp.types import (
    Annotations,
    AudioContent,
    CallToolResult,
    Completion,
    EmbeddedResource,
    Icon,
    ImageContent,
    PromptMessage,
    ResourceLink,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)

mcp = FastMCP("everything", instructions="One of everything, for tests.", version="1.0.0")

OBSERVED: list[str] = []
"""What slow tools saw happen to them, readable through the tool ``observed``: cancellations above all."""


def png() -> bytes:
    """A red picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def wav() -> bytes:
    """Eight silent samples."""
    samples = b"\x00\x00" * 8
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def compact(document: Any) -> str:
    """JSON as most languages write it when nothing else is said."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


PNG = base64.b64encode(png()).decode()
WAV = base64.b64encode(wav()).decode()


# Tools of the conformance suite. `test_simple_text` stays first: the suite calls the first listed tool with `{}`.


@mcp.tool()
def test_simple_text() -> TextContent:
    """Return one text block."""
    return TextContent(type="text", text="This is a simple text response for testing.")


@mcp.tool()
def test_image_content() -> ImageContent:
    """Return one picture."""
    return ImageContent(type="image", data=PNG, mimeType="image/png")


@mcp.tool()
def test_audio_content() -> AudioContent:
    """Return one sound."""
    return AudioContent(type="audio", data=WAV, mimeType="audio/wav")


@mcp.tool()
def test_embedded_resource() -> EmbeddedResource:
    """Return one resource inside the result."""
    return EmbeddedResource(
        type="resource",
        resource=TextResourceContents(
            uri="test://embedded-resource",
            mimeType="text/plain",
            text="This is an embedded resource content.",
        ),
    )


@mcp.tool()
def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    """Return a text, a picture and a resource together."""
    return [
        TextContent(type="text", text="Multiple content types test:"),
        ImageContent(type="image", data=PNG, mimeType="image/png"),
        EmbeddedResource(
            type="resource",
            resource=TextResourceContents(
                uri="test://mixed-content-resource",
                mimeType="application/json",
                text='{"test":"data","value":123}',
            ),
        ),
    ]


@mcp.tool(structured_output=False)
def test_error_handling() -> str:
    """Fail on purpose."""
    raise ToolError("This tool intentionally returns an error for testing")


@mcp.tool(structured_output=False)
async def test_tool_with_progress(ctx: Context) -> str:
    """Report progress three times."""
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100, f"Completed step {done} of 100")
        await asyncio.sleep(0.05)
    return "Progress reported."


@mcp.tool(structured_output=False)
async def test_tool_with_logging(ctx: Context) -> str:
    """Send three log messages."""
    await ctx.info("Tool execution started")
    await asyncio.sleep(0.05)
    await ctx.info("Tool processing data")
    await asyncio.sleep(0.05)
    await ctx.info("Tool execution completed")
    return "Messages logged."


@mcp.tool(structured_output=False)
async def test_logging_tool(ctx: Context) -> str:
    """Log although the caller did not ask for logs."""
    await ctx.info("Nobody asked for this message")
    return "Logged."


@mcp.tool(structured_output=False)
async def test_streaming_elicitation(ctx: Context) -> str:
    """Stream progress and nothing else."""
    await ctx.report_progress(1, 2, "streaming")
    return "Streamed."


@mcp.tool(structured_output=False)
async def test_reconnection(ctx: Context) -> str:
    """Have the caller come back for the answer."""
    await ctx.close_sse_stream()
    await asyncio.sleep(0.1)
    return "The caller came back."


@mcp.tool(structured_output=False)
def test_missing_capability(ctx: Context) -> str:
    """Refuse callers that cannot be asked for a sample."""
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        raise MCPError(-32021, "This tool needs the sampling capability", {"requiredCapabilities": {"sampling": {}}})
    return "The caller offers sampling."


@mcp.tool(structured_output=False)
async def test_trigger_tool_change() -> str:
    """Change the list of tools, so that listeners are told."""

    def passing_tool() -> str:
        """Here and gone again."""
        return "still here"

    mcp.add_tool(passing_tool, structured_output=False)
    mcp.remove_tool("passing_tool")
    return "The list of tools changed."


@mcp.tool(structured_output=False)
async def test_trigger_prompt_change() -> str:
    """Change the list of prompts, so that listeners are told."""

    def passing_prompt() -> str:
        """Here and gone again."""
        return "still here"

    mcp.add_prompt(passing_prompt)
    mcp.remove_prompt("passing_prompt")
    return "The list of prompts changed."


@mcp.tool(structured_output=False)
def test_x_mcp_header(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> str:
    """Take an argument that HTTP callers repeat in a header."""
    return f"Region: {region}"


SCHEMA_2020_12 = json.loads("""
{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
 "$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
 "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
  "contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
 "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
 "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
 "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}
""")


@mcp.tool(input_schema=SCHEMA_2020_12, structured_output=False)
def json_schema_2020_12_tool(**arguments: Any) -> str:
    """Carry a schema that uses the whole dialect."""
    return compact(arguments)


# Tools for the interoperability and fault tests.


class Weather(BaseModel):
    """A structured answer."""

    city: str
    temperature: float
    conditions: list[str]


@mcp.tool()
def add(a: int, b: int) -> int:
    """Add two whole numbers."""
    return a + b


@mcp.tool(structured_output=False)
def echo(text: str) -> str:
    """Return the text that was sent."""
    return text


@mcp.tool(structured_output=False)
async def echo_later(text: str, milliseconds: int) -> str:
    """Return the text after a while, from the event loop."""
    await asyncio.sleep(milliseconds / 1000)
    return text


@mcp.tool(structured_output=False)
def echo_blocking(text: str, milliseconds: int) -> str:
    """Return the text after a while, from a thread that is blocked meanwhile."""
    time.sleep(milliseconds / 1000)
    return text


@mcp.tool()
def weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> Weather:
    """Report structured weather."""
    return Weather(city=city, temperature=21.5 if unit == "celsius" else 70.7, conditions=["sunny", "dry"])


@mcp.tool()
def forecasts(cities: list[str]) -> list[Weather]:
    """Report several structured values."""
    return [Weather(city=city, temperature=1.5, conditions=[]) for city in cities]


@mcp.tool()
def picture() -> Image:
    """Return a picture through the Image helper."""
    return Image(data=png(), format="png")


@mcp.tool()
def whole_result() -> CallToolResult:
    """Return a finished result object."""
    return CallToolResult(
        content=[TextContent(type="text", text="as it is")],
        structuredContent={"as": "it is"},
        _meta={"example.org/note": "kept"},
    )


ICON = Icon(src="https://example.org/icon.png", mimeType="image/png", sizes=["48x48"])


@mcp.tool(
    title="Decorated",
    icons=[ICON],
    annotations=ToolAnnotations(readOnlyHint=True, openWorldHint=False),
    meta={"example.org/note": "kept"},
)
def decorated() -> CallToolResult:
    """Carry, and return, all that newer revisions know."""
    return CallToolResult(
        content=[
            TextContent(type="text", text="for you", annotations=Annotations(audience=["user"], priority=0.5)),
            AudioContent(type="audio", data=WAV, mimeType="audio/wav"),
            ResourceLink(
                type="resource_link", uri="test://static-text", name="static_text", title="Text", icons=[ICON]
            ),
        ]
    )


@mcp.tool(structured_output=False)
def meta_seen(ctx: Context) -> str:
    """Tell what came in `_meta`."""
    return compact({**(ctx.request_context.meta or {})})


@mcp.tool(structured_output=False)
async def steps(count: int, ctx: Context) -> str:
    """Report as many steps of progress as asked, and log each one."""
    for step in range(1, count + 1):
        await ctx.report_progress(step, count, f"step {step}")
        await ctx.info(f"log {step}")
    return f"{count} steps"


@mcp.tool(structured_output=False)
async def wait_until_cancelled(label: str, ctx: Context) -> str:
    """Wait for a minute; remember under the label how the wait ended."""
    OBSERVED.append(f"started {label}")
    await ctx.report_progress(1, 2, "waiting")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        OBSERVED.append(f"cancelled {label}")
        raise
    OBSERVED.append(f"finished {label}")
    return "nobody cancelled"


@mcp.tool()
async def observed() -> list[str]:
    """Tell what the waiting tools saw."""
    return list(OBSERVED)


@mcp.tool(structured_output=False)
async def add_extra_tool(name: str) -> str:
    """Register another tool while the server runs."""

    def extra() -> str:
        """A tool that came later."""
        return f"I am {name}"

    mcp.add_tool(extra, name=name, structured_output=False)
    return f"added {name}"


@mcp.tool(structured_output=False)
async def remove_extra_tool(name: str) -> str:
    """Remove a tool that was registered later."""
    mcp.remove_tool(name)
    return f"removed {name}"


@mcp.tool(structured_output=False)
async def touch_watched_resource(ctx: Context) -> str:
    """Tell subscribers that test://watched-resource has changed."""
    await ctx.notify_resource_updated("test://watched-resource")
    return "touched"


# Resources.


@mcp.resource("test://static-text", mime_type="text/plain")
def static_text() -> str:
    """A text that never changes."""
    return "This is the content of the static text resource."


@mcp.resource("test://static-binary", mime_type="image/png")
def static_binary() -> bytes:
    """A picture that never changes."""
    return png()


@mcp.resource("test://template/{id}/data", mime_type="application/json")
def template_data(id: str) -> str:
    """A document made for the id."""
    return compact({"data": f"Data for ID: {id}", "id": id, "templateTest": True})


@mcp.resource("test://watched-resource", mime_type="text/plain")
def watched_resource() -> str:
    """A resource that clients subscribe to."""
    return "Watched resource content."


# Prompts.


@mcp.prompt()
def test_simple_prompt() -> str:
    """A prompt without arguments."""
    return "This is a simple prompt for testing."


@mcp.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with two arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


@mcp.prompt()
def test_prompt_with_embedded_resource(resourceUri: str) -> list[PromptMessage]:
    """A prompt that carries a resource."""
    contents = TextResourceContents(
        uri=resourceUri, mimeType="text/plain", text="Embedded resource content for testing."
    )
    return [
        PromptMessage(role="user", content=EmbeddedResource(type="resource", resource=contents)),
        PromptMessage(
            role="user", content=TextContent(type="text", text="Please process the embedded resource above.")
        ),
    ]


@mcp.prompt()
def test_prompt_with_image() -> list[PromptMessage]:
    """A prompt that carries a picture."""
    return [
        PromptMessage(role="user", content=ImageContent(type="image", data=PNG, mimeType="image/png")),
        PromptMessage(role="user", content=TextContent(type="text", text="Please analyze the image above.")),
    ]


@mcp.completion()
async def complete(ref: Any, argument: Any, context: Any) -> Completion:
    """Suggest values that begin with what was typed."""
    values = [value for value in ("test", "testing", "tested", "other") if value.startswith(argument.value)]
    return Completion(values=values, total=len(values), hasMore=False)


mcp.add_skills(Path(__file__).with_name("skills"))
everything_asking.register(mcp)
everything_tasks.register(mcp)


if __name__ == "__main__":
    serve(mcp)
