// What handlers see and send in the version of the protocol that has no sessions.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResourceTemplate } from 'oxmcp';
import { z } from 'zod';
import { emptyServer, modern } from './support/connected.js';

describe('in the newest version', () => {
  test('a context tells what the request itself carries', async () => {
    const server = emptyServer();
    server.registerTool(
      'tool',
      {},
      ({ clientInfo, clientCapabilities, protocolVersion, sessionId, requestId }) => ({
        structuredContent: {
          clientInfo,
          clientCapabilities,
          protocolVersion,
          sessionId: sessionId ?? null,
          requestId,
        },
      }),
    );
    const result = await modern(server, 'tools/call', { name: 'tool', arguments: {} });
    assert.deepEqual(result.structuredContent, {
      clientInfo: { name: 'modern', version: '1.0.0' },
      clientCapabilities: {},
      protocolVersion: '2026-07-28',
      sessionId: null,
      requestId: 0,
    });
    await server.close();
  });

  test('a structured result of any kind is sent as it is (DOWN-4)', async () => {
    const server = emptyServer();
    server.registerTool('list', { outputSchema: z.array(z.number()) }, () => ({ structuredContent: [1, 2] }));
    const { structuredContent, content } = await modern(server, 'tools/call', {
      name: 'list',
      arguments: {},
    });
    assert.deepEqual(structuredContent, [1, 2]);
    assert.deepEqual(content, [{ type: 'text', text: '[1,2]' }]);
    await server.close();
  });

  test('results say how long they may be kept, by method, by resource or by result (CACHE-1)', async () => {
    const server = emptyServer({ cacheHints: { 'tools/list': { ttlMs: 1000, cacheScope: 'public' } } });
    server.registerResource('one', 'a:1', { cacheHint: { ttlMs: 5 } }, () => 'x');
    const family = new ResourceTemplate('b:{c}', { list: undefined });
    server.registerResource('family', family, { cacheHint: { ttlMs: 6 } }, (uri) => ({
      contents: [],
      ...(uri.href === 'b:own' && { ttlMs: 7, cacheScope: 'public' as const }),
    }));
    const kept = async (method: string, params?: object) => {
      const { ttlMs, cacheScope } = await modern(server, method, params);
      return [ttlMs, cacheScope];
    };
    assert.deepEqual(await kept('tools/list'), [1000, 'public']);
    assert.deepEqual(await kept('resources/list'), [0, 'private']);
    assert.deepEqual(await kept('resources/read', { uri: 'a:1' }), [5, 'private']);
    assert.deepEqual(await kept('resources/read', { uri: 'b:x' }), [6, 'private']);
    assert.deepEqual(await kept('resources/read', { uri: 'b:own' }), [7, 'public']);
    await server.close();
  });

  test('an unknown tool and an unknown resource are refused with -32602', async () => {
    const server = emptyServer();
    await assert.rejects(modern(server, 'tools/call', { name: 'none', arguments: {} }), { code: -32602 });
    await assert.rejects(modern(server, 'resources/read', { uri: 'a:none' }), {
      code: -32602,
      data: { uri: 'a:none' },
    });
    await server.close();
  });

  test('lists that are made beside the engine have the shape of its own', async () => {
    const server = emptyServer();
    const list = () => ({ resources: [{ uri: 'b:1', name: 'b1' }] });
    server.registerResource('family', new ResourceTemplate('b:{c}', { list }), {}, () => '');
    const { resources, resultType, ttlMs } = await modern(server, 'resources/list');
    assert.deepEqual([resources, resultType, ttlMs], [[{ uri: 'b:1', name: 'b1' }], 'complete', 0]);
    await server.close();
  });
});
