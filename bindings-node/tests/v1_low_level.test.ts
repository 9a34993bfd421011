// A low-level server as people wrote it for version 1 of the official SDK, only its imports changed.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from 'oxmcp/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type Resource,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  type Tool,
  ToolSchema,
  UnsubscribeRequestSchema,
} from 'oxmcp/types.js';
import { z } from 'zod';

// ---------------------------------------------------------------- as it was written

const ToolInputSchema = ToolSchema.shape.inputSchema;
type ToolInput = z.infer<typeof ToolInputSchema>;

const EchoArguments = z.object({ message: z.string() });
enum ToolName {
  ECHO = 'echo',
  FAIL = 'fail',
}

const subscriptions = new Set<string>();
let level: string | undefined;

const server = new Server(
  { name: 'example-servers/low-level', version: '1.0.0' },
  {
    capabilities: { prompts: {}, resources: { subscribe: true }, tools: {}, logging: {}, completions: {} },
    instructions: 'Try echo.',
  },
);

const ALL_RESOURCES: Resource[] = Array.from({ length: 3 }, (_, index) => ({
  uri: `test://static/resource/${index + 1}`,
  name: `Resource ${index + 1}`,
  mimeType: 'text/plain',
  text: `Resource ${index + 1}: plain text`,
}));

server.setRequestHandler(ListResourcesRequestSchema, async (request) => {
  const start = Number(request.params?.cursor ?? 0);
  const next = start + 2;
  return {
    resources: ALL_RESOURCES.slice(start, next),
    nextCursor: next < ALL_RESOURCES.length ? String(next) : undefined,
  };
});

server.setRequestHandler(ListResourceTemplatesRequestSchema, async () => {
  return {
    resourceTemplates: [
      { uriTemplate: 'test://static/resource/{id}', name: 'Static Resource', description: 'A resource' },
    ],
  };
});

server.setRequestHandler(ReadResourceRequestSchema, async (request) => {
  const { uri } = request.params;
  const resource = ALL_RESOURCES.find((one) => one.uri === uri);
  if (!resource) throw new McpError(ErrorCode.InvalidParams, `Unknown resource: ${uri}`);
  return { contents: [{ uri, mimeType: 'text/plain', text: resource.name }] };
});

server.setRequestHandler(SubscribeRequestSchema, async (request) => {
  subscriptions.add(request.params.uri);
  return {};
});

server.setRequestHandler(UnsubscribeRequestSchema, async (request) => {
  subscriptions.delete(request.params.uri);
  return {};
});

server.setRequestHandler(ListPromptsRequestSchema, async () => {
  return {
    prompts: [{ name: 'simple', description: 'A prompt', arguments: [{ name: 'topic', required: true }] }],
  };
});

server.setRequestHandler(GetPromptRequestSchema, async (request) => {
  const { name, arguments: args } = request.params;
  if (name === 'simple') {
    return { messages: [{ role: 'user', content: { type: 'text', text: `About ${args?.topic}` } }] };
  }
  throw new Error(`Unknown prompt: ${name}`);
});

server.setRequestHandler(ListToolsRequestSchema, async () => {
  const tools: Tool[] = [
    {
      name: ToolName.ECHO,
      description: 'Echoes back the input',
      inputSchema: z.toJSONSchema(EchoArguments) as ToolInput,
    },
    { name: ToolName.FAIL, inputSchema: { type: 'object' } },
  ];
  return { tools };
});

server.setRequestHandler(CallToolRequestSchema, async (request, extra): Promise<CallToolResult> => {
  const { name, arguments: args } = request.params;
  if (name === ToolName.ECHO) {
    const validatedArgs = EchoArguments.parse(args);
    assert.ok(extra.signal instanceof AbortSignal);
    return { content: [{ type: 'text', text: `Echo: ${validatedArgs.message}` }] };
  }
  if (name === ToolName.FAIL) return { content: [{ type: 'text', text: 'failed' }], isError: true };
  throw new McpError(ErrorCode.MethodNotFound, `Unknown tool: ${name}`);
});

server.setRequestHandler(CompleteRequestSchema, async (request) => {
  const { ref, argument } = request.params;
  const from = ref.type === 'ref/resource' ? ref.uri : ref.name;
  return { completion: { values: [`${from}:${argument.name}:${argument.value}`], hasMore: false, total: 1 } };
});

server.setRequestHandler(SetLevelRequestSchema, async (request) => {
  level = request.params.level;
  return {};
});

// ----------------------------------------------------------------

const client = new Client({ name: 'client', version: '1' });
const connecting = (async () => {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  await client.connect(clientSide);
})();
after(async () => {
  await client.close();
  await server.close();
});

test('its lists are what its handlers return, page by page', async () => {
  await connecting;
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['echo', 'fail'],
  );
  const first = await client.listResources();
  assert.equal(first.resources.length, 2);
  const second = await client.listResources({ cursor: first.nextCursor });
  assert.deepEqual([second.resources.length, second.nextCursor], [1, undefined]);
  assert.equal((await client.listResourceTemplates()).resourceTemplates.length, 1);
  assert.equal((await client.listPrompts()).prompts[0]?.arguments?.[0]?.name, 'topic');
  assert.equal(client.getInstructions(), 'Try echo.');
});

test('its tools are called, and its errors keep their codes', async () => {
  await connecting;
  const echoed = await client.callTool({ name: 'echo', arguments: { message: 'hi' } });
  assert.deepEqual(echoed.content, [{ type: 'text', text: 'Echo: hi' }]);
  assert.equal((await client.callTool({ name: 'fail' })).isError, true);
  await assert.rejects(client.callTool({ name: 'none' }), { code: ErrorCode.MethodNotFound });
});

test('its resources are read and its prompts rendered', async () => {
  await connecting;
  const { contents } = await client.readResource({ uri: 'test://static/resource/1' });
  assert.deepEqual(contents, [
    { uri: 'test://static/resource/1', mimeType: 'text/plain', text: 'Resource 1' },
  ]);
  await assert.rejects(client.readResource({ uri: 'test://none' }), { code: ErrorCode.InvalidParams });
  const { messages } = await client.getPrompt({ name: 'simple', arguments: { topic: 'rust' } });
  assert.deepEqual(messages, [{ role: 'user', content: { type: 'text', text: 'About rust' } }]);
});

test('it completes, subscribes and sets the level by its own handlers', async () => {
  await connecting;
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'simple' },
    argument: { name: 'topic', value: 'r' },
  });
  assert.deepEqual(completion, { values: ['simple:topic:r'], hasMore: false, total: 1 });
  await client.subscribeResource({ uri: 'test://static/resource/1' });
  assert.deepEqual([...subscriptions], ['test://static/resource/1']);
  await client.unsubscribeResource({ uri: 'test://static/resource/1' });
  assert.equal(subscriptions.size, 0);
  await client.setLoggingLevel('warning');
  assert.equal(level, 'warning');
});
