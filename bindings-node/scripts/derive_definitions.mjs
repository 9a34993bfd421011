// Derives typescript/arguments/spec_schemas/definitions.ts from the JSON Schemas that the specification publishes
// (github.com/modelcontextprotocol/modelcontextprotocol, schema/<version>/schema.json, under that repository's licence):
//
//   node bindings-node/scripts/derive_definitions.mjs 2025-11-25.json 2026-07-28.json
//
// What is derived are facts about shapes: names, types, what is required. Prose is left out.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [legacy, modern] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')).$defs);

/** Methods that are served, or told, with the definition of each. */
const clientRequests = [
  ...['Initialize', 'Ping', 'Discover', 'ListTools', 'CallTool', 'ListResources', 'ListResourceTemplates'],
  ...['ReadResource', 'Subscribe', 'Unsubscribe', 'ListPrompts', 'GetPrompt', 'Complete', 'SetLevel'],
  'SubscriptionsListen',
].map((name) => `${name}Request`);
const clientNotifications = ['Initialized', 'Cancelled', 'Progress'].map((name) => `${name}Notification`);
const serverNotifications = [
  ...[
    'Cancelled',
    'Progress',
    'LoggingMessage',
    'ToolListChanged',
    'PromptListChanged',
    'ResourceListChanged',
  ],
  ...['ResourceUpdated', 'SubscriptionsAcknowledged'],
].map((name) => `${name}Notification`);

const wanted = [
  ...clientRequests,
  ...clientNotifications,
  ...serverNotifications,
  ...[
    'Initialize',
    'Discover',
    'ListTools',
    'CallTool',
    'ListResources',
    'ListResourceTemplates',
    'ReadResource',
  ]
    .concat([
      'ListPrompts',
      'GetPrompt',
      'Complete',
      'SubscriptionsListen',
      'Empty',
      'Paginated',
      'Cacheable',
    ])
    .map((name) => `${name}Result`),
  ...[
    'Annotations',
    'AudioContent',
    'BaseMetadata',
    'BlobResourceContents',
    'ClientCapabilities',
    'ContentBlock',
  ],
  ...['Cursor', 'EmbeddedResource', 'Icon', 'Icons', 'ImageContent', 'Implementation', 'LoggingLevel'],
  ...[
    'Notification',
    'NotificationParams',
    'PaginatedRequest',
    'PaginatedRequestParams',
    'ProgressToken',
    'Prompt',
  ],
  ...[
    'PromptArgument',
    'PromptMessage',
    'PromptReference',
    'Request',
    'RequestId',
    'RequestParams',
    'Resource',
  ],
  ...[
    'ResourceContents',
    'ResourceLink',
    'ResourceRequestParams',
    'ResourceTemplate',
    'ResourceTemplateReference',
  ],
  ...['Result', 'ResultMetaObject', 'Role', 'ServerCapabilities', 'SubscriptionFilter', 'TextContent'],
  ...['TextResourceContents', 'Tool', 'ToolAnnotations', 'ToolExecution'],
];

/** Without prose, and without keywords that admit everything. */
function bare(schema) {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => {
    if (key === 'description') return typeof value !== 'string';
    const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    if (key === 'additionalProperties') return !(value === true || empty);
    return !(key === 'properties' && empty);
  });
  return Object.fromEntries(entries.map(([key, value]) => [key, bare(value)]));
}

const definitions = { ...bare(modern), ...bare(legacy) };
const newer = bare(modern);

for (const [name, definition] of Object.entries(definitions)) {
  const without = (keys) => {
    for (const key of keys) delete definition.properties?.[key];
    definition.required = definition.required?.filter((key) => !keys.includes(key));
    if (definition.required?.length === 0) delete definition.required;
  };
  // The envelope is not the author's business.
  if (/^(?!JSONRPC).*(Request|Notification)$/.test(name)) without(['jsonrpc', 'id']);
  // Members that the server writes into results for 2026-07-28 may be there in any version, and need not be.
  for (const key of ['resultType', 'ttlMs', 'cacheScope']) {
    const member = newer[name]?.properties?.[key];
    if (!member) continue;
    without([key]);
    definition.properties[key] = member;
  }
}
// What became wider: any JSON Schema, and for what comes out any root.
const { inputSchema, outputSchema } = definitions.Tool.properties;
for (const schema of [inputSchema, outputSchema]) {
  schema.properties.properties.additionalProperties = { type: ['object', 'boolean'] };
}
outputSchema.properties.type = { type: ['string', 'array'], items: { type: 'string' } };
delete outputSchema.required;
delete definitions.CallToolResult.properties.structuredContent;
for (const side of ['ClientCapabilities', 'ServerCapabilities']) {
  definitions[side].properties.extensions = definitions[side].properties.experimental;
}
// What was always meant.
definitions.CompleteResult.properties.completion = newer.CompleteResult.properties.completion;

// Names that only SDKs have, and unions of what is served here.
const reference = (name) => ({ $ref: `#/$defs/${name}` });
const anyOf = (names) => ({ anyOf: names.map(reference) });
const { progressToken, ...progress } = definitions.ProgressNotificationParams.properties;
delete progress._meta;
Object.assign(definitions, {
  ClientNotification: anyOf(clientNotifications),
  ClientRequest: anyOf(clientRequests),
  ClientResult: reference('EmptyResult'),
  CompatibilityCallToolResult: {
    anyOf: [reference('CallToolResult'), { type: 'object', required: ['toolResult'] }],
  },
  Progress: { type: 'object', properties: progress, required: ['progress'] },
  RequestMeta: { type: 'object', properties: { progressToken } },
  ServerNotification: anyOf(serverNotifications),
  ServerRequest: reference('PingRequest'),
  ServerResult: reference('Result'),
  SubscriptionsListenResultMeta: reference('SubscriptionsListenResultMetaObject'),
});
wanted.push('ClientNotification', 'ClientRequest', 'ClientResult', 'CompatibilityCallToolResult', 'Progress');
wanted.push(
  'RequestMeta',
  'ServerNotification',
  'ServerRequest',
  'ServerResult',
  'SubscriptionsListenResultMeta',
);

// Envelopes have no members but their own.
const envelope = (required, properties) => ({
  type: 'object',
  properties: { jsonrpc: { const: '2.0' }, ...properties },
  required: ['jsonrpc', ...required],
  additionalProperties: false,
});
const { id, error } = definitions.JSONRPCErrorResponse.properties;
const method = { type: 'string' };
Object.assign(definitions, {
  JSONRPCRequest: envelope(['id', 'method'], { id, method, params: reference('RequestParams') }),
  JSONRPCNotification: envelope(['method'], { method, params: reference('NotificationParams') }),
  JSONRPCResultResponse: envelope(['id', 'result'], { id, result: reference('Result') }),
  JSONRPCErrorResponse: envelope(['error'], { id, error }),
});
const envelopes = ['JSONRPCRequest', 'JSONRPCNotification', 'JSONRPCResultResponse', 'JSONRPCErrorResponse'];
definitions.JSONRPCMessage = anyOf(envelopes);
definitions.JSONRPCResponse = anyOf(envelopes.slice(2));
wanted.push(...envelopes, 'JSONRPCMessage', 'JSONRPCResponse');

const reached = new Set();
for (const queue = [...wanted]; queue.length > 0; ) {
  const name = queue.pop();
  if (reached.has(name)) continue;
  if (!definitions[name]) throw new Error(`no definition of ${name}`);
  reached.add(name);
  for (const [, next] of JSON.stringify(definitions[name]).matchAll(/#\/\$defs\/(\w+)/g)) queue.push(next);
}

const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const lines = [...reached].sort().map((name) => {
  const text = quoted(JSON.stringify(definitions[name]));
  const line = `  ${name}: ${text},`;
  return line.length > 110 ? `  ${name}:\n    ${text},` : line;
});
writeFileSync(
  join(here, '..', 'typescript', 'arguments', 'spec_schemas', 'definitions.ts'),
  `// Derived from the JSON Schemas of the specification, 2025-11-25 and 2026-07-28, by scripts/derive_definitions.mjs.

/** JSON Schema texts by definition. They refer to each other as \`#/$defs/<name>\`. */
export const definitions: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`,
);
