// A provider of OpenID Connect on loopback, and a person who signs in there and consents to everything.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where clients have the person sent back to; nobody listens there. */
export const REDIRECT = 'http://127.0.0.1:1/callback';

/** A client that is known there, and has no secret. */
export const CLIENT = 'desktop';

export interface IdentityProvider {
  readonly issuer: string;
  /** Its public keys. */
  keys(): Promise<object>;
  /** A token for a client without a user. */
  token(resource: string, scope: string): Promise<string>;
  /** Asks about a token (RFC 7662). */
  introspect(token: string): Promise<Record<string, unknown>>;
  close(): void;
}

/** Another, which has one, and which may ask about tokens. */
export const SERVICE = { client_id: 'service', client_secret: 'a secret of this test alone' };

/** Starts one. It issues JWTs for any resource, with the scopes `mcp:read` and `mcp:write`; `format` says which tokens otherwise. */
export async function identityProvider(
  options: { format?: 'jwt' | 'opaque'; seconds?: number } = {},
): Promise<IdentityProvider> {
  const { format = 'jwt', seconds = 600 } = options;
  // Node 20 is too old for its authors, not for what is asked of it here.
  const { warn } = console;
  console.warn = () => {};
  // @ts-expect-error: it comes without types
  const { default: Provider } = await import('oidc-provider');
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const resourceServer = (_ctx: unknown, resource: string): object => ({
    scope: 'mcp:read mcp:write',
    audience: resource,
    accessTokenTTL: seconds,
    accessTokenFormat: format,
    ...(format === 'jwt' && { jwt: { sign: { alg: 'RS256' } } }),
  });
  const provider = new Provider(issuer, {
    clients: [
      { ...SERVICE, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      {
        client_id: CLIENT,
        application_type: 'native',
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
    scopes: ['openid', 'offline_access', 'mcp:read', 'mcp:write'],
    findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    cookies: { keys: ['of this test alone'] },
    ttl: { ClientCredentials: seconds, AccessToken: seconds, Grant: 600, Session: 600, Interaction: 600 },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: resourceServer,
        useGrantedResource: () => true,
      },
    },
  });
  console.warn = warn;
  listener.on('request', provider.callback());
  const post = async (path: string, form: Record<string, string>): Promise<Record<string, unknown>> => {
    const body = new URLSearchParams({ ...SERVICE, ...form });
    const response = await fetch(issuer + path, { method: 'POST', body });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    issuer,
    keys: async () => (await fetch(`${issuer}/jwks`)).json() as Promise<object>,
    token: async (resource, scope) => {
      const form = { grant_type: 'client_credentials', resource, scope };
      return String((await post('/token', form)).access_token);
    },
    introspect: (token) => post('/token/introspection', { token }),
    close: () => {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

/** A person with a browser that goes where it is sent: signs in, consents, and comes back to the client. */
export class Person {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly name: string) {}

  /** Visits a page; gives what the client is told in the end. */
  async visit(url: URL): Promise<URLSearchParams> {
    let response = await this.go(url);
    for (let step = 0; step < 20; step += 1) {
      const location = response.headers.get('location');
      if (location !== null) {
        const next = new URL(location, response.url || url);
        if (next.href.startsWith(REDIRECT)) return next.searchParams;
        response = await this.go(next);
        continue;
      }
      const page = await response.text();
      const [, action] = page.match(/<form[^>]* action="([^"]+)"/) ?? [];
      const [, prompt] = page.match(/name="prompt" value="(\w+)"/) ?? [];
      if (action === undefined || prompt === undefined) throw new Error(`${response.status}: ${page}`);
      const form: Record<string, string> = { prompt };
      if (prompt === 'login') Object.assign(form, { login: this.name, password: 'any' });
      response = await this.go(new URL(action, url), new URLSearchParams(form));
    }
    throw new Error('sent around in circles');
  }

  private async go(url: URL, form?: URLSearchParams): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = form === undefined ? {} : { method: 'POST', body: form };
    const response = await fetch(url, { ...sent, headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      if (value.join('=') === '') this.cookies.delete(name);
      else this.cookies.set(name, value.join('='));
    }
    return response;
  }
}
