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

/** What a client may ask, tell and answer, and a server: by the definition of each. */
const clientRequests = [
  ...['Initialize', 'Ping', 'Discover', 'ListTools', 'CallTool', 'ListResources', 'ListResourceTemplates'],
  ...['ReadResource', 'Subscribe', 'Unsubscribe', 'ListPrompts', 'GetPrompt', 'Complete', 'SetLevel'],
  ...['SubscriptionsListen', 'GetTask', 'GetTaskPayload', 'CancelTask', 'ListTasks'],
].map((name) => `${name}Request`);
const serverRequests = ['Ping', 'CreateMessage', 'Elicit', 'ListRoots', 'GetTask', 'GetTaskPayload']
  .concat(['CancelTask', 'ListTasks'])
  .map((name) => `${name}Request`);
const clientNotifications = ['Initialized', 'Cancelled', 'Progress', 'RootsListChanged', 'TaskStatus'].map(
  (name) => `${name}Notification`,
);
const serverNotifications = [
  ...[
    'Cancelled',
    'Progress',
    'LoggingMessage',
    'ToolListChanged',
    'PromptListChanged',
    'ResourceListChanged',
  ],
  ...['ResourceUpdated', 'SubscriptionsAcknowledged', 'ElicitationComplete', 'TaskStatus'],
].map((name) => `${name}Notification`);

const wanted = [
  ...clientRequests,
  ...serverRequests,
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
      ...['CreateMessage', 'Elicit', 'ListRoots', 'InputRequired'],
      ...['CreateTask', 'GetTask', 'GetTaskPayload', 'CancelTask', 'ListTasks'],
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
  // What a server may ask.
  ...['InputRequest', 'InputRequests', 'InputResponse', 'InputResponses', 'PrimitiveSchemaDefinition'],
  ...['SingleSelectEnumSchema', 'MultiSelectEnumSchema', 'EnumSchema', 'ElicitRequestFormParams'],
  ...['ElicitRequestURLParams', 'ModelPreferences', 'ToolChoice', 'RelatedTaskMetadata'],
  ...['TaskAugmentedRequestParams', 'JSONValue', 'JSONObject', 'JSONArray'],
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
delete definitions.ToolResultContent.properties.structuredContent;
for (const side of ['ClientCapabilities', 'ServerCapabilities']) {
  definitions[side].properties.extensions = definitions[side].properties.experimental;
}
// What was always meant: numbers, and null.
definitions.ElicitResult.properties.content.additionalProperties.anyOf[1].type = [
  'string',
  'number',
  'boolean',
];
definitions.JSONValue.anyOf[2].type = ['string', 'number', 'boolean', 'null'];
definitions.CompleteResult.properties.completion = newer.CompleteResult.properties.completion;

// Names that only SDKs have, and unions of what is served here.
const reference = (name) => ({ $ref: `#/$defs/${name}` });
const anyOf = (names) => ({ anyOf: names.map(reference) });
const { progressToken, ...progress } = definitions.ProgressNotificationParams.properties;
delete progress._meta;
// Both at once, written as one object.
for (const [name, { allOf }] of Object.entries(definitions)) {
  if (!allOf?.every(({ $ref }) => $ref)) continue;
  const parts = allOf.map(({ $ref }) => definitions[$ref.replace('#/$defs/', '')]);
  definitions[name] = {
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required = [] }) => required),
  };
}
Object.assign(definitions.InputRequiredResult, { required: ['resultType'] }).properties.resultType = {
  const: 'input_required',
};
// The blocks of a sampled message, named once.
for (const name of ['SamplingMessage', 'CreateMessageResult']) {
  const blocks = reference('SamplingMessageContentBlock');
  definitions[name].properties.content = { anyOf: [blocks, { items: blocks, type: 'array' }] };
}
const sampled = definitions.CreateMessageResult;
definitions.InputResponse.anyOf.push(reference('CreateMessageResultWithTools'));
const notice = definitions.ElicitationCompleteNotification.properties;
definitions.ElicitationCompleteNotificationParams = {
  ...notice.params,
  properties: { ...notice.params.properties },
};
notice.params = reference('ElicitationCompleteNotificationParams');
Object.assign(definitions, {
  ClientTasksCapability: definitions.ClientCapabilities.properties.tasks,
  // Where no tools were offered, none are used.
  CreateMessageResult: {
    ...sampled,
    properties: { ...sampled.properties, content: reference('SamplingContent') },
  },
  CreateMessageResultWithTools: sampled,
  ListChangedOptionsBase: {
    type: 'object',
    properties: { autoRefresh: { type: 'boolean' }, debounceMs: { minimum: 0, type: 'integer' } },
  },
  SamplingContent: anyOf(['TextContent', 'ImageContent', 'AudioContent']),
  ServerTasksCapability: definitions.ServerCapabilities.properties.tasks,
  TaskCreationParams: {
    type: 'object',
    properties: { ttl: { type: 'number' }, pollInterval: { type: 'number' } },
  },
});
wanted.push(
  'ClientTasksCapability',
  'CreateMessageResultWithTools',
  'ListChangedOptionsBase',
  'SamplingContent',
);
wanted.push('ServerTasksCapability', 'TaskCreationParams', 'ElicitationCompleteNotificationParams');
Object.assign(definitions, {
  ClientNotification: anyOf(clientNotifications),
  ClientRequest: anyOf(clientRequests),
  ClientResult: reference('Result'),
  CompatibilityCallToolResult: {
    anyOf: [reference('CallToolResult'), { type: 'object', required: ['toolResult'] }],
  },
  Progress: { type: 'object', properties: progress, required: ['progress'] },
  RequestMeta: { type: 'object', properties: { progressToken } },
  ServerNotification: anyOf(serverNotifications),
  ServerRequest: anyOf(serverRequests),
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
