// Bearer tokens in front of a server, by the names of the official packages: what ours do is what theirs do.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import * as express2 from '@modelcontextprotocol/express';
import * as errors1 from '@modelcontextprotocol/sdk/server/auth/errors.js';
import * as bearer1 from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import * as router1 from '@modelcontextprotocol/sdk/server/auth/router.js';
import * as server2 from '@modelcontextprotocol/server';
import express from 'express';
import * as ours2 from 'oxmcp';
import * as oursExpress from 'oxmcp/express';
import * as oursErrors from 'oxmcp/server/auth/errors.js';
import * as oursBearer from 'oxmcp/server/auth/middleware/bearerAuth.js';
import * as oursRouter from 'oxmcp/server/auth/router.js';
import * as shared from 'oxmcp/shared/auth.js';

const later = Math.floor(Date.now() / 1000) + 600;
const good = { token: 'good', clientId: 'c', scopes: ['read'], expiresAt: later };

/** What tokens stand for, or the code of the error that is thrown. */
const TOKENS: Record<string, object | string> = {
  good,
  mine: { ...good, resource: new URL('https://a.example/mcp/') },
  other: { ...good, resource: new URL('https://b.example/mcp') },
  poor: { ...good, scopes: [] },
  old: { ...good, expiresAt: 1 },
  eternal: { ...good, expiresAt: undefined },
  odd: 'invalid_client',
  broken: 'server_error',
  bug: 'bug',
};

/** A verifier that throws errors of one package. */
function verifierOf(failed: (code: string, message: string) => Error): ours2.OAuthTokenVerifier {
  return {
    verifyAccessToken: async (token) => {
      const known = TOKENS[token] ?? 'invalid_token';
      if (typeof known !== 'string') return known as ours2.AuthInfo;
      throw known === 'bug' ? new TypeError('secret') : failed(known, `no "${token}"`);
    },
  };
}

const named =
  (errors: Record<string, unknown>) =>
  (code: string, message: string): Error => {
    const of = (errors.OAUTH_ERRORS as Record<string, new (message: string) => Error>)[code];
    assert.ok(of);
    return new of(message);
  };

const HEADERS = [
  ...Object.keys(TOKENS).map((token) => `Bearer ${token}`),
  'bearer good',
  'Bearer unknown',
  'Bearer',
  'Basic good',
  undefined,
];
const OPTIONS = [
  {},
  { requiredScopes: ['read'] },
  { requiredScopes: ['read', 'write'], resourceMetadataUrl: 'https://a.example/.well-known/x' },
  { expectedResource: new URL('https://a.example/mcp') },
];

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function serve(...handlers: unknown[]): Promise<string> {
  const app = express();
  for (const handler of handlers) app.use(handler as express.RequestHandler);
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function told(response: Response): Promise<object> {
  const { status, headers } = response;
  return { status, challenge: headers.get('www-authenticate'), body: await response.json() };
}

/** Whom a request stands for, behind a middleware. */
async function through(middleware: unknown, header: string | undefined): Promise<object> {
  const at = await serve(middleware, (req: { auth?: object }, res: express.Response) => res.json(req.auth));
  return told(await fetch(at, { headers: header === undefined ? {} : { authorization: header } }));
}

describe('what is let in with a token', () => {
  test('as express middleware is what the official packages let in', async () => {
    for (const options of OPTIONS) {
      for (const header of HEADERS) {
        const what = `${header} ${JSON.stringify(options)}`;
        const theirs1 = { ...options, verifier: verifierOf(named(errors1)) };
        const mine1 = { ...options, verifier: verifierOf(named(oursErrors)) };
        const expected = await through(bearer1.requireBearerAuth(theirs1 as never), header);
        // Their older middleware does not escape quotes.
        const isPlain = !JSON.stringify(expected).includes('no \\"');
        if (isPlain)
          assert.deepEqual(await through(oursBearer.requireBearerAuth(mine1), header), expected, what);
        const failed = (code: string, message: string) => new server2.OAuthError(code as never, message);
        const theirs2 = { ...options, verifier: verifierOf(failed) };
        const mine2 = {
          ...options,
          verifier: verifierOf((code, message) => new ours2.OAuthError(code, message)),
        };
        const expected2 = await through(express2.requireBearerAuth(theirs2 as never), header);
        assert.deepEqual(await through(oursExpress.requireBearerAuth(mine2), header), expected2, what);
        // A verifier that throws their errors, and middleware of ours.
        assert.deepEqual(await through(oursExpress.requireBearerAuth(theirs2), header), expected2, what);
        assert.deepEqual(await through(oursExpress.requireBearerAuth(mine1), header), expected2, what);
      }
    }
  });

  test('as a function of requests is what the official package lets in', async () => {
    const failed = (code: string, message: string) => new server2.OAuthError(code as never, message);
    const plain = async (given: object | Response) => (given instanceof Response ? told(given) : given);
    for (const options of OPTIONS) {
      for (const header of [...HEADERS, 'Bearer good, Bearer poor']) {
        const all = { ...options, verifier: verifierOf(failed) };
        const request = () =>
          new Request('https://a.example/mcp', {
            headers: header === undefined ? {} : { authorization: header },
          });
        const theirs = await plain(await server2.requireBearerAuth(all as never)(request()));
        assert.deepEqual(await plain(await ours2.requireBearerAuth(all)(request())), theirs, String(header));
      }
    }
  });
});

describe('errors of OAuth', () => {
  test('have the codes and the words of the official packages', () => {
    for (const [code, of] of Object.entries(errors1.OAUTH_ERRORS)) {
      const mine = oursErrors.OAUTH_ERRORS[code];
      assert.ok(mine);
      const [theirs, error] = [new of('why', 'https://a.example'), new mine('why', 'https://a.example')];
      assert.deepEqual(error.toResponseObject(), theirs.toResponseObject());
      assert.equal(error.errorCode, theirs.errorCode);
      assert.equal(error.name, theirs.name);
      assert.ok(error instanceof oursErrors.OAuthError && error instanceof ours2.OAuthError);
    }
    const custom = new oursErrors.CustomOAuthError('mine', 'why');
    assert.deepEqual(
      custom.toResponseObject(),
      new errors1.CustomOAuthError('mine', 'why').toResponseObject(),
    );
    assert.deepEqual({ ...ours2.OAuthErrorCode }, { ...server2.OAuthErrorCode });
    const response = { error: 'invalid_grant', error_uri: 'https://a.example' };
    const read = [ours2.OAuthError, server2.OAuthError].map((of) =>
      of.fromResponse(response).toResponseObject(),
    );
    assert.deepEqual(read[0], read[1]);
    assert.ok(ours2.OAuthError.isInstance(custom) && !ours2.OAuthError.isInstance(new Error('why')));
  });
});

const oauthMetadata = {
  issuer: 'https://issuer.example',
  authorization_endpoint: 'https://issuer.example/authorize',
  token_endpoint: 'https://issuer.example/token',
  response_types_supported: ['code'],
};

describe('metadata', () => {
  const options = {
    oauthMetadata,
    resourceServerUrl: new URL('https://a.example/mcp'),
    scopesSupported: ['read'],
    resourceName: 'A',
    serviceDocumentationUrl: new URL('https://a.example/docs'),
  };
  const PATHS = [
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-protected-resource/mcp/',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-authorization-server',
    '/mcp',
  ];

  test('are at the paths where the official packages have them', async () => {
    const routers = [
      router1.mcpAuthMetadataRouter,
      oursRouter.mcpAuthMetadataRouter,
      oursExpress.mcpAuthMetadataRouter,
    ];
    const places = await Promise.all(routers.map((router) => serve(router(options))));
    for (const path of PATHS) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const [theirs, ...mine] = await Promise.all(
          places.map(async (at) => {
            const response = await fetch(at + path, { method });
            const body = response.status === 404 ? undefined : await response.text();
            const { status, headers } = response;
            return { status, body, readers: headers.get('access-control-allow-origin') };
          }),
        );
        for (const each of mine) {
          // A request for another method is refused to whoever may read it.
          assert.deepEqual(each, theirs, `${method} ${path}`);
        }
      }
      const asked = new Request(`https://a.example${path}`);
      const [theirs, mine] = [server2.oauthMetadataResponse, ours2.oauthMetadataResponse].map((answer) =>
        answer(asked, options as never),
      );
      assert.deepEqual(await mine?.text(), await theirs?.text(), path);
    }
  });

  test('are of issuers that nobody else can speak for', () => {
    for (const issuer of ['http://issuer.example', 'https://issuer.example#a', 'https://issuer.example?a']) {
      const wrong = { ...options, oauthMetadata: { ...oauthMetadata, issuer } };
      assert.throws(() => oursRouter.mcpAuthMetadataRouter(wrong), /Issuer URL must/);
      assert.throws(() => ours2.buildOAuthProtectedResourceMetadata(wrong), /Issuer URL must/);
    }
    const local = { ...options, oauthMetadata: { ...oauthMetadata, issuer: 'http://localhost:1' } };
    assert.equal(ours2.buildOAuthProtectedResourceMetadata(local).resource, 'https://a.example/mcp');
  });

  test('of an authorization server are what the official package makes of one', () => {
    const provider = {
      clientsStore: { registerClient: () => {}, getClient: () => undefined },
      revokeToken() {},
    };
    for (const given of [
      { provider, issuerUrl: new URL('https://issuer.example/a') },
      { provider: { clientsStore: {} }, issuerUrl: new URL('https://i.example'), scopesSupported: ['x'] },
      { provider, issuerUrl: new URL('https://i.example'), baseUrl: new URL('https://b.example/c/') },
    ]) {
      assert.deepEqual(oursRouter.createOAuthMetadata(given), router1.createOAuthMetadata(given as never));
    }
  });

  test('have URLs like those of the official packages', () => {
    for (const url of ['https://a.example', 'https://a.example/mcp', 'https://a.example/a/b?c=d']) {
      const mine = ours2.getOAuthProtectedResourceMetadataUrl(new URL(url));
      assert.equal(mine, server2.getOAuthProtectedResourceMetadataUrl(new URL(url)));
      const all = [
        'https://a.example',
        'https://a.example/mcp/x',
        'https://b.example/mcp',
        'https://a.example/mcp2',
      ];
      for (const configuredResource of all) {
        const both = { requestedResource: url, configuredResource };
        assert.equal(ours2.checkResourceAllowed(both), server2.checkResourceAllowed(both));
      }
      assert.equal(ours2.resourceUrlFromServerUrl(`${url}#x`).href, new URL(url).href);
    }
  });
});

test('the schemas of OAuth take what fits and nothing else', () => {
  const fits = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
    schema.safeParse(value).success;
  assert.ok(fits(shared.OAuthMetadataSchema, { ...oauthMetadata, another: 1 }));
  assert.ok(!fits(shared.OAuthMetadataSchema, { ...oauthMetadata, token_endpoint: 'javascript:x()' }));
  assert.ok(!fits(shared.OAuthMetadataSchema, { ...oauthMetadata, token_endpoint: 'JavaScript:x()' }));
  assert.ok(!fits(shared.OAuthMetadataSchema, { issuer: 'x' }));
  assert.ok(fits(shared.OAuthProtectedResourceMetadataSchema, { resource: 'https://a.example' }));
  assert.ok(!fits(shared.OAuthProtectedResourceMetadataSchema, { resource: 'a' }));
  const tokens = { access_token: 'a', token_type: 'bearer', expires_in: '60', issuer: 1 };
  assert.deepEqual(shared.OAuthTokensSchema.parse(tokens), {
    access_token: 'a',
    token_type: 'bearer',
    expires_in: 60,
  });
  assert.equal(shared.OptionalSafeUrlSchema.parse(''), undefined);
  assert.ok(!fits(shared.SafeUrlSchema, 'data:text/html,x'));
});
