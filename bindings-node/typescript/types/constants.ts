// What the protocol fixes by value: its versions, reserved keys and the error codes of JSON-RPC.

/** The newest protocol version spoken here. It has no handshake: every request says it. */
export const MODERN_PROTOCOL_VERSION = '2026-07-28';

/** The newest protocol version that `initialize` can agree on: what code that answers or sends one writes into it. */
export const LATEST_PROTOCOL_VERSION = '2025-11-25';

/** What an HTTP client speaks that shook hands without naming a version afterwards (HDR rules of 2025-03-26). */
export const DEFAULT_NEGOTIATED_PROTOCOL_VERSION = '2025-03-26';

/** Every protocol version that `initialize` can agree on, newest first. */
export const SUPPORTED_PROTOCOL_VERSIONS: string[] = [
  LATEST_PROTOCOL_VERSION,
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
];

/** The `jsonrpc` member of every message. */
export const JSONRPC_VERSION = '2.0';

/** JSON-RPC: the text is not JSON. */
export const PARSE_ERROR = -32700;
/** JSON-RPC: not a message the peer may send. */
export const INVALID_REQUEST = -32600;
/** JSON-RPC: nobody answers this method. */
export const METHOD_NOT_FOUND = -32601;
/** JSON-RPC: the params do not fit the method, or name something unknown. */
export const INVALID_PARAMS = -32602;
/** JSON-RPC: the receiver failed. */
export const INTERNAL_ERROR = -32603;

/** Key in a request's `_meta`: the protocol version of this request (2026-07-28). */
export const PROTOCOL_VERSION_META_KEY = 'io.modelcontextprotocol/protocolVersion';
/** Key in a request's `_meta`: who asks (2026-07-28). */
export const CLIENT_INFO_META_KEY = 'io.modelcontextprotocol/clientInfo';
/** Key in a request's `_meta`: what the client can do (2026-07-28). */
export const CLIENT_CAPABILITIES_META_KEY = 'io.modelcontextprotocol/clientCapabilities';
/** Key in a request's `_meta`: the least severe log message the client wants (2026-07-28). */
export const LOG_LEVEL_META_KEY = 'io.modelcontextprotocol/logLevel';
/** Key in a result's `_meta`: who answers (2026-07-28). */
export const SERVER_INFO_META_KEY = 'io.modelcontextprotocol/serverInfo';
/** Key in a notification's `_meta`: the subscription it belongs to (2026-07-28). */
export const SUBSCRIPTION_ID_META_KEY = 'io.modelcontextprotocol/subscriptionId';

/** Key in a `_meta`: the task that a message belongs to (2025-11-25). */
export const RELATED_TASK_META_KEY = 'io.modelcontextprotocol/related-task';

/** Key in a `_meta`: W3C Trace Context, as the HTTP header of the name says it. */
export const TRACEPARENT_META_KEY = 'traceparent';
/** Key in a `_meta`: W3C Trace Context, what tracing systems add. */
export const TRACESTATE_META_KEY = 'tracestate';
/** Key in a `_meta`: W3C Baggage. */
export const BAGGAGE_META_KEY = 'baggage';
