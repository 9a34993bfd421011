// Constants and guards of `oxmcp/types.js`, and how its types read in code written for the official SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v1 from '@modelcontextprotocol/sdk/types.js';
import * as v2 from '@modelcontextprotocol/server';
import * as oxmcp from 'oxmcp/types.js';
import type { z } from 'zod';

test('the constants are those of the official SDKs', () => {
  assert.equal(oxmcp.JSONRPC_VERSION, v1.JSONRPC_VERSION);
  assert.equal(oxmcp.LATEST_PROTOCOL_VERSION, v1.LATEST_PROTOCOL_VERSION);
  assert.equal(oxmcp.LATEST_PROTOCOL_VERSION, v2.LATEST_PROTOCOL_VERSION);
  assert.equal(oxmcp.DEFAULT_NEGOTIATED_PROTOCOL_VERSION, v1.DEFAULT_NEGOTIATED_PROTOCOL_VERSION);
  const [here, there] = [new Map(Object.entries(oxmcp)), new Map<string, unknown>(Object.entries(v2))];
  for (const [name, value] of there) {
    if (!/_META_KEY$|^INVALID_|^PARSE_|^METHOD_|^INTERNAL_/.test(name)) continue;
    if (name !== 'RELATED_TASK_META_KEY') assert.equal(here.get(name), value, name);
  }
});

test('what a handshake can agree on is said newest first', () => {
  const versions = oxmcp.SUPPORTED_PROTOCOL_VERSIONS;
  assert.equal(versions[0], oxmcp.LATEST_PROTOCOL_VERSION);
  assert.deepEqual(versions, [...versions].sort().reverse());
  assert.ok(versions.every((version) => v1.SUPPORTED_PROTOCOL_VERSIONS.includes(version)));
});

test('an initialize request is told from others by its params, too', () => {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const request = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
  for (const value of [
    request,
    { ...request, params: {} },
    { ...request, method: 'ping' },
    null,
    [request],
  ]) {
    assert.equal(oxmcp.isInitializeRequest(value), v1.isInitializeRequest(value));
  }
  assert.ok(oxmcp.isInitializedNotification({ jsonrpc: '2.0', method: 'notifications/initialized' }));
});

test('a message that was parsed is a message or an error', () => {
  assert.equal(oxmcp.parseJSONRPCMessage({ jsonrpc: '2.0', method: 'a' }).jsonrpc, '2.0');
  assert.throws(() => oxmcp.parseJSONRPCMessage({ method: 'a' }), /Not a JSONRPCMessage/);
});

test('a completion is asserted to be about a prompt or a template', () => {
  const argument = { name: 'a', value: '' };
  const about = (ref: oxmcp.CompleteRequest['params']['ref']): oxmcp.CompleteRequest => ({
    method: 'completion/complete',
    params: { ref, argument },
  });
  const prompt = about({ type: 'ref/prompt', name: 'p' });
  oxmcp.assertCompleteRequestPrompt(prompt);
  assert.equal(prompt.params.ref.name, 'p');
  assert.throws(
    () => oxmcp.assertCompleteRequestResourceTemplate(prompt),
    /'ref\/prompt', not for a 'ref\/resource'/,
  );
});

test('people read a title, or what is nearest to one', () => {
  assert.equal(oxmcp.getDisplayName({ name: 'n', title: 't', annotations: { title: 'a' } }), 't');
  assert.equal(oxmcp.getDisplayName({ name: 'n', annotations: { title: 'a' } }), 'a');
  assert.equal(oxmcp.getDisplayName({ name: 'n' }), 'n');
});

test('the types are those of the official SDK, where it has them', () => {
  // Checked by the compiler: what is made here goes there, and the reverse.
  const tool: v1.Tool = { name: 'a', inputSchema: { type: 'object' } } satisfies oxmcp.Tool;
  const same: oxmcp.Tool = tool;
  const text: oxmcp.ContentBlock = { type: 'text', text: 'x' } satisfies v1.TextContent;
  const result: oxmcp.CallToolResult = { content: [text] } satisfies v1.CallToolResult;
  const theirs: v1.ContentBlock[] = result.content;
  const request: oxmcp.CallToolRequest = {
    method: 'tools/call',
    params: { name: 'a' },
  } satisfies v1.CallToolRequest;
  const record: Record<string, unknown> = same;
  const message: v1.JSONRPCMessage = { jsonrpc: '2.0', method: 'm' } satisfies oxmcp.JSONRPCMessage;
  const read: v1.ReadResourceResult = {
    contents: [{ uri: 'a:b', text: '' }],
  } satisfies oxmcp.ReadResourceResult;
  const prompt: v1.GetPromptResult = {
    messages: [{ role: 'user', content: text }],
  } satisfies oxmcp.GetPromptResult;
  assert.ok(theirs && request && record && message && read && prompt);
});

test("z.infer reads the type of a schema, and of a member's schema", () => {
  const { inputSchema } = oxmcp.ToolSchema.shape;
  type Input = z.infer<typeof inputSchema>;
  const input: Input = { type: 'object', properties: { a: { type: 'string' } } };
  const whole: z.infer<typeof oxmcp.ToolSchema> = { name: 'a', inputSchema: input };
  assert.ok(oxmcp.ToolSchema.safeParse(whole).success);
});
