// The section `authentication` of a server's options, and how its function for tokens is asked.

import type { AuthInfo } from '../engine/call_origin.js';
import { isSameResource, type OAuthTokenVerifier } from './bearer.js';
import { OAuthErrorCode, refusedFor } from './errors.js';

/** Who a token stands for, in other words than `AuthInfo`. One of the first two has to be there. */
export interface TokenHolder {
  /** The user. */
  subject?: string | undefined;
  /** The client that the token was given to. */
  clientId?: string | undefined;
  /** Who issued it. */
  issuer?: string | undefined;
  scopes?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
  /** Seconds since 1970. */
  expiresAt?: number | undefined;
  /** The resource it is for (RFC 8707); another one than the server's own is refused. */
  resource?: URL | string | undefined;
  /** What else is said of it: `authInfo.extra` of the handlers. */
  claims?: Record<string, unknown> | undefined;
}

/** Says who a token stands for; null where it does not know the token. What it throws lets in nobody (503). */
export type VerifyToken = (
  token: string,
) => AuthInfo | TokenHolder | null | undefined | Promise<AuthInfo | TokenHolder | null | undefined>;

/** One issuer of signed tokens. Its keys are said in one way. */
export interface JwtIssuer {
  /** Which product signs: what it does unlike others need not be said. */
  provider?: 'auth0' | 'cognito' | 'descope' | 'entra' | 'keycloak' | 'okta' | 'workos' | undefined;
  /** Who signs, as the claim `iss` has it, letter by letter; with a `provider`, any URL of it. */
  issuer: string;
  /** Whom tokens must be meant for; `resource`, if absent. */
  audience?: string | readonly string[] | undefined;
  /** Where the issuer publishes its keys. Without any of these five, where its metadata say. */
  jwksUrl?: string | undefined;
  /** A key set (RFC 7517): the object, or its text. */
  jwks?: object | string | undefined;
  /** A file with a key set, or a public key as PEM; read again when it changes. */
  jwksFile?: string | undefined;
  /** A public key as PEM. */
  publicKey?: string | undefined;
  /** A secret of at least 32 bytes that signs, too: the text, or where it is. */
  secret?: string | { env: string } | { file: string } | undefined;
  /** Of RS256, ES256, EdDSA, …; all but those with a secret, if absent. */
  algorithms?: readonly string[] | undefined;
  /** How far clocks may differ. Seconds; default 30. */
  leewaySeconds?: number | undefined;
  /** Where the audience stands; `aud`. */
  audienceClaim?: string | undefined;
  /** Where the subject stands; `sub`. */
  subjectClaim?: string | undefined;
  /** Where scopes stand, dots lead into objects; `scope` or `scp`. */
  scopesClaim?: string | readonly string[] | undefined;
  /** Where roles stand; `roles`. */
  rolesClaim?: string | readonly string[] | undefined;
  readonly [option: string]: unknown;
}

/** A server that is asked about tokens which only it can read (RFC 7662). */
export interface Introspection {
  /** Whose it is, where it has a way of its own; it has its own `url`, then. */
  provider?: 'github' | 'google' | undefined;
  /** Where it is asked. */
  url?: string | undefined;
  /** What it calls itself: told to clients, and what its answers must name where they name anybody. */
  issuer?: string | undefined;
  /** What this server is called there. */
  clientId?: string | undefined;
  /** What it proves that with: the text, or where it is. */
  clientSecret?: string | { env: string } | { file: string } | undefined;
  /** Where both are sent: in the header `Authorization` (default) or in the form. */
  clientAuthentication?: 'basic' | 'post' | undefined;
  /** Whom tokens must be meant for; `resource`, if absent. */
  audience?: string | readonly string[] | undefined;
  /** Whether an answer has to say whom a token is meant for; default true. */
  requireAudience?: boolean | undefined;
  /** How far clocks may differ. Seconds; default 30. */
  leewaySeconds?: number | undefined;
  /** Where the subject stands; `sub`, or else `username`, or else `client_id`. */
  subjectClaim?: string | undefined;
  /** Where scopes stand, dots lead into objects; `scope` or `scp`. */
  scopesClaim?: string | readonly string[] | undefined;
  /** Where roles stand; `roles`. */
  rolesClaim?: string | readonly string[] | undefined;
  readonly [option: string]: unknown;
}

/** Some client certificates, and what they grant. */
export interface CertificateRule {
  /** A name in them after its kind, `uri:spiffe://example/*`, `dns:`, `email:`, `cn:`; `*` stands for any text, alone for every one. */
  name: string;
  /** What they grant. */
  scopes?: readonly string[] | undefined;
  /** As what whoever has one acts. */
  roles?: readonly string[] | undefined;
}

/** Tokens that are bound to a key. One that is needs a proof whatever stands here. */
export interface DpopOptions {
  /** Whether a token has to be bound; default false. */
  required?: boolean | undefined;
  /** Whether a proof has to have a number of ours in it; default false. */
  nonce?: boolean | undefined;
  /** How old a proof may be. Seconds; default 60. */
  maxAgeSeconds?: number | undefined;
}

/**
 * Who is let in over HTTP; see docs/authentication.md, whose names may be used as they stand there, too. Nothing is believed that is
 * not named here.
 */
export interface AuthenticationOptions {
  /** The server's URL, as its clients know it: what tokens must be meant for where an issuer has no `audience` of its own (AUTH-1). */
  resource?: string | undefined;
  /** Where clients get tokens, beside the issuers below. */
  authorizationServers?: readonly string[] | undefined;
  /** The scopes there are, for the metadata. */
  scopesSupported?: readonly string[] | undefined;
  /** What every request needs (AUTH-5). */
  requiredScopes?: readonly string[] | undefined;
  /** Which scopes each scope contains (AUTH-9). */
  scopeImplies?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The server's name, for people. */
  resourceName?: string | undefined;
  /** Where developers read about the server. */
  resourceDocumentation?: string | undefined;
  /** Whether handlers may have the token itself (`authInfo.token`). Never hand it on (AUTH-8). */
  keepToken?: boolean | undefined;
  /** Paths beside the endpoint's that are for everybody; `*` at the end for all that begin so. */
  openPaths?: readonly string[] | undefined;
  /** For how long a verified token is believed without another look, at most. Seconds; default 60. */
  cacheSeconds?: number | undefined;
  /** The same for what `verify` said. Seconds; default 0. */
  functionCacheSeconds?: number | undefined;
  /** Issuers of signed tokens. */
  jwt?: JwtIssuer | readonly JwtIssuer[] | undefined;
  /** Servers that are asked about tokens, in this order. */
  introspection?: Introspection | readonly Introspection[] | undefined;
  /** Keys of ours: in a file that `oxmcp keys` edits, or as they would stand there. */
  apiKeys?: { file?: string; keys?: readonly object[]; header?: string } | undefined;
  /** Client certificates that are credentials, where a request has no others. */
  clientCertificates?: CertificateRule | readonly CertificateRule[] | undefined;
  /** What is wanted of tokens that are bound to a key (RFC 9449). */
  dpop?: DpopOptions | undefined;
  /** Says who a token stands for that no issuer above signed: a function, or a verifier as `requireBearerAuth` takes it. */
  verify?: VerifyToken | OAuthTokenVerifier | undefined;
  readonly [option: string]: unknown;
}

/** What takes `{ token }` and says who that is in the engine's words; undefined where `given` cannot be asked. */
export function tokenVerifying(
  given: unknown,
  section: AuthenticationOptions,
): ((asked: unknown) => Promise<object | null>) | undefined {
  const verify = verifierOf(given);
  if (verify === undefined) return undefined;
  return async (asked) => {
    const { token } = asked as { token: string };
    let holder: Awaited<ReturnType<VerifyToken>>;
    try {
      holder = await verify(token);
    } catch (error) {
      if (refusedFor(error).code === OAuthErrorCode.InvalidToken) return null;
      throw error;
    }
    return holder === null || holder === undefined ? null : inWords(holder, section.resource);
  };
}

function verifierOf(given: unknown): VerifyToken | undefined {
  if (typeof given === 'function') return given as VerifyToken;
  const { verifyAccessToken } = Object(given) as Partial<OAuthTokenVerifier>;
  return typeof verifyAccessToken === 'function' ? verifyAccessToken.bind(given) : undefined;
}

/** Who it is, in the engine's words; null where the token is meant for somebody else. */
function inWords(holder: AuthInfo | TokenHolder, resource: string | undefined): object | null {
  const told = holder as TokenHolder & { extra?: Record<string, unknown> };
  const extra = told.extra ?? {};
  const { clientId, resource: meantFor, expiresAt, scopes = [], claims = told.extra } = told;
  if (resource !== undefined && meantFor !== undefined && !isSameResource(meantFor, resource)) return null;
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) {
    throw new TypeError('expiresAt must be a number of seconds since 1970');
  }
  const roles = told.roles ?? extra.roles;
  return {
    subject: named(told.subject, extra.sub, extra.subject),
    client_id: named(clientId),
    issuer: named(told.issuer, extra.iss, extra.issuer),
    scopes,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    expires_at: expiresAt,
    claims,
  };
}

/** The first that names anything. */
function named(...names: unknown[]): string | undefined {
  const found = names.find(
    (name) =>
      (typeof name === 'string' && name !== '') || typeof name === 'number' || typeof name === 'bigint',
  );
  return found === undefined ? undefined : String(found);
}
