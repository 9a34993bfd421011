// The objects of OAuth 2.1 and OpenID Connect, as far as servers and clients of the protocol exchange them.

/** What a resource says of itself (RFC 9728). */
export interface OAuthProtectedResourceMetadata {
  resource: string;
  authorization_servers?: string[] | undefined;
  jwks_uri?: string | undefined;
  scopes_supported?: string[] | undefined;
  bearer_methods_supported?: string[] | undefined;
  resource_signing_alg_values_supported?: string[] | undefined;
  resource_name?: string | undefined;
  resource_documentation?: string | undefined;
  resource_policy_uri?: string | undefined;
  resource_tos_uri?: string | undefined;
  tls_client_certificate_bound_access_tokens?: boolean | undefined;
  authorization_details_types_supported?: string[] | undefined;
  dpop_signing_alg_values_supported?: string[] | undefined;
  dpop_bound_access_tokens_required?: boolean | undefined;
  [member: string]: unknown;
}

/** What an authorization server says of itself (RFC 8414). */
export interface OAuthMetadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  registration_endpoint?: string | undefined;
  scopes_supported?: string[] | undefined;
  response_types_supported: string[];
  response_modes_supported?: string[] | undefined;
  grant_types_supported?: string[] | undefined;
  token_endpoint_auth_methods_supported?: string[] | undefined;
  token_endpoint_auth_signing_alg_values_supported?: string[] | undefined;
  service_documentation?: string | undefined;
  revocation_endpoint?: string | undefined;
  revocation_endpoint_auth_methods_supported?: string[] | undefined;
  revocation_endpoint_auth_signing_alg_values_supported?: string[] | undefined;
  introspection_endpoint?: string | undefined;
  introspection_endpoint_auth_methods_supported?: string[] | undefined;
  introspection_endpoint_auth_signing_alg_values_supported?: string[] | undefined;
  code_challenge_methods_supported?: string[] | undefined;
  client_id_metadata_document_supported?: boolean | undefined;
  authorization_response_iss_parameter_supported?: boolean | undefined;
  dpop_signing_alg_values_supported?: string[] | undefined;
  [member: string]: unknown;
}

/** What a provider of OpenID Connect says of itself (Discovery 1.0). */
export interface OpenIdProviderMetadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  userinfo_endpoint?: string | undefined;
  jwks_uri: string;
  registration_endpoint?: string | undefined;
  scopes_supported?: string[] | undefined;
  response_types_supported: string[];
  response_modes_supported?: string[] | undefined;
  grant_types_supported?: string[] | undefined;
  acr_values_supported?: string[] | undefined;
  subject_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
  id_token_encryption_alg_values_supported?: string[] | undefined;
  id_token_encryption_enc_values_supported?: string[] | undefined;
  userinfo_signing_alg_values_supported?: string[] | undefined;
  userinfo_encryption_alg_values_supported?: string[] | undefined;
  userinfo_encryption_enc_values_supported?: string[] | undefined;
  request_object_signing_alg_values_supported?: string[] | undefined;
  request_object_encryption_alg_values_supported?: string[] | undefined;
  request_object_encryption_enc_values_supported?: string[] | undefined;
  token_endpoint_auth_methods_supported?: string[] | undefined;
  token_endpoint_auth_signing_alg_values_supported?: string[] | undefined;
  display_values_supported?: string[] | undefined;
  claim_types_supported?: string[] | undefined;
  claims_supported?: string[] | undefined;
  service_documentation?: string | undefined;
  claims_locales_supported?: string[] | undefined;
  ui_locales_supported?: string[] | undefined;
  claims_parameter_supported?: boolean | undefined;
  request_parameter_supported?: boolean | undefined;
  request_uri_parameter_supported?: boolean | undefined;
  require_request_uri_registration?: boolean | undefined;
  op_policy_uri?: string | undefined;
  op_tos_uri?: string | undefined;
  client_id_metadata_document_supported?: boolean | undefined;
  authorization_response_iss_parameter_supported?: boolean | undefined;
  [member: string]: unknown;
}

/** The same, of a provider that says what of OAuth clients look for, too. */
export interface OpenIdProviderDiscoveryMetadata extends OpenIdProviderMetadata {
  code_challenge_methods_supported?: string[] | undefined;
}

export type AuthorizationServerMetadata = OAuthMetadata | OpenIdProviderDiscoveryMetadata;

/** What a token endpoint answers. */
export interface OAuthTokens {
  access_token: string;
  id_token?: string | undefined;
  token_type: string;
  expires_in?: number | undefined;
  scope?: string | undefined;
  refresh_token?: string | undefined;
  issuer?: string | undefined;
}

/** The same, as a client keeps it, with who issued it. */
export type StoredOAuthTokens = OAuthTokens & { issuer?: string | undefined };

/** An error of OAuth (RFC 6749, 5.2). */
export interface OAuthErrorResponse {
  error: string;
  error_description?: string | undefined;
  error_uri?: string | undefined;
}

/** What is issued in exchange for the assertion of an identity (RFC 8693, 2.2.1). */
export interface IdJagTokenExchangeResponse {
  issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag';
  access_token: string;
  token_type?: string | undefined;
  expires_in?: number | undefined;
  scope?: string | undefined;
}

/** What a client says of itself when it registers (RFC 7591). */
export interface OAuthClientMetadata {
  redirect_uris: string[];
  token_endpoint_auth_method?: string | undefined;
  grant_types?: string[] | undefined;
  response_types?: string[] | undefined;
  application_type?: string | undefined;
  client_name?: string | undefined;
  client_uri?: string | undefined;
  logo_uri?: string | undefined;
  scope?: string | undefined;
  contacts?: string[] | undefined;
  tos_uri?: string | undefined;
  policy_uri?: string | undefined;
  jwks_uri?: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a key set, whatever it holds
  jwks?: any;
  software_id?: string | undefined;
  software_version?: string | undefined;
  software_statement?: string | undefined;
}

/** What a client is known by. */
export interface OAuthClientInformation {
  client_id: string;
  client_secret?: string | undefined;
  client_id_issued_at?: number | undefined;
  client_secret_expires_at?: number | undefined;
  issuer?: string | undefined;
}

export type OAuthClientInformationFull = OAuthClientMetadata & OAuthClientInformation;
export type OAuthClientInformationMixed = OAuthClientInformation | OAuthClientInformationFull;
export type StoredOAuthClientInformation = OAuthClientInformationMixed & { issuer?: string | undefined };

/** Why a client is not registered. */
export interface OAuthClientRegistrationError {
  error: string;
  error_description?: string | undefined;
}

/** What is asked of a revocation endpoint (RFC 7009). */
export interface OAuthTokenRevocationRequest {
  token: string;
  token_type_hint?: string | undefined;
}
