// The official clients get their tokens from a real provider of OpenID Connect, sent there by nothing but our server's refusals.
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type AuthenticationOptions, McpServer, requireScopes } from 'oxmcp';
import {
  CLIENT,
  type IdentityProvider,
  identityProvider,
  Person,
  REDIRECT,
  SERVICE,
} from './support/identity_provider.js';

const INFO = { name: 'flow', version: '1.0.0' };

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a client remembers of its authorization. */
class Memory {
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = {
    client_name: 'test',
    application_type: 'native',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  sentTo: URL | undefined;
  kept: { access_token: string; scope?: string } | undefined;
  private verifier = '';

  clientInformation = () => ({ client_id: CLIENT });
  tokens = () => this.kept;
  saveTokens = (tokens: { access_token: string }): void => {
    this.kept = tokens;
  };
  redirectToAuthorization = (url: URL): void => {
    this.sentTo = url;
  };
  saveCodeVerifier = (verifier: string): void => {
    this.verifier = verifier;
  };
  codeVerifier = (): string => this.verifier;
}

/** An official client, as far as it is needed here. */
interface AnyClient {
  connect(transport: object): Promise<void>;
  callTool(params: { name: string }): Promise<unknown>;
  close(): Promise<void>;
}
interface AnyTransport {
  finishAuth(code: string | URLSearchParams): Promise<void>;
}

const CLIENTS: Record<string, (url: URL, authProvider: Memory) => [AnyClient, () => AnyTransport]> = {
  'version 1': (url, authProvider) => [
    new Client1(INFO) as unknown as AnyClient,
    () => new Http1(url, { authProvider: authProvider as never }) as unknown as AnyTransport,
  ],
  'version 2, with a session': (url, authProvider) => [
    new Client2(INFO) as unknown as AnyClient,
    () => new Http2(url, { authProvider: authProvider as never }) as unknown as AnyTransport,
  ],
  'version 2, without a session': (url, authProvider) => [
    new Client2(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } }) as unknown as AnyClient,
    () => new Http2(url, { authProvider: authProvider as never }) as unknown as AnyTransport,
  ],
};

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** Serves tools to whoever has a token; returns where. */
async function serve(of: (resource: string) => AuthenticationOptions): Promise<string> {
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const server = new McpServer(INFO, { authentication: { resource, ...of(resource) } });
  server.registerTool('whoami', {}, (ctx) => JSON.stringify(ctx.authInfo));
  server.registerTool('write', { scopeChallenge: requireScopes('mcp:read', 'mcp:write') }, () => 'written');
  const listening = await server.listen({ port });
  closers.push(() => listening.close());
  return resource;
}

function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content[0]?.text ?? '';
}

const isUnauthorized = (error: Error): boolean => error.constructor.name === 'UnauthorizedError';

describe('a client that is sent away for a token', () => {
  let provider: IdentityProvider;
  let url: string;
  before(async () => {
    provider = await identityProvider();
    closers.push(() => provider.close());
    const jwks = await provider.keys();
    url = await serve(() => ({
      requiredScopes: ['mcp:read'],
      scopesSupported: ['mcp:write'],
      jwt: { issuer: provider.issuer, jwks },
    }));
  });

  for (const [name, make] of Object.entries(CLIENTS)) {
    test(`gets one, and another with more scopes: ${name}`, async (t) => {
      const memory = new Memory();
      const person = new Person('alice');
      const [client, transport] = make(new URL(url), memory);
      t.after(() => client.close());
      const goThere = async (over: AnyTransport): Promise<string> => {
        assert.ok(memory.sentTo);
        const asked = memory.sentTo.searchParams;
        assert.equal(asked.get('resource'), url);
        assert.equal(asked.get('code_challenge_method'), 'S256');
        const told = await person.visit(memory.sentTo);
        assert.ok(told.has('code'), told.toString());
        await over.finishAuth(name === 'version 1' ? String(told.get('code')) : told);
        return asked.get('scope') ?? '';
      };
      const first = transport();
      await assert.rejects(client.connect(first), isUnauthorized);
      assert.equal(await goThere(first), 'mcp:read');
      const second = transport();
      await client.connect(second);
      const known = JSON.parse(textOf(await client.callTool({ name: 'whoami' })));
      assert.equal(known.extra.sub, 'alice');
      assert.equal(known.extra.iss, provider.issuer);
      assert.equal(known.extra.method, 'jwt');
      assert.deepEqual(known.scopes, ['mcp:read']);
      assert.equal(known.resource, url);
      assert.ok(known.expiresAt > Date.now() / 1000);
      assert.equal(known.token, '');

      await assert.rejects(client.callTool({ name: 'write' }), isUnauthorized);
      const scopes = (await goThere(second)).split(' ').sort();
      assert.deepEqual(scopes, ['mcp:read', 'mcp:write']);
      assert.equal(textOf(await client.callTool({ name: 'write' })), 'written');
    });
  }

  test('is refused with a token that is meant for somebody else, over, or of another issuer', async () => {
    const other = await identityProvider();
    const brief = await identityProvider({ seconds: 1 });
    closers.push(
      () => other.close(),
      () => brief.close(),
    );
    const jwks = await brief.keys();
    const strict = await serve(() => ({ jwt: { issuer: brief.issuer, jwks, leewaySeconds: 0 } }));
    const ask = async (at: string, token: string): Promise<Response> => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
      return fetch(at, { method: 'POST', headers, body });
    };
    assert.equal((await ask(url, await provider.token(url, 'mcp:read'))).status, 200);
    assert.equal((await ask(url, await provider.token(url, 'mcp:write'))).status, 403);
    const short = await brief.token(strict, 'mcp:read');
    while (Date.now() / 1000 < Number(JSON.parse(atob(short.split('.')[1] ?? '')).exp) + 0.1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const [at, token] of [
      [url, await provider.token('http://127.0.0.1:1/other', 'mcp:read')],
      [url, await other.token(url, 'mcp:read')],
      [strict, short],
    ] as const) {
      const response = await ask(at, token);
      assert.equal(response.status, 401);
      const challenge = response.headers.get('www-authenticate') ?? '';
      assert.match(challenge, /error="invalid_token"/);
      assert.match(
        challenge,
        /resource_metadata="http:\/\/127\.0\.0\.1:\d+\/\.well-known\/oauth-protected-resource\/mcp"/,
      );
    }
  });
});

for (const [by, sections] of [
  [
    'a function',
    (provider: IdentityProvider): AuthenticationOptions => ({
      authorizationServers: [provider.issuer],
      verify: async (token) => {
        const known = await provider.introspect(token);
        if (known.active !== true) return null;
        return {
          clientId: String(known.client_id),
          issuer: String(known.iss),
          scopes: String(known.scope).split(' '),
          expiresAt: Number(known.exp),
          resource: String(known.aud),
        };
      },
    }),
  ],
  [
    'the engine',
    (provider: IdentityProvider): AuthenticationOptions => ({
      introspection: {
        url: `${provider.issuer}/token/introspection`,
        issuer: provider.issuer,
        clientId: SERVICE.client_id,
        clientSecret: SERVICE.client_secret,
        clientAuthentication: 'post',
      },
    }),
  ],
] as const) {
  test(`tokens that say nothing by themselves are asked about by ${by}`, async () => {
    const provider = await identityProvider({ format: 'opaque' });
    closers.push(() => provider.close());
    const url = await serve(() => sections(provider));
    const call = async (token: string): Promise<unknown> => {
      const client = new Client2(INFO);
      const headers = { authorization: `Bearer ${token}` };
      await client.connect(new Http2(new URL(url), { requestInit: { headers } }));
      const result = await client.callTool({ name: 'whoami' });
      await client.close();
      return JSON.parse(textOf(result));
    };
    const known = (await call(await provider.token(url, 'mcp:read'))) as Record<string, unknown>;
    assert.equal(known.clientId, 'service');
    assert.deepEqual(known.scopes, ['mcp:read']);
    await assert.rejects(call('nothing-of-theirs'));
    await assert.rejects(call(await provider.token('http://127.0.0.1:1/other', 'mcp:read')));
  });
}
