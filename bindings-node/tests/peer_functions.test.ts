// The small functions that the official packages export beside their classes: they do here what they do there.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v1Json from '@modelcontextprotocol/sdk/server/zod-json-schema-compat.js';
import * as v1Media from '@modelcontextprotocol/sdk/shared/mediaType.js';
import * as v1Stdio from '@modelcontextprotocol/sdk/shared/stdio.js';
import * as v1Names from '@modelcontextprotocol/sdk/shared/toolNameValidation.js';
import * as v1Transport from '@modelcontextprotocol/sdk/shared/transport.js';
import { AjvJsonSchemaValidator as V1Validator } from '@modelcontextprotocol/sdk/validation/ajv';
import * as v2 from '@modelcontextprotocol/server';
import * as oxmcp from 'oxmcp';
import { COMPLETABLE_SYMBOL, completable, unwrapCompletable } from 'oxmcp/server/completable.js';
import * as compat from 'oxmcp/server/zod-compat.js';
import * as json from 'oxmcp/server/zod-json-schema-compat.js';
import * as names from 'oxmcp/shared/toolNameValidation.js';
import { normalizeHeaders } from 'oxmcp/shared/transport.js';
import { AjvJsonSchemaValidator } from 'oxmcp/validation/ajv-provider.js';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { clientOf, modern } from './support/connected.js';

describe('functions of the official packages', () => {
  test('read what a Content-Type says', () => {
    for (const header of [
      'application/json',
      'Application/JSON; charset=utf-8',
      'text/plain',
      '',
      null,
      undefined,
      'application/json, application/json',
      'application/json; a="x,y"',
      'application/jsonx',
    ]) {
      assert.equal(oxmcp.isJsonContentType(header), v1Media.isJsonContentType(header), String(header));
      assert.equal(oxmcp.mediaTypeEssence(header), v1Media.mediaTypeEssence(header), String(header));
    }
  });

  test('cut a stream into messages', () => {
    const message = { jsonrpc: '2.0' as const, method: 'a', params: { b: 'ü' } };
    const line = oxmcp.serializeMessage(message);
    assert.equal(line, v1Stdio.serializeMessage(message));
    assert.deepEqual(oxmcp.deserializeMessage(line), message);
    const buffer = new oxmcp.ReadBuffer();
    const bytes = Buffer.from(`${line}${line.trim()}\r\n`);
    buffer.append(bytes.subarray(0, 30));
    assert.equal(buffer.readMessage(), null);
    buffer.append(bytes.subarray(30));
    assert.deepEqual(
      [buffer.readMessage(), buffer.readMessage(), buffer.readMessage()],
      [message, message, null],
    );
    const small = new oxmcp.ReadBuffer({ maxBufferSize: 4 });
    assert.throws(() => small.append(Buffer.from('12345')), /maximum size of 4 bytes/);
    buffer.append(Buffer.from('{"no": "message"}\n'));
    assert.throws(() => buffer.readMessage());
  });

  test('look at the names of tools', () => {
    for (const name of ['add', 'a.b-c_d', '', 'a b', 'x'.repeat(129), 'x'.repeat(128), '-a', 'a,b', 'ä']) {
      assert.equal(names.validateToolName(name).isValid, v1Names.validateToolName(name).isValid, name);
      const warned = names.validateToolName(name).warnings.length > 0;
      assert.equal(warned, v1Names.validateToolName(name).warnings.length > 0, name);
    }
  });

  test('join headers and settings of fetch', async () => {
    for (const headers of [
      undefined,
      { A: 'b' },
      [['A', 'b']] as [string, string][],
      new Headers({ A: 'b' }),
    ]) {
      assert.deepEqual(normalizeHeaders(headers), v1Transport.normalizeHeaders(headers));
    }
    const seen: unknown[] = [];
    const fetching = async (_url: string | URL, init?: RequestInit): Promise<Response> => {
      seen.push(init);
      return new Response();
    };
    const base = { method: 'POST', headers: { a: '1' } };
    for (const make of [oxmcp.createFetchWithInit, v1Transport.createFetchWithInit]) {
      await make(fetching, base)('http://a', { headers: { b: '2' } });
      await make(fetching, base)('http://a');
    }
    assert.deepEqual(seen.slice(0, 2), seen.slice(2));
    assert.equal(oxmcp.createFetchWithInit(fetching), fetching);
  });

  test('join capabilities', () => {
    const [base, more] = [
      { tools: { listChanged: true }, logging: {} },
      { tools: {}, prompts: {} },
    ];
    assert.deepEqual(oxmcp.mergeCapabilities(base, more), v2.mergeCapabilities(base, more));
  });

  test('check values against JSON Schemas', () => {
    const schema = {
      type: 'object' as const,
      properties: { a: { type: 'number' as const } },
      required: ['a'],
    };
    const [ours, theirs] = [new AjvJsonSchemaValidator(), new V1Validator()].map((validator) =>
      validator.getValidator(schema),
    );
    for (const value of [{ a: 1 }, { a: 'x' }, {}, 1]) {
      const [here, there] = [ours?.(value), theirs?.(value)];
      assert.deepEqual([here?.valid, here?.data], [there?.valid, there?.data]);
    }
    assert.match(ours?.({ a: 'x' }).errorMessage ?? '', /^a: /);
    assert.throws(() => new AjvJsonSchemaValidator({}), { name: 'NotYetError' });
    const info = { name: 'n', version: '1' };
    new oxmcp.McpServer(info, { jsonSchemaValidator: new AjvJsonSchemaValidator() });
    const foreign = { getValidator: () => () => ({ valid: true }) } as never;
    assert.throws(() => new oxmcp.McpServer(info, { jsonSchemaValidator: foreign }), /jsonSchemaValidator/);
  });

  test('speak with both generations of zod', async () => {
    for (const lib of [z, z3 as unknown as typeof z]) {
      const schema = lib.object({ method: lib.literal('a/b'), n: lib.number() });
      assert.deepEqual(compat.safeParse(schema, { method: 'a/b', n: 1 }), {
        success: true,
        data: { method: 'a/b', n: 1 },
      });
      assert.equal((await compat.safeParseAsync(schema, {})).success, false);
      assert.equal(json.getMethodLiteral(schema), v1Json.getMethodLiteral(schema));
      assert.deepEqual(Object.keys(compat.getObjectShape(schema) ?? {}), ['method', 'n']);
      assert.equal(compat.isZ4Schema(schema), lib === z);
      assert.throws(() => json.parseWithCompat(schema, {}));
      assert.deepEqual(json.toJsonSchemaCompat(schema).required, ['method', 'n']);
      const completed = completable(lib.string(), () => []);
      assert.equal(unwrapCompletable(completed), completed);
    }
    assert.equal(COMPLETABLE_SYMBOL, Symbol.for('mcp.completable'));
  });
});

describe('what a handler may ask of its client', () => {
  test('is asked by the names of all packages, and fails where it is awaited when the client declared nothing', async () => {
    const server = new oxmcp.McpServer({ name: 'n', version: '1' });
    const codes: string[] = [];
    const said = async (question: Promise<unknown>): Promise<void> => {
      codes.push(
        await question.then(
          () => 'answered',
          (error: oxmcp.SdkError) => (error instanceof oxmcp.SdkError ? error.code : String(error)),
        ),
      );
    };
    server.registerTool('ask', {}, async (ctx) => {
      const form = { message: 'm', requestedSchema: { type: 'object' as const, properties: {} } };
      await said(ctx.elicit('m', { type: 'string' }));
      await said(ctx.elicitUrl('m', 'https://example.com'));
      await said(ctx.sample('m'));
      await said(ctx.listRoots());
      await said(ctx.mcpReq.elicitInput(form));
      await said(ctx.mcpReq.requestSampling({ messages: [], maxTokens: 1 }));
      await said(ctx.mcpReq.send({ method: 'roots/list' }));
      await said(ctx.sendRequest({ method: 'roots/list' }));
      await said(server.server.createMessage({ messages: [], maxTokens: 1 }));
      await said(server.server.elicitInput(form));
      await said(server.server.listRoots());
      await said(server.server.request({ method: 'roots/list' }));
      assert.throws(() => server.server.experimental.tasks.requestStream({}, {}), { name: 'NotYetError' });
      assert.deepEqual(
        [ctx.taskId, ctx.closeSSEStream, ctx.mcpReq.requestState()],
        [undefined, undefined, undefined],
      );
      return 'asked';
    });
    const client = await clientOf(server);
    const { content } = await client.callTool({ name: 'ask', arguments: {} });
    assert.deepEqual(content, [{ type: 'text', text: 'asked' }]);
    assert.equal(codes.length, 12);
    for (const code of codes) assert.match(code, /^(CAPABILITY_NOT_SUPPORTED|NOT_CONNECTED)$/);
    assert.equal(server.toolInputSchemaJson('ask'), undefined);
    await client.close();
    await server.close();
  });

  test('what a request of the newest version says of itself is its envelope; older ones have none', async () => {
    const server = new oxmcp.McpServer({ name: 'n', version: '1' });
    server.registerTool('envelope', {}, ({ mcpReq }) => ({
      structuredContent: { it: mcpReq.envelope ?? null },
    }));
    const { structuredContent } = await modern(server, 'tools/call', { name: 'envelope', arguments: {} });
    assert.deepEqual(structuredContent, {
      it: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    });
    const client = await clientOf(server);
    const old = await client.callTool({ name: 'envelope', arguments: {} });
    assert.deepEqual(old.structuredContent, { it: null });
    await client.close();
    await server.close();
  });
});
