"""What is recorded of servers that are killed, whose disk is full, and to whom secrets are told."""

from __future__ import annotations

import http.client
import json
import random
import resource
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from processes import NODE, ROOT, HttpProcess, StdioProcess, free_port, serve_stdio, server_command
from tokens import token
from wire import INITIALIZED, call, initialize, modern, request, text_of

KILLS = 10
"""How often each server is killed: twenty in all."""


def configuration(folder: Path, text: str) -> dict[str, str]:
    """The environment of a server that is configured so; its log is `audit.jsonl` beside the file."""
    path = folder / "oxmcp.toml"
    path.write_text(f'[audit]\npath = "{folder / "audit.jsonl"}"\n{text}', encoding="utf-8")
    return {"OXMCP_CONFIG": str(path)}


def records(folder: Path) -> list[dict[str, Any]]:
    """The lines of the log."""
    return [json.loads(line) for line in (folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()]


def verified(folder: Path, language: str) -> str:
    """What the command of the server's own package says of the log."""
    commands = {
        "python": [sys.executable, "-m", "oxmcp"],
        "typescript": [NODE, str(ROOT / "bindings-node" / "dist" / "cjs" / "command.js")],
    }
    command = [*commands[language], "audit", "verify", str(folder / "audit.jsonl")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_whatever_was_answered_is_recorded_whenever_the_process_is_killed(language: str, tmp_path: Path) -> None:
    """T17 of the threats."""
    environment = configuration(tmp_path, 'mode = "durable"\narguments = "whole"\n')
    chance = random.Random(17)
    answered: set[int] = set()
    number = 0
    for time_ in range(KILLS):
        with serve_stdio("recorded_server", language, environment=environment) as server:
            enough = chance.randrange(1, 60)
            heard = 0
            while heard < enough:
                for _ in range(8):
                    number += 1
                    server.send(call("work", {"number": number}, number))
                for _ in range(min(8, enough - heard)):
                    answer = server.receive()
                    assert text_of(answer) == f"did {answer['id']}"
                    answered.add(answer["id"])
                    heard += 1
            time.sleep(chance.random() / 1000)
            server.process.kill()
            # What it had said already counts, too.
            answered.update(message["id"] for message in whole_lines(server))
        assert len(answered) > time_
    with serve_stdio("recorded_server", language, environment=environment) as server:
        assert "result" in server.request("tools/list", modern("tools/list")["params"])
    assert verified(tmp_path, language).startswith("whole: ")
    done = [record for record in records(tmp_path) if record["event_type"] == "tools/call"]
    recorded = {json.loads(record["extensions"]["arguments"])["number"] for record in done}
    assert answered <= recorded


def whole_lines(server: StdioProcess) -> list[Any]:
    """What a killed server had written."""
    found = []
    while (line := server.lines.get(timeout=30)) is not None:
        if line.endswith(b"\n"):
            found.append(json.loads(line))
    return found


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only there files can be kept small from outside")
@pytest.mark.parametrize("policy", ["refuse", "allow"])
def test_a_full_disk_is_met_as_the_policy_says(language: str, policy: str, tmp_path: Path) -> None:
    """R18 of the tests of reliability."""
    environment = configuration(tmp_path, f'mode = "durable"\non_failure = "{policy}"\n')
    command = shlex.join([*server_command("recorded_server", language), "--stdio"])
    small = ["sh", "-c", f"trap '' XFSZ; ulimit -S -f 16; exec {command}"]
    with StdioProcess(small, environment=environment) as server:
        refused = 0
        for number in range(60):
            answer = server.request("tools/call", call("work", {"number": number})["params"])
            if "error" in answer:
                refused += 1
                assert answer["error"]["code"] == -31000
                assert "cannot record" in answer["error"]["message"]
            else:
                assert text_of(answer) == f"did {number}"
        assert len(records(tmp_path)) < 60
        assert (refused > 0) is (policy == "refuse")
        handshake = server.request("initialize", initialize()["params"])
        assert ("error" in handshake) is (policy == "refuse")
        # There is room again.
        most = resource.RLIM_INFINITY
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, most))  # type: ignore[attr-defined]
        server.request("tools/call", call("work", {"number": 60})["params"])
        assert text_of(server.request("tools/call", call("work", {"number": 61})["params"])) == "did 61"
    assert verified(tmp_path, language).startswith("whole: ")
    gaps = [record for record in records(tmp_path) if record["event_type"] == "audit.gap"]
    assert sum(int(gap["extensions"]["missed"]) for gap in gaps) > 0


SECRET = "canary-of-the-configuration-0123456789"
KEY = "canary-of-the-audit-key"
PASSWORD = "canaryPassword"
CANARIES = {
    "assigned": "login failed: password=canaryAssigned, api_key: canaryKeyed",
    "in a URL": "https://ann:canaryUser@db.example.com/x?token=canaryQuery",
    "a bearer token": "sent Authorization: Bearer canaryBearer0123456789",
    "a well-known key": "sk-canary0123456789abcdef0123456789",
    "a token of GitHub": "ghp_canary0123456789abcdef0123456789",
    "a private key": "-----BEGIN PRIVATE KEY-----\ncanaryPrivate\n-----END PRIVATE KEY-----",
    "an author's own": "case MRN-private4711",
}


@pytest.mark.parametrize("arguments", ["redacted", "hashed"])
def test_secrets_are_in_no_answer_no_log_and_no_record(language: str, arguments: str, tmp_path: Path) -> None:
    """T15 of the threats: canaries in every place where somebody can put a secret, and none in any output."""
    environment = configuration(
        tmp_path,
        f"""mode = "durable"
arguments = "{arguments}"
redact_patterns = ["MRN-\\\\w+"]
key = "{KEY}"

[safety]
mask_errors = true

[authentication]
resource = "https://mcp.example.com/mcp"
jwt = {{ issuer = "https://issuer.example.com", secret = "{SECRET}" }}
""",
    )
    port, log = free_port(), tmp_path / "log.txt"
    command = [*server_command("recorded_server", language), "--port", str(port)]
    said: list[str] = []
    good = token(SECRET, "ann", jti="canaryClaim")

    def post(message: Any, path: str = "/mcp", **headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        told = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {good}",
            "Cookie": "session=canaryCookie",
            "X-Api-Token": "canaryHeader",
            **headers,
        }
        if "_meta" in message.get("params", {}):
            told |= {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": message["method"]}
            params = message["params"]
            told |= {"Mcp-Name": params.get("name") or params.get("uri") or ""}
        connection.request("POST", path, json.dumps(message), told)
        answer = connection.getresponse()
        said.append(f"{answer.headers}\n{answer.read().decode()}")
        if answer.headers["mcp-session-id"]:
            sessions.append(answer.headers["mcp-session-id"])
        connection.close()
        return answer.status

    sessions: list[str] = []
    with HttpProcess(command, port=port, log=log, environment=environment):
        assert post(initialize()) == 200
        session = {"Mcp-Session-Id": sessions[0], "MCP-Protocol-Version": "2025-11-25"}
        post(INITIALIZED, **session)
        for canary in CANARIES.values():
            told = {"reason": canary, "note": canary, "password": PASSWORD}
            assert post(call("fail", told)) == 200
            assert post(request("tools/call", {"name": "fail", "arguments": told}, 3), **session) == 200
            # What does not fit is told without what it was.
            post(call("fail", {"reason": {"password": PASSWORD}, "password": 1}))
        post(modern("resources/read", uri="data://report"))
        for bad in ("canaryToken0123456789", token("canary of somebody else's, 0123456789", "canaryForged")):
            assert post(call("fail", {"reason": "x"}), Authorization=f"Bearer {bad}") == 401
        assert post(call("fail", {"reason": "x"}), Authorization="Basic Y2FuYXJ5OmNhbmFyeQ==") in (400, 401)
        assert post(call("fail", {"reason": "x"}), **{"X-API-Key": "canaryApiKey", "Authorization": ""}) in (400, 401)
        post(call("fail", {"reason": "x"}), path="/mcp?access_token=canaryInQuery")
    outputs = {
        "answers": "\n".join(said),
        "log": log.read_text(encoding="utf-8"),
        "records": (tmp_path / "audit.jsonl").read_text(encoding="utf-8"),
    }
    assert "MRN-private" not in outputs["records"]
    for place, text in outputs.items():
        found = text.find("canary")
        assert found < 0, f"in the {place}: …{text[max(0, found - 200) : found + 100]}…"
    # The three are about the same calls, by one id.
    failed = [line for line in said if "could not complete" in line]
    assert len(failed) >= 2 * len(CANARIES)
    for answer in failed:
        call_id = answer.split("under call ")[1].split(".")[0]
        assert call_id in outputs["log"] and call_id in outputs["records"], call_id


@pytest.mark.parametrize(
    "broken",
    [
        'rotate_bytes = "canary"',
        "key = canary",
        'key = "canary',
        'canary = "canary"'.replace("canary =", "keys ="),
        '[authentication.jwt]\nissuer = "x"\nsecret = ["canary"]',
    ],
)
def test_a_configuration_that_is_wrong_is_told_of_without_what_stands_in_it(
    language: str, broken: str, tmp_path: Path
) -> None:
    environment = configuration(tmp_path, broken + "\n")
    with serve_stdio("recorded_server", language, environment=environment) as server:
        assert server.process.wait(30) != 0
    said = b"".join(server.errors).decode()
    assert "oxmcp.toml" in said
    assert "canary" not in said
