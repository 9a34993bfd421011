// Who is there and what they can do: the handshake up to 2025-11-25, `server/discover` from 2026-07-28 on.

import type {
  BaseMetadata,
  CacheableResult,
  Icons,
  NotificationParams,
  RequestParams,
  Result,
} from './base.js';

/** Names a program that speaks MCP. */
export type Implementation = BaseMetadata &
  Icons & {
    version: string;
    websiteUrl?: string;
    description?: string;
  };

/** What a client can be asked for. */
export type ClientCapabilities = {
  experimental?: { [name: string]: object };
  /** Extensions by identifier, with their settings. */
  extensions?: { [identifier: string]: object };
  sampling?: { context?: object; tools?: object };
  elicitation?: { form?: object; url?: object };
  roots?: { listChanged?: boolean };
  /** Only 2025-11-25. */
  tasks?: {
    list?: object;
    cancel?: object;
    requests?: { sampling?: { createMessage?: object }; elicitation?: { create?: object } };
  };
};

/** What a server can be asked for. */
export type ServerCapabilities = {
  experimental?: { [name: string]: object };
  /** Extensions by identifier, with their settings. */
  extensions?: { [identifier: string]: object };
  logging?: object;
  completions?: object;
  prompts?: { listChanged?: boolean };
  resources?: { subscribe?: boolean; listChanged?: boolean };
  tools?: { listChanged?: boolean };
  /** Only 2025-11-25. */
  tasks?: { list?: object; cancel?: object; requests?: { tools?: { call?: object } } };
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
  instructions?: string;
};

/** The client has read the `InitializeResult`. */
export type InitializedNotification = { method: 'notifications/initialized'; params?: NotificationParams };

/** Asks whether the peer is there (up to 2025-11-25). */
export type PingRequest = { method: 'ping'; params?: RequestParams };

/** Asks what a server is (2026-07-28). */
export type DiscoverRequest = { method: 'server/discover'; params?: RequestParams };

export type DiscoverResult = CacheableResult & {
  supportedVersions: string[];
  capabilities: ServerCapabilities;
  /** How to use the server, for the model. */
  instructions?: string;
};
