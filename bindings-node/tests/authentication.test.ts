// The option `authentication`: who is let in over HTTP, wherever the request was received, and what handlers are told of it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { type AuthenticationOptions, createMcpHandler, McpServer, requireScopes } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { InvalidTokenError } from 'oxmcp/server/auth/errors.js';
import { z } from 'zod';

const INFO = { name: 'guarded', version: '1.0.0' };
const later = (): number => Math.floor(Date.now() / 1000) + 600;

/** A server that tells who asks. */
function guarded(authentication: AuthenticationOptions): McpServer {
  const server = new McpServer(INFO, { authentication });
  server.registerTool('whoami', {}, (ctx) => JSON.stringify([ctx.authInfo, ctx.http?.authInfo]));
  server.registerTool(
    'write',
    { inputSchema: { x: z.number() }, scopeChallenge: requireScopes('read', 'write') },
    () => 'written',
  );
  server.registerPrompt('greet', { scopeChallenge: requireScopes('write') }, () => 'hello');
  server.registerResource('doc', 'doc://a', { scopeChallenge: requireScopes('write') }, () => 'text');
  return server;
}

/** Verifies two tokens by name. */
const verify: AuthenticationOptions['verify'] = async (token) => {
  if (token === 'bug') throw new TypeError('secret detail');
  if (token === 'bad') throw new InvalidTokenError('no');
  if (token === 'alice') {
    return {
      token,
      clientId: 'app',
      scopes: ['read'],
      expiresAt: later(),
      extra: { sub: 'alice', team: 'a' },
    };
  }
  if (token === 'bob') return { subject: 'bob', scopes: ['read', 'write'], roles: ['chief'] };
  if (token === 'old') return { subject: 'bob', expiresAt: 1 };
  if (token === 'other') return { subject: 'bob', resource: 'https://other.example/mcp' };
  return null;
};

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': INFO,
  'io.modelcontextprotocol/clientCapabilities': {},
};

type Fetch = (request: Request) => Promise<Response>;

/** Calls in the modern era; the id is 1. */
async function call(send: Fetch, url: string, token: string | undefined, method: string, params: object) {
  const { name, uri } = params as { name?: string; uri?: string };
  const request = new Request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': name ?? uri ?? '',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } }),
  });
  const response = await send(request);
  const text = await response.text();
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '', text };
}

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
});

/** The same server, wherever its requests are received: by URL, and how they are sent. */
const PLACES: Record<string, (server: McpServer) => Promise<[url: string, send: Fetch]>> = {
  'a listener': async (server) => {
    const listening = await server.listen();
    closers.push(() => listening.close());
    return [String(listening.url), fetch];
  },
  'a function of requests': async (server) => ['http://localhost/mcp', (request) => server.fetch(request)],
  hono: async (server) => {
    const handler = createMcpHandler(server);
    const app = new Hono();
    app.all('/mcp', (c) => handler.fetch(c.req.raw));
    return ['http://localhost/mcp', async (request) => app.fetch(request)];
  },
  'node:http': async (server) => mounted(toNodeHandler(createMcpHandler(server))),
  express: async (server) => {
    const app = express();
    app.use(express.json());
    const handle = toNodeHandler(createMcpHandler(server));
    app.all('/mcp', (req, res) => void handle(req, res, req.body));
    return mounted(app);
  },
  fastify: async (server) => {
    const app = Fastify();
    const handle = toNodeHandler(createMcpHandler(server));
    app.all('/mcp', async (request, reply) => {
      reply.hijack();
      await handle(request.raw, reply.raw, request.body);
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    closers.push(() => app.close());
    return [`${url}/mcp`, fetch];
  },
};

async function mounted(listener: unknown): Promise<[string, Fetch]> {
  const server = createServer(listener as Parameters<typeof createServer>[1]).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => server.close());
  return [`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, fetch];
}

describe('who is let in', () => {
  for (const [place, open] of Object.entries(PLACES)) {
    test(`is the same behind ${place}`, async () => {
      const [url, send] = await open(
        guarded({ verify, resource: 'https://mcp.example/mcp', requiredScopes: ['read'] }),
      );
      const whoami = (token: string | undefined) =>
        call(send, url, token, 'tools/call', { name: 'whoami', arguments: {} });
      for (const token of [undefined, 'unknown', 'bad', 'old', 'other']) {
        const { status, challenge, text } = await whoami(token);
        assert.equal(status, 401, String(token));
        assert.match(challenge, /^Bearer .*scope="read"/, String(token));
        assert.equal(challenge.includes('error="invalid_token"'), token !== undefined, String(token));
        assert.doesNotMatch(text + challenge, /unknown|guarded|secret/);
      }
      const broken = await whoami('bug');
      assert.equal(broken.status, 503);
      assert.doesNotMatch(broken.text, /secret/);
      const alice = await whoami('alice');
      assert.equal(alice.status, 200, alice.text);
      const [authInfo, ofHttp] = JSON.parse(JSON.parse(alice.text).result.content[0].text);
      assert.deepEqual(authInfo, ofHttp);
      const { clientId, scopes, token, extra, expiresAt } = authInfo;
      assert.deepEqual({ clientId, scopes, token }, { clientId: 'app', scopes: ['read'], token: '' });
      assert.deepEqual(extra, { sub: 'alice', team: 'a', method: 'function' });
      assert.ok(expiresAt > Date.now() / 1000);
    });

    test(`is told which scopes it lacks behind ${place}`, async () => {
      const [url, send] = await open(
        guarded({
          verify,
          resource: 'https://mcp.example/mcp',
          authorizationServers: ['https://issuer.example'],
        }),
      );
      const asked: [string, object][] = [
        ['tools/call', { name: 'write', arguments: { x: 1 } }],
        ['prompts/get', { name: 'greet' }],
        ['resources/read', { uri: 'doc://a' }],
      ];
      for (const [method, params] of asked) {
        const { status, challenge, text } = await call(send, url, 'alice', method, params);
        assert.equal(status, 403, text);
        assert.match(challenge, /error="insufficient_scope"/);
        assert.match(challenge, method === 'tools/call' ? /scope="read write"/ : /scope="write"/);
        assert.match(
          challenge,
          /metadata="https:\/\/mcp\.example\/\.well-known\/oauth-protected-resource\/mcp"/,
        );
        assert.equal((await call(send, url, 'bob', method, params)).status, 200, method);
      }
    });
  }

  test('is who the application vouches for, whose word counts', async () => {
    const server = guarded({ verify });
    const authInfo = { token: 't', clientId: 'c', scopes: ['read'], extra: { sub: 'carol' } };
    const send = (request: Request) => server.fetch(request, { authInfo });
    const params = { name: 'whoami', arguments: {} };
    const { status, text } = await call(send, 'http://localhost/mcp', undefined, 'tools/call', params);
    assert.equal(status, 200);
    const [known] = JSON.parse(JSON.parse(text).result.content[0].text);
    assert.deepEqual(known, authInfo);
  });

  test('may see the token only where the author says so', async () => {
    const server = guarded({ verify, keepToken: true });
    const params = { name: 'whoami', arguments: {} };
    const { text } = await call((r) => server.fetch(r), 'http://localhost/mcp', 'bob', 'tools/call', params);
    const [known] = JSON.parse(JSON.parse(text).result.content[0].text);
    assert.equal(known.token, 'bob');
    assert.deepEqual(known.extra, { sub: 'bob', roles: ['chief'], method: 'function' });
  });

  test('can be a verifier of the official packages', async () => {
    class Verifier {
      private readonly known = 'x';
      async verifyAccessToken(token: string) {
        if (token !== this.known) throw new InvalidTokenError('no');
        return { token, clientId: 'c', scopes: [], expiresAt: later() };
      }
    }
    const server = guarded({ verify: new Verifier() });
    const params = { name: 'whoami', arguments: {} };
    for (const [token, status] of [
      ['x', 200],
      ['y', 401],
    ] as const) {
      const answer = await call((r) => server.fetch(r), 'http://localhost/mcp', token, 'tools/call', params);
      assert.equal(answer.status, status);
    }
  });

  test('is not asked where nobody can be told', async () => {
    const server = guarded({ verify });
    const { tool } = { tool: 'write' };
    const context = {
      request: { jsonrpc: '2.0' as const, id: 1, method: 'tools/call', params: { name: tool } },
    };
    assert.equal(await server.resolveScopeChallenge(context), undefined);
    const authInfo = { token: '', clientId: 'c', scopes: [] };
    assert.deepEqual(await server.resolveScopeChallenge({ ...context, authInfo }), {
      scopes: ['read', 'write'],
    });
  });
});

test('options that cannot be are refused', async () => {
  assert.throws(() => guarded({ verfy: verify }), { name: 'ConfigurationError', message: /verfy/ });
  await assert.rejects(guarded({ resource: 'nowhere' }).listen(), {
    name: 'ConfigurationError',
    message: /authentication\.resource/,
  });
});
