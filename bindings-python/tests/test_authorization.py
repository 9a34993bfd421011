"""Who may do what: the section `authorization`, over every way in, and what items ask for themselves."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from asgi_caller import LEGACY, ask, message, session
from test_listening import served

from oxmcp import Client, FastMCP, McpError
from oxmcp.errors import ConfigurationError, InvalidDescriptorError
from oxmcp.server.auth import require_roles, require_scopes
from oxmcp.tools import Tool
from oxmcp.tools import tool as noted_tool

ROLES = {
    "ann-token": {"subject": "ann", "roles": ["analyst"]},
    "dev-token": {"subject": "dev", "roles": ["developer"]},
    "adm-token": {"subject": "adm", "claims": {"groups": ["ops"]}},
    "low-token": {"subject": "low", "scopes": ["db:read"]},
    "all-token": {"subject": "all", "scopes": ["db"], "roles": ["boss"]},
}

POLICY: dict[str, Any] = {
    "groups_claim": "groups",
    "roles": {
        "analyst": {},
        "developer": {"includes": "analyst"},
        "admin": {"groups": "ops"},
        "boss": {},
    },
    "rules": [
        {
            "name": "analysts read",
            "effect": "allow",
            "roles": "analyst",
            "tools": "query",
            "arguments": {
                "sql": {"sql": {"deny_tables": ["audit_logs", "credentials"]}},
                "limit": {"range": {"min": 1, "max": 100}, "optional": True},
            },
        },
        {
            "name": "developers insert",
            "effect": "allow",
            "roles": "developer",
            "tools": "insert",
            "arguments": {
                "table": {"one_of": ["logs", "events"]},
                "note": {"starts_with": "/notes/", "optional": True},
                "color": {"matches": "[a-f0-9]{6}", "optional": True},
                "kind": {"equals": 1, "optional": True},
            },
        },
        {"effect": "allow", "roles": "developer", "resources": "docs://*", "prompts": ["plan"]},
        {"effect": "deny", "roles": "developer", "resources": "docs://secret"},
        {"name": "admins", "effect": "allow", "roles": "admin"},
    ],
}


async def verify(token: str) -> dict[str, Any] | None:
    return ROLES.get(token)


def database(**sections: Any) -> FastMCP:
    mcp: FastMCP = FastMCP("database", **sections)

    @mcp.tool
    def query(sql: str, limit: int | None = None) -> str:
        return f"rows of {sql}"

    @mcp.tool
    def insert(table: str, note: str | None = None, color: Any = None, kind: Any = None) -> str:
        return f"into {table}"

    @mcp.tool
    def drop() -> str:
        return "dropped"

    @mcp.resource("docs://secret")
    def secret() -> str:
        return "secret"

    @mcp.resource("docs://{name}/page")
    def page(name: str) -> str:
        return name

    @mcp.prompt
    def plan() -> str:
        return "plan"

    @mcp.prompt
    def plot() -> str:
        return "plot"

    return mcp


def guarded(**more: Any) -> FastMCP:
    return database(authentication={"verify": verify}, authorization=POLICY, **more)


class Caller:
    """Somebody who asks in one era over one way in."""

    def __init__(self, app: Any, token: str, legacy: bool, path: str = "/mcp") -> None:
        self.app, self.legacy, self.path = app, legacy, path
        self.headers = {"authorization": f"Bearer {token}"}
        self.in_session = False

    async def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        if self.legacy and not self.in_session:
            self.headers |= await session(self.app, headers=self.headers, path=self.path)
            self.in_session = True
        body = message(method, params)
        if self.legacy:
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}).encode()
        answer = await ask(self.app, body, headers=self.headers, path=self.path)
        text = answer.text
        if answer.headers["content-type"] == "text/event-stream":
            text = text.strip().rpartition("data: ")[2]
        found: dict[str, Any] = json.loads(text)
        return found

    async def listed(self) -> list[str]:
        names: list[str] = []
        for method, member, name in [
            ("tools/list", "tools", "name"),
            ("prompts/list", "prompts", "name"),
            ("resources/list", "resources", "uri"),
            ("resources/templates/list", "resourceTemplates", "uriTemplate"),
        ]:
            names += [item[name] for item in (await self.ask(method))["result"][member]]
        return names

    async def call(self, name: str, **arguments: Any) -> str:
        """What it is answered, in words."""
        return said(await self.ask("tools/call", {"name": name, "arguments": arguments}))


def said(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"error {answer['error']['code']}: {answer['error']['message']}"
    text: str = answer["result"]["content"][0]["text"]
    return ("refused: " if answer["result"].get("isError") else "") + text


EVERYTHING = ["query", "insert", "drop", "plan", "plot", "docs://secret", "docs://{name}/page"]


@pytest.mark.parametrize("legacy", [False, True], ids=["modern", "legacy"])
@pytest.mark.parametrize("prefix", ["", "sub_"], ids=["own", "mounted"])
async def test_what_is_denied_is_not_there_and_what_is_allowed_is_down_to_its_arguments(
    legacy: bool, prefix: str
) -> None:
    if prefix:
        rules = [
            {**rule, **{kind: f"sub_{rule[kind]}" for kind in ("tools",) if kind in rule}} for rule in POLICY["rules"]
        ]
        rules[2] = {**rules[2], "resources": "docs://sub/*", "prompts": "sub_plan"}
        rules[3] = {**rules[3], "resources": "docs://sub/secret"}
        mcp: FastMCP = FastMCP("o", authentication={"verify": verify}, authorization={**POLICY, "rules": rules})
        mcp.mount(database(), "sub")
    else:
        mcp = guarded()
    app = mcp.http_app()
    names = [
        f"{prefix}{name}" if "://" not in name else name.replace("://", f"://{prefix and 'sub/'}")
        for name in EVERYTHING
    ]

    def called(name: str) -> str:
        return prefix + name

    analyst, developer, admin, other = [
        Caller(app, token, legacy) for token in ("ann-token", "dev-token", "adm-token", "low-token")
    ]
    assert await admin.listed() == names
    assert await analyst.listed() == [called("query")]
    assert await developer.listed() == [called("query"), called("insert"), called("plan"), names[-1]]
    assert await other.listed() == []

    assert await analyst.call(called("query"), sql="SELECT a FROM b", limit=100) == "rows of SELECT a FROM b"
    denied = await analyst.call(called("query"), sql="SELECT a FROM audit_logs")
    assert denied.startswith('refused: not allowed: the argument "sql" must be one SELECT statement')
    assert "range" not in denied and "audit_logs" in denied
    for limit in (0, 101, "1e3"):
        assert "from 1 to 100" in await analyst.call(called("query"), sql="SELECT 1", limit=limit), limit
    assert (
        await developer.call(called("insert"), table="logs", note="/notes/a", color="00ff00", kind=1)
    ) == "into logs"
    for wrong in (
        {"table": "users"},
        {"table": "l\u043egs"},
        {"table": "logs", "note": "/notes/../etc"},
        {"table": "logs", "color": "00ff00x"},
        {"table": "logs", "kind": 2},
        {"table": "logs", "kind": [1, 2]},
    ):
        assert (await developer.call(called("insert"), **wrong)).startswith("refused: not allowed: "), wrong

    unknown = await analyst.call("nothing")
    for name in ("drop", "insert"):
        denied = await analyst.call(called(name), table="logs")
        assert denied == unknown.replace("nothing", called(name))
    uri = names[-2]
    for caller in (analyst, developer):
        denied_read = await caller.ask("resources/read", {"uri": uri})
        unknown_read = await caller.ask("resources/read", {"uri": "docs://nothing"})
        assert json.dumps(denied_read).replace(uri, "docs://nothing") == json.dumps(unknown_read)
    page = await developer.ask("resources/read", {"uri": names[-1].replace("{name}", "x")})
    assert page["result"]["contents"][0]["text"] == "x"
    assert (await analyst.ask("prompts/get", {"name": called("plan")}))["error"]["code"] == -32602
    assert "result" in await developer.ask("prompts/get", {"name": called("plan")})


def test_it_holds_on_a_listener_of_its_own() -> None:
    def post(host: str, port: int, token: str, method: str, params: dict[str, Any]) -> Any:
        head = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": method,
            **({"Mcp-Name": params["name"]} if "name" in params else {}),
        }
        request = urllib.request.Request(f"http://{host}:{port}/mcp", message(method, params), head)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def asked(host: str, port: int) -> None:
        tools = post(host, port, "ann-token", "tools/list", {})["result"]["tools"]
        assert [tool["name"] for tool in tools] == ["query"]
        dropped = {"name": "drop", "arguments": {}}
        assert said(post(host, port, "adm-token", "tools/call", dropped)) == "dropped"
        assert said(post(host, port, "ann-token", "tools/call", dropped)).endswith("unknown tool: drop")

    served(asked, guarded())


async def test_within_the_process_callers_have_the_local_roles() -> None:
    async with Client(guarded()) as client:
        assert await client.list_tools() == []
    async with Client(database(authorization={**POLICY, "local_roles": "analyst"})) as client:
        assert [tool.name for tool in await client.list_tools()] == ["query"]
        assert "rows" in str((await client.call_tool("query", {"sql": "SELECT 1"})).content)
        with pytest.raises(McpError, match="unknown tool: drop"):
            await client.call_tool("drop", {})
    async with Client(database(authorization={})) as client:
        assert len(await client.list_tools()) == 3


@pytest.mark.parametrize("legacy", [False, True], ids=["modern", "legacy"])
def test_on_stdio_too(legacy: bool, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[[rules]]\neffect = "allow"\nroles = "guest"\ntools = "look"\n[roles]\nguest = {}\n')
    config = tmp_path / "oxmcp.toml"
    config.write_text(f'[authorization]\npolicy_file = "{policy}"\nlocal_roles = "guest"\n')
    program = (
        "from oxmcp import FastMCP\nmcp = FastMCP('s')\n"
        "@mcp.tool\ndef look() -> str:\n    return 'seen'\n"
        "@mcp.tool\ndef touch() -> str:\n    return 'touched'\nmcp.run()\n"
    )

    def request(id: int, method: str, params: dict[str, Any]) -> bytes:
        if not legacy:
            return message(method, params, id) + b"\n"
        return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n"

    about = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    lines = [
        request(1, "tools/list", {}),
        request(2, "tools/call", {"name": "look", "arguments": {}}),
        request(3, "tools/call", {"name": "touch", "arguments": {}}),
    ]
    if legacy:
        lines.insert(0, request(0, "initialize", about))
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=b"".join(lines),
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
        env={"OXMCP_CONFIG": str(config), "PATH": "/usr/bin:/bin"},
    )
    answers = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    assert [tool["name"] for tool in answers[1]["result"]["tools"]] == ["look"]
    assert said(answers[2]) == "seen"
    assert said(answers[3]).endswith("unknown tool: touch")


async def test_a_policy_file_is_reloaded_while_it_is_served(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    policy = tmp_path / "policy.json"

    def allow(*tools: str) -> None:
        policy.write_text(json.dumps({"rules": [{"effect": "allow", "tools": list(tools)}]}))

    allow("query")
    section = {"policy_file": str(policy), "reload_seconds": 1e-9}
    app = database(authentication={"verify": verify}, authorization=section).http_app()
    caller = Caller(app, "ann-token", legacy=False)
    assert await caller.listed() == ["query"]
    allow("drop")
    # What is written counts once it was seen twice.
    await caller.listed()
    assert await caller.listed() == ["drop"]
    assert await caller.call("query", sql="SELECT 1") == "error -32602: unknown tool: query"
    policy.write_text("{ half a file")
    for _ in range(3):
        assert await caller.listed() == ["drop"]
    assert any("the one before it holds" in record.message for record in caplog.records)
    policy.unlink()
    for _ in range(3):
        assert await caller.listed() == ["drop"]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"rulez": []}, "rulez"),
        ({"rules": [{"effect": "maybe"}]}, "maybe"),
        ({"rules": [{"effect": "allow", "tools": "t", "arguments": {"x": {"matches": "("}}}]}, "rule 1"),
        ({"policy_file": "/no/such/policy.toml"}, "/no/such/policy.toml"),
        ({"policy_file": "p.toml", "rules": []}, "rules belongs into the policy_file"),
        ({"local_roles": "boss", "roles": {"admin": {}}}, "boss"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_served(section: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words) as refused:
        async with Client(database(authorization=section)):
            pass
    assert isinstance(refused.value, (ConfigurationError, OSError))


def asking(**sections: Any) -> FastMCP:
    mcp: FastMCP = FastMCP("asking", authentication={"verify": verify}, **sections)

    @mcp.tool(required_scopes=["db:read", "db:write"])
    def write() -> str:
        return "written"

    @mcp.tool
    @require_scopes("db:read")
    def read() -> str:
        return "read"

    @mcp.tool(roles=["boss", "chief"])
    def fire() -> str:
        return "fired"

    @mcp.tool
    @require_roles("boss")
    @require_scopes("db:read")
    def both() -> str:
        return "both"

    @mcp.resource("data://mine", required_scopes="db:read")
    def mine() -> str:
        return "mine"

    @mcp.resource("data://{name}/theirs", roles="boss")
    def theirs(name: str) -> str:
        return name

    @mcp.prompt(roles="boss")
    def speech() -> str:
        return "speech"

    @mcp.tool
    def free() -> str:
        return "free"

    return mcp


@pytest.mark.parametrize("legacy", [False, True], ids=["modern", "legacy"])
@pytest.mark.parametrize("mounted", [False, True], ids=["own", "mounted"])
async def test_items_ask_for_scopes_and_roles(legacy: bool, mounted: bool) -> None:
    # AUTH-9: a broader scope contains narrower ones.
    section = {"scope_includes": {"db": ["db:read", "db:write"]}}
    mcp = asking(authorization=section)
    if mounted:
        outer: FastMCP = FastMCP("outer", authentication={"verify": verify}, authorization=section)
        outer.mount(asking())
        mcp = outer
    app = mcp.http_app()
    stranger, reader, everybody = [Caller(app, f"{name}-token", legacy) for name in ("ann", "low", "all")]
    assert await stranger.listed() == ["free"]
    assert await reader.listed() == ["read", "free", "data://mine"]
    assert await everybody.listed() == [
        *["write", "read", "fire", "both", "free", "speech", "data://mine", "data://{name}/theirs"]
    ]
    assert await everybody.call("write") == "written"
    assert await everybody.call("both") == "both"
    assert await reader.call("read") == "read"
    # A role cannot be asked for.
    assert await reader.call("fire") == (await reader.call("nothing")).replace("nothing", "fire")
    assert (await reader.ask("resources/read", {"uri": "data://x/theirs"}))["error"]["code"] in (-32602, -32002)


@pytest.mark.parametrize("legacy", [False, True], ids=["modern", "legacy"])
async def test_whoever_lacks_a_scope_alone_is_told_which(legacy: bool) -> None:
    """AUTH-5: 403, with everything that the operation needs."""
    servers = ["https://issuer.example.com"]
    section = {"verify": verify, "authorization_servers": servers, "resource": "https://mcp.example.com/mcp"}
    mcp = asking()
    mcp = FastMCP("outer", authentication=section)
    mcp.mount(asking())
    app = mcp.http_app()
    head = {"authorization": "Bearer low-token"}
    if legacy:
        head |= await session(app, headers=head)
    params = {"name": "write", "arguments": {}}
    body = message("tools/call", params)
    if legacy:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    answer = await ask(app, body, headers=head)
    challenge = answer.headers["www-authenticate"]
    assert answer.status == 403
    assert 'error="insufficient_scope"' in challenge and 'scope="db:read db:write"' in challenge
    assert 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"' in challenge
    # Without step-up it is not there.
    mcp = asking(authorization={"step_up": False})
    hidden = Caller(mcp.http_app(), "low-token", legacy)
    assert await hidden.call("write") == (await hidden.call("nothing")).replace("nothing", "write")


async def test_within_the_process_callers_have_the_local_scopes() -> None:
    async with Client(asking()) as client:
        assert [tool.name for tool in await client.list_tools()] == ["free"]
    section = {"local_scopes": ["db:read"], "local_roles": "boss"}
    async with Client(asking(authorization=section)) as client:
        assert [tool.name for tool in await client.list_tools()] == ["read", "fire", "both", "free"]


async def test_a_rule_opens_nothing_that_an_item_keeps_closed_and_an_item_that_asks_needs_no_rule() -> None:
    rules = [{"effect": "allow", "tools": "write"}, {"effect": "deny", "tools": "fire"}]
    app = asking(authorization={"rules": rules, "scope_includes": {"db": "db:read"}}).http_app()
    assert await Caller(app, "low-token", legacy=False).listed() == ["read", "data://mine"]
    everybody = await Caller(app, "all-token", legacy=False).listed()
    assert "fire" not in everybody and "free" not in everybody and "both" in everybody


def test_what_functions_ask_for_stands_next_to_them() -> None:
    mcp: FastMCP = FastMCP("order")

    def offered() -> str:
        return "x"

    mcp.tool(offered)
    with pytest.raises(TypeError, match="below the decorator that offers it"):
        require_scopes("a")(offered)

    @noted_tool(required_scopes="a", roles="b")
    @require_scopes("c")
    def noted() -> str:
        return "x"

    assert mcp.add_tool(noted).requires == (("c", "a"), ("b",))

    class Callable:
        @require_roles("r")
        def __call__(self) -> str:
            return "x"

        @require_scopes("m")
        def method(self) -> str:
            return "x"

    assert Tool.from_function(Callable(), name="c").requires.roles == ("r",)
    assert Tool.from_function(Callable().method).requires.scopes == ("m",)
    told = json.loads(Tool.from_function(Callable().method).descriptor())["oxmcp"]
    assert told["requiredScopes"] == ["m"] and "requiredRoles" not in told
    for wrong in ({"required_scopes": ["a b"]}, {"required_scopes": [1]}, {"roles": []}, {"roles": [""]}, {"roles": 5}):
        with pytest.raises(InvalidDescriptorError, match="tool 'wrong'"):
            mcp.tool(lambda: "x", name="wrong", **wrong)
    with pytest.raises(ValueError, match="cannot be a scope"):
        require_scopes('"')
