// The JSON Schemas of what OAuth 2.1 and OpenID Connect exchange, by the names of their types.

import type { Fill } from './wire_schema.js';

const TEXT = { type: 'string' };
const TEXTS = { type: 'array', items: TEXT };
const NUMBER = { type: 'number' };
const FLAG = { type: 'boolean' };
const ANY = {};
const URI = { type: 'string', format: 'uri', pattern: '^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+$' };

/** A scheme in letters of either case. */
const scheme = (name: string): string => [...name].map((c) => `[${c}${c.toUpperCase()}]`).join('');

/** A URL that may be opened: one that does nothing by itself. */
const PAGE = {
  ...URI,
  not: { pattern: `^(${['javascript', 'data', 'vbscript'].map(scheme).join('|')}):` },
};
const PAGES = { type: 'array', items: PAGE };

type Members = Readonly<Record<string, object>>;

const object = (required: Members, optional: Members): string =>
  JSON.stringify({
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
  });

const CLIENT: [Members, Members] = [
  { redirect_uris: PAGES },
  {
    token_endpoint_auth_method: TEXT,
    grant_types: TEXTS,
    response_types: TEXTS,
    application_type: TEXT,
    client_name: TEXT,
    client_uri: PAGE,
    logo_uri: PAGE,
    scope: TEXT,
    contacts: TEXTS,
    tos_uri: PAGE,
    policy_uri: TEXT,
    jwks_uri: PAGE,
    jwks: ANY,
    software_id: TEXT,
    software_version: TEXT,
    software_statement: TEXT,
  },
];

const REGISTERED: [Members, Members] = [
  { client_id: TEXT },
  { client_secret: TEXT, client_id_issued_at: NUMBER, client_secret_expires_at: NUMBER, issuer: TEXT },
];

const PROVIDER: [Members, Members] = [
  {
    issuer: TEXT,
    authorization_endpoint: PAGE,
    token_endpoint: PAGE,
    jwks_uri: PAGE,
    response_types_supported: TEXTS,
    subject_types_supported: TEXTS,
    id_token_signing_alg_values_supported: TEXTS,
  },
  {
    userinfo_endpoint: PAGE,
    registration_endpoint: PAGE,
    scopes_supported: TEXTS,
    response_modes_supported: TEXTS,
    grant_types_supported: TEXTS,
    acr_values_supported: TEXTS,
    id_token_encryption_alg_values_supported: TEXTS,
    id_token_encryption_enc_values_supported: TEXTS,
    userinfo_signing_alg_values_supported: TEXTS,
    userinfo_encryption_alg_values_supported: TEXTS,
    userinfo_encryption_enc_values_supported: TEXTS,
    request_object_signing_alg_values_supported: TEXTS,
    request_object_encryption_alg_values_supported: TEXTS,
    request_object_encryption_enc_values_supported: TEXTS,
    token_endpoint_auth_methods_supported: TEXTS,
    token_endpoint_auth_signing_alg_values_supported: TEXTS,
    display_values_supported: TEXTS,
    claim_types_supported: TEXTS,
    claims_supported: TEXTS,
    service_documentation: TEXT,
    claims_locales_supported: TEXTS,
    ui_locales_supported: TEXTS,
    claims_parameter_supported: FLAG,
    request_parameter_supported: FLAG,
    request_uri_parameter_supported: FLAG,
    require_request_uri_registration: FLAG,
    op_policy_uri: PAGE,
    op_tos_uri: PAGE,
    client_id_metadata_document_supported: FLAG,
    authorization_response_iss_parameter_supported: FLAG,
  },
];

/** JSON Schema texts by definition. */
export const oauthDefinitions: Readonly<Record<string, string>> = {
  IdJagTokenExchangeResponse: object(
    {
      issued_token_type: { type: 'string', const: 'urn:ietf:params:oauth:token-type:id-jag' },
      access_token: TEXT,
    },
    { token_type: TEXT, expires_in: NUMBER, scope: TEXT },
  ),
  OAuthClientInformation: object(...REGISTERED),
  OAuthClientInformationFull: object({ ...CLIENT[0], ...REGISTERED[0] }, { ...CLIENT[1], ...REGISTERED[1] }),
  OAuthClientMetadata: object(...CLIENT),
  OAuthClientRegistrationError: object({ error: TEXT }, { error_description: TEXT }),
  OAuthErrorResponse: object({ error: TEXT }, { error_description: TEXT, error_uri: TEXT }),
  OAuthMetadata: object(
    {
      issuer: TEXT,
      authorization_endpoint: PAGE,
      token_endpoint: PAGE,
      response_types_supported: TEXTS,
    },
    {
      registration_endpoint: PAGE,
      scopes_supported: TEXTS,
      response_modes_supported: TEXTS,
      grant_types_supported: TEXTS,
      token_endpoint_auth_methods_supported: TEXTS,
      token_endpoint_auth_signing_alg_values_supported: TEXTS,
      service_documentation: PAGE,
      revocation_endpoint: PAGE,
      revocation_endpoint_auth_methods_supported: TEXTS,
      revocation_endpoint_auth_signing_alg_values_supported: TEXTS,
      introspection_endpoint: TEXT,
      introspection_endpoint_auth_methods_supported: TEXTS,
      introspection_endpoint_auth_signing_alg_values_supported: TEXTS,
      code_challenge_methods_supported: TEXTS,
      client_id_metadata_document_supported: FLAG,
      authorization_response_iss_parameter_supported: FLAG,
      dpop_signing_alg_values_supported: TEXTS,
    },
  ),
  OAuthProtectedResourceMetadata: object(
    { resource: URI },
    {
      authorization_servers: PAGES,
      jwks_uri: URI,
      scopes_supported: TEXTS,
      bearer_methods_supported: TEXTS,
      resource_signing_alg_values_supported: TEXTS,
      resource_name: TEXT,
      resource_documentation: TEXT,
      resource_policy_uri: URI,
      resource_tos_uri: URI,
      tls_client_certificate_bound_access_tokens: FLAG,
      authorization_details_types_supported: TEXTS,
      dpop_signing_alg_values_supported: TEXTS,
      dpop_bound_access_tokens_required: FLAG,
    },
  ),
  OAuthTokenRevocationRequest: object({ token: TEXT }, { token_type_hint: TEXT }),
  OAuthTokens: object(
    { access_token: TEXT, token_type: TEXT },
    { id_token: TEXT, expires_in: NUMBER, scope: TEXT, refresh_token: TEXT, issuer: TEXT },
  ),
  OpenIdProviderDiscoveryMetadata: object(PROVIDER[0], {
    ...PROVIDER[1],
    code_challenge_methods_supported: TEXTS,
  }),
  OpenIdProviderMetadata: object(...PROVIDER),
};

/** Of URLs alone, for those who want no more of them. */
export const pageText: string = JSON.stringify(PAGE);

/** A copy without the members that `isWrong` says are of no use. */
const without =
  (isWrong: (name: string, value: unknown) => boolean): Fill =>
  (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value);
    if (!members.some(([name, member]) => isWrong(name, member))) return value;
    return Object.fromEntries(members.filter(([name, member]) => !isWrong(name, member)));
  };

const isOf = (type: string, named: string) => (name: string, value: unknown) =>
  name === named && value !== undefined && typeof value !== type;

/** An empty URL is none. */
const isEmpty = (name: string, value: unknown): boolean =>
  (name === 'logo_uri' || name === 'tos_uri') && value === '';
const withoutIssuer = without(isOf('string', 'issuer'));
const withoutFlag = without(isOf('boolean', 'authorization_response_iss_parameter_supported'));

/** Servers write the lifetime of tokens as text, too. */
const withNumber: Fill = (value) => {
  const given = withoutIssuer(value) as { expires_in?: unknown };
  if (typeof given?.expires_in !== 'string') return given;
  const seconds = Number(given.expires_in);
  return Number.isFinite(seconds) ? { ...given, expires_in: seconds } : given;
};

/** What is forgiven in what others send, by definition. */
export const fillings: Readonly<Record<string, Fill>> = {
  OAuthClientInformation: withoutIssuer,
  OAuthClientInformationFull: (value) => withoutIssuer(without(isEmpty)(value)),
  OAuthClientMetadata: without(isEmpty),
  OAuthMetadata: withoutFlag,
  OAuthTokens: withNumber,
  OpenIdProviderDiscoveryMetadata: withoutFlag,
  OpenIdProviderMetadata: withoutFlag,
};
