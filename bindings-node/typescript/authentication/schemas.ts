// The schemas of what OAuth exchanges, under the names code written for the official SDK imports.

import { pageText } from '../arguments/spec_schemas/oauth_definitions.js';
import { specTypeSchemas, type WireSchema } from '../arguments/spec_schemas/spec_schemas.js';
import { DefinitionSchema, type SafeParseResult } from '../arguments/spec_schemas/wire_schema.js';

export const OAuthClientInformationFullSchema = specTypeSchemas.OAuthClientInformationFull;
export const OAuthClientInformationSchema = specTypeSchemas.OAuthClientInformation;
export const OAuthClientMetadataSchema = specTypeSchemas.OAuthClientMetadata;
export const OAuthClientRegistrationErrorSchema = specTypeSchemas.OAuthClientRegistrationError;
export const OAuthErrorResponseSchema = specTypeSchemas.OAuthErrorResponse;
export const OAuthMetadataSchema = specTypeSchemas.OAuthMetadata;
export const OAuthProtectedResourceMetadataSchema = specTypeSchemas.OAuthProtectedResourceMetadata;
export const OAuthTokenRevocationRequestSchema = specTypeSchemas.OAuthTokenRevocationRequest;
export const OAuthTokensSchema = specTypeSchemas.OAuthTokens;
export const OpenIdProviderDiscoveryMetadataSchema = specTypeSchemas.OpenIdProviderDiscoveryMetadata;
export const OpenIdProviderMetadataSchema = specTypeSchemas.OpenIdProviderMetadata;

/** A URL that does nothing by itself: no `javascript:`, `data:` or `vbscript:`. */
export const SafeUrlSchema: WireSchema<string> = new DefinitionSchema('URL', pageText);

/** The same, or nothing; an empty text is nothing. */
export const OptionalSafeUrlSchema: WireSchema<string | undefined> = new (class extends DefinitionSchema<
  string | undefined
> {
  override safeParse(given: unknown): SafeParseResult<string | undefined> {
    return given === undefined || given === '' ? { success: true, data: undefined } : super.safeParse(given);
  }
})('URL', pageText);
