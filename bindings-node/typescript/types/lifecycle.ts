// Who is there and what they can do: the handshake up to 2025-11-25, `server/discover` from 2026-07-28 on.

import type {
  CacheableResult,
  Implementation,
  NotificationParams,
  RequestMeta,
  RequestParams,
  Result,
} from './base.js';
import type {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from './constants.js';
import type { LoggingLevel } from './notifications.js';

/** What a client can be asked for. */
export type ClientCapabilities = {
  experimental?: { [name: string]: object } | undefined;
  /** Extensions by identifier, with their settings. */
  extensions?: { [identifier: string]: object } | undefined;
  sampling?: { context?: object | undefined; tools?: object | undefined } | undefined;
  elicitation?: { form?: object | undefined; url?: object | undefined } | undefined;
  roots?: { listChanged?: boolean | undefined } | undefined;
  /** Only 2025-11-25. */
  tasks?:
    | {
        list?: object | undefined;
        cancel?: object | undefined;
        requests?:
          | {
              sampling?: { createMessage?: object | undefined } | undefined;
              elicitation?: { create?: object | undefined } | undefined;
            }
          | undefined;
      }
    | undefined;
};

/** What a server can be asked for. */
export type ServerCapabilities = {
  experimental?: { [name: string]: object } | undefined;
  /** Extensions by identifier, with their settings. */
  extensions?: { [identifier: string]: object } | undefined;
  logging?: object | undefined;
  completions?: object | undefined;
  prompts?: { listChanged?: boolean | undefined } | undefined;
  resources?: { subscribe?: boolean | undefined; listChanged?: boolean | undefined } | undefined;
  tools?: { listChanged?: boolean | undefined } | undefined;
  /** Only 2025-11-25. */
  tasks?:
    | {
        list?: object | undefined;
        cancel?: object | undefined;
        requests?: { tools?: { call?: object | undefined } | undefined } | undefined;
      }
    | undefined;
};

/** The `_meta` of a request of 2026-07-28, which carries what a session used to remember. */
export type RequestMetaObject = RequestMeta & {
  [PROTOCOL_VERSION_META_KEY]: string;
  [CLIENT_CAPABILITIES_META_KEY]: ClientCapabilities;
  [CLIENT_INFO_META_KEY]?: Implementation | undefined;
  [LOG_LEVEL_META_KEY]?: LoggingLevel | undefined;
};

export type InitializeRequestParams = RequestParams & {
  /** The newest version the client speaks. */
  protocolVersion: string;
  capabilities: ClientCapabilities;
  clientInfo: Implementation;
};
/** Begins a session (up to 2025-11-25). */
export type InitializeRequest = { method: 'initialize'; params: InitializeRequestParams };

export type InitializeResult = Result & {
  /** The version both will speak. */
  protocolVersion: string;
  capabilities: ServerCapabilities;
  serverInfo: Implementation;
  /** How to use the server, for the model. */
  instructions?: string | undefined;
};

/** The client has read the `InitializeResult`. */
export type InitializedNotification = {
  method: 'notifications/initialized';
  params?: NotificationParams | undefined;
};

/** Asks whether the peer is there (up to 2025-11-25). */
export type PingRequest = { method: 'ping'; params?: RequestParams | undefined };

/** Asks what a server is (2026-07-28). */
export type DiscoverRequest = { method: 'server/discover'; params?: RequestParams | undefined };

export type DiscoverResult = CacheableResult & {
  supportedVersions: string[];
  capabilities: ServerCapabilities;
  /** How to use the server, for the model. */
  instructions?: string | undefined;
};

export type ClientTasksCapability = NonNullable<ClientCapabilities['tasks']>;
export type ServerTasksCapability = NonNullable<ServerCapabilities['tasks']>;
