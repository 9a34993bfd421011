// What a server may ask of people and of their client: input, and the folders it may work in. Up to 2025-11-25 as a request to
// the client, from 2026-07-28 on as a result that says what is missing.

import type { BaseMetadata, MetaObject, NotificationParams, RequestParams, Result } from './base.js';
import type { CreateMessageRequest, CreateMessageResult, CreateMessageResultWithTools } from './sampling.js';
import type { TaskAugmentedRequestParams } from './tasks.js';

// The fields of a form

type Described = { title?: string | undefined; description?: string | undefined };

export type StringSchema = Described & {
  type: 'string';
  minLength?: number | undefined;
  maxLength?: number | undefined;
  format?: 'date' | 'date-time' | 'email' | 'uri' | undefined;
  default?: string | undefined;
};
export type NumberSchema = Described & {
  type: 'number' | 'integer';
  minimum?: number | undefined;
  maximum?: number | undefined;
  default?: number | undefined;
};
export type BooleanSchema = Described & { type: 'boolean'; default?: boolean | undefined };

type Titled = { const: string; title: string };
type ManyOf = { type: 'array'; minItems?: number | undefined; maxItems?: number | undefined };

export type UntitledSingleSelectEnumSchema = Described & {
  type: 'string';
  enum: string[];
  default?: string | undefined;
};
export type TitledSingleSelectEnumSchema = Described & {
  type: 'string';
  oneOf: Titled[];
  default?: string | undefined;
};
export type UntitledMultiSelectEnumSchema = Described &
  ManyOf & { items: { type: 'string'; enum: string[] }; default?: string[] | undefined };
export type TitledMultiSelectEnumSchema = Described &
  ManyOf & { items: { anyOf: Titled[] }; default?: string[] | undefined };
/** @deprecated Use `TitledSingleSelectEnumSchema`. */
export type LegacyTitledEnumSchema = Described & {
  type: 'string';
  enum: string[];
  enumNames?: string[] | undefined;
  default?: string | undefined;
};

/** One of several. */
export type SingleSelectEnumSchema = UntitledSingleSelectEnumSchema | TitledSingleSelectEnumSchema;
/** Some of several. */
export type MultiSelectEnumSchema = UntitledMultiSelectEnumSchema | TitledMultiSelectEnumSchema;
export type EnumSchema = SingleSelectEnumSchema | MultiSelectEnumSchema | LegacyTitledEnumSchema;
/** A field of a form: forms are flat. */
export type PrimitiveSchemaDefinition = StringSchema | NumberSchema | BooleanSchema | EnumSchema;

// Elicitation

/** Asks for a form to be filled in. */
export type ElicitRequestFormParams = TaskAugmentedRequestParams & {
  mode?: 'form' | undefined;
  message: string;
  requestedSchema: {
    $schema?: string | undefined;
    type: 'object';
    properties: { [name: string]: PrimitiveSchemaDefinition };
    required?: string[] | undefined;
  };
};
/** Asks for a page to be visited: what is entered there never passes through the client. */
export type ElicitRequestURLParams = TaskAugmentedRequestParams & {
  mode: 'url';
  message: string;
  elicitationId: string;
  url: string;
};
export type ElicitRequestParams = ElicitRequestFormParams | ElicitRequestURLParams;
/** Asks the people at the client. */
export type ElicitRequest = { method: 'elicitation/create'; params: ElicitRequestParams };

export type ElicitResult = Result & {
  /** `cancel`: neither accepted nor declined. */
  action: 'accept' | 'decline' | 'cancel';
  /** The form, filled in; only when accepted. */
  content?: { [name: string]: string | number | boolean | string[] } | undefined;
};

export type ElicitationCompleteNotificationParams = NotificationParams & { elicitationId: string };
/** What was asked for by a page has been done. */
export type ElicitationCompleteNotification = {
  method: 'notifications/elicitation/complete';
  params: ElicitationCompleteNotificationParams;
};

// Roots

/** A folder or file the server may work in: a `file:` URI. */
export type Root = Partial<Pick<BaseMetadata, 'name'>> & { uri: string; _meta?: MetaObject | undefined };
/** Asks for the roots. */
export type ListRootsRequest = { method: 'roots/list'; params?: RequestParams | undefined };
export type ListRootsResult = Result & { roots: Root[] };
/** The roots changed. */
export type RootsListChangedNotification = {
  method: 'notifications/roots/list_changed';
  params?: NotificationParams | undefined;
};

// Input that a result asks for (2026-07-28)

export type InputRequest = CreateMessageRequest | ListRootsRequest | ElicitRequest;
/** What is asked, each under a name of the server's. */
export type InputRequests = { [name: string]: InputRequest };
export type InputResponse =
  | CreateMessageResult
  | CreateMessageResultWithTools
  | ListRootsResult
  | ElicitResult;
/** What was answered, by the same names. */
export type InputResponses = { [name: string]: InputResponse };
/** Not a result yet: ask again with the answers. */
export type InputRequiredResult = Result & {
  resultType: 'input_required';
  inputRequests?: InputRequests | undefined;
  /** Means something to the server only, and comes back with the answers. */
  requestState?: string | undefined;
};
