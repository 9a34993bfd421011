// Messages and parts of messages that are right, by the name of their type.

const _meta = { 'example.com/key': 1 };
const requestMeta = { progressToken: 'p', ...{ 'example.com/key': 1 } };
const annotations = { audience: ['user', 'assistant'], priority: 0.5, lastModified: '2025-11-25T10:00:00Z' };
const icons = [{ src: 'https://example.com/i.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' }];
const implementation = {
  name: 'n',
  title: 't',
  version: '1',
  websiteUrl: 'https://example.com',
  description: 'd',
  icons,
};

const text = { type: 'text', text: 'hello', annotations, _meta };
const image = { type: 'image', data: 'aGk=', mimeType: 'image/png', annotations, _meta };
const audio = { type: 'audio', data: 'aGk=', mimeType: 'audio/wav' };
const textContents = { uri: 'a:b', text: 'x', mimeType: 'text/plain', _meta };
const blobContents = { uri: 'a:b', blob: 'aGk=' };
const embedded = { type: 'resource', resource: textContents, annotations };
const resource = {
  uri: 'file:///a',
  name: 'a',
  title: 'A',
  description: 'd',
  mimeType: 'text/plain',
  annotations,
  icons,
  _meta,
};
const link = { type: 'resource_link', ...resource };
const tool = {
  name: 'add',
  title: 'Add',
  description: 'adds',
  inputSchema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
  outputSchema: { type: 'object', properties: { sum: { type: 'number' } } },
  annotations: {
    title: 't',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  execution: { taskSupport: 'forbidden' },
  icons,
  _meta,
};
const template = { uriTemplate: 'a:{b}', name: 'b', title: 'B', description: 'd', mimeType: 'text/plain' };
const prompt = {
  name: 'p',
  title: 'P',
  description: 'd',
  arguments: [{ name: 'x', description: 'd', required: true }],
  icons,
};
const serverCapabilities = {
  experimental: { x: {} },
  logging: {},
  completions: {},
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: false },
  tools: { listChanged: true },
};
const clientCapabilities = {
  experimental: { x: {} },
  sampling: { context: {}, tools: {} },
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};

const paged = (method: string) => [{ method }, { method, params: { cursor: 'c', _meta: requestMeta } }];
const told = (method: string) => [{ method }, { method, params: { _meta } }];
const complete = (ref: object) => ({
  method: 'completion/complete',
  params: { ref, argument: { name: 'a', value: 'v' }, context: { arguments: { b: 'w' } } },
});

/** By the name of the type; only what all protocol versions agree on. */
export const samples: Readonly<Record<string, readonly unknown[]>> = {
  RequestId: ['a', 0],
  ProgressToken: ['a', 7],
  Cursor: ['c'],
  Role: ['user'],
  LoggingLevel: ['notice'],
  Icon: icons,
  Annotations: [{}, annotations],
  Implementation: [{ name: 'n', version: '1' }, implementation],
  ServerCapabilities: [{}, serverCapabilities],
  ClientCapabilities: [{}, clientCapabilities],

  JSONRPCRequest: [{ jsonrpc: '2.0', id: 0, method: 'x', params: { a: 1, _meta: requestMeta } }],
  JSONRPCNotification: [{ jsonrpc: '2.0', method: 'x', params: { a: 1 } }],
  JSONRPCResultResponse: [{ jsonrpc: '2.0', id: 'a', result: { b: 1, _meta } }],
  JSONRPCErrorResponse: [{ jsonrpc: '2.0', id: 1, error: { code: -1, message: 'm', data: {} } }],

  InitializeRequest: [
    {
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: clientCapabilities,
        clientInfo: implementation,
      },
    },
  ],
  InitializeResult: [
    {
      protocolVersion: '2025-11-25',
      capabilities: serverCapabilities,
      serverInfo: implementation,
      instructions: 'i',
    },
  ],
  InitializedNotification: told('notifications/initialized'),
  PingRequest: [{ method: 'ping' }, { method: 'ping', params: { _meta: requestMeta } }],

  TextContent: [text],
  ImageContent: [image],
  AudioContent: [audio],
  EmbeddedResource: [embedded, { type: 'resource', resource: blobContents }],
  ResourceLink: [link],
  ContentBlock: [text, image, audio, embedded, link],
  TextResourceContents: [textContents],
  BlobResourceContents: [blobContents],

  Tool: [tool, { name: 'a', inputSchema: { type: 'object' } }],
  ToolAnnotations: [{}, tool.annotations],
  ListToolsRequest: paged('tools/list'),
  ListToolsResult: [{ tools: [] }, { tools: [tool], nextCursor: 'c', _meta }],
  CallToolRequest: [
    { method: 'tools/call', params: { name: 'add' } },
    { method: 'tools/call', params: { name: 'add', arguments: { a: 1 }, _meta: requestMeta } },
  ],
  CallToolResult: [
    { content: [] },
    { content: [text, image, audio, embedded, link], isError: true, _meta },
    { content: [text], structuredContent: { sum: 3 } },
  ],
  ToolListChangedNotification: told('notifications/tools/list_changed'),

  Resource: [resource, { uri: 'a:b', name: 'b' }],
  ResourceTemplate: [template],
  ListResourcesRequest: paged('resources/list'),
  ListResourcesResult: [{ resources: [resource] }],
  ListResourceTemplatesRequest: paged('resources/templates/list'),
  ListResourceTemplatesResult: [{ resourceTemplates: [template] }],
  ReadResourceRequest: [{ method: 'resources/read', params: { uri: 'a:b', _meta: requestMeta } }],
  ReadResourceResult: [{ contents: [textContents, blobContents], _meta }],
  SubscribeRequest: [{ method: 'resources/subscribe', params: { uri: 'a:b' } }],
  UnsubscribeRequest: [{ method: 'resources/unsubscribe', params: { uri: 'a:b' } }],
  ResourceListChangedNotification: told('notifications/resources/list_changed'),
  ResourceUpdatedNotification: [{ method: 'notifications/resources/updated', params: { uri: 'a:b' } }],

  Prompt: [prompt, { name: 'p' }],
  PromptMessage: [{ role: 'assistant', content: text }],
  ListPromptsRequest: paged('prompts/list'),
  ListPromptsResult: [{ prompts: [prompt] }],
  GetPromptRequest: [{ method: 'prompts/get', params: { name: 'p', arguments: { x: 'y' } } }],
  GetPromptResult: [{ description: 'd', messages: [{ role: 'user', content: image }] }],
  PromptListChangedNotification: told('notifications/prompts/list_changed'),

  CompleteRequest: [
    complete({ type: 'ref/prompt', name: 'p' }),
    complete({ type: 'ref/resource', uri: 'a:{b}' }),
  ],
  CompleteResult: [{ completion: { values: ['a'], total: 1, hasMore: false } }],

  SetLevelRequest: [{ method: 'logging/setLevel', params: { level: 'error' } }],
  LoggingMessageNotification: [
    { method: 'notifications/message', params: { level: 'info', logger: 'l', data: { a: 1 } } },
  ],
  ProgressNotification: [
    {
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 0.5, total: 1, message: 'm' },
    },
  ],
  CancelledNotification: [{ method: 'notifications/cancelled', params: { requestId: 0, reason: 'r' } }],
};
