// A server with one of everything: the twin of everything_server.py, which says what each item is for. It serves wherever it
// is mounted: see everything_server.mjs, express_app.mjs and hono_app.mjs.
//
// Names, texts, schemas and results are those of the Python server, to the letter: tests/parity compares the two.

import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { McpServer, ProtocolError, ResourceTemplate } from 'oxmcp';
import { completable } from 'oxmcp/server/completable.js';
import { z } from 'zod';
import { register as registerAsking } from './everything_asking.mjs';
import { register as registerTasks } from './everything_tasks.mjs';

export const server = new McpServer(
  { name: 'everything', version: '1.0.0' },
  {
    instructions: 'One of everything, for tests.',
    capabilities: { logging: {}, resources: { subscribe: true } },
    listPageSize: process.env.OXMCP_LIST_PAGE_SIZE && Number(process.env.OXMCP_LIST_PAGE_SIZE),
  },
);

/** What slow tools saw happen to them, readable through the tool `observed`: cancellations above all. */
const observations = [];

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function number32(value, littleEndian = false) {
  const bytes = Buffer.alloc(4);
  if (littleEndian) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}

/** A red picture of one pixel. */
function png() {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    return Buffer.concat([number32(data.length), body, number32(crc32(body))]);
  };
  const header = Buffer.concat([number32(1), number32(1), Buffer.from([8, 2, 0, 0, 0])]);
  const pixels = deflateSync(Buffer.from([0, 0xff, 0, 0]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Eight silent samples. */
function wav() {
  const samples = Buffer.alloc(16);
  const form = Buffer.alloc(16);
  form.writeUInt16LE(1, 0);
  form.writeUInt16LE(1, 2);
  form.writeUInt32LE(8000, 4);
  form.writeUInt32LE(16000, 8);
  form.writeUInt16LE(2, 12);
  form.writeUInt16LE(16, 14);
  const body = Buffer.concat([
    Buffer.from('WAVEfmt '),
    number32(form.length, true),
    form,
    Buffer.from('data'),
    number32(samples.length, true),
    samples,
  ]);
  return Buffer.concat([Buffer.from('RIFF'), number32(body.length, true), body]);
}

const PNG = png().toString('base64');
const WAV = wav().toString('base64');

const text = (words) => ({ type: 'text', text: words });
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Registers a tool whose answer is one text. */
function textTool(name, description, inputSchema, words) {
  const run = async (args, ctx) => ({ content: [text(await words(args, ctx))] });
  if (inputSchema === undefined) server.registerTool(name, { description }, (ctx) => run({}, ctx));
  else server.registerTool(name, { description, inputSchema }, run);
}

/** Registers a tool without arguments whose answer is always the same. */
function constantTool(name, description, ...content) {
  server.registerTool(name, { description }, () => ({ content }));
}

// Tools of the conformance suite. `test_simple_text` stays first: the suite calls the first listed tool with `{}`.

constantTool(
  'test_simple_text',
  'Return one text block.',
  text('This is a simple text response for testing.'),
);
constantTool('test_image_content', 'Return one picture.', image);
constantTool('test_audio_content', 'Return one sound.', { type: 'audio', data: WAV, mimeType: 'audio/wav' });
constantTool('test_embedded_resource', 'Return one resource inside the result.', {
  type: 'resource',
  resource: {
    uri: 'test://embedded-resource',
    mimeType: 'text/plain',
    text: 'This is an embedded resource content.',
  },
});
constantTool(
  'test_multiple_content_types',
  'Return a text, a picture and a resource together.',
  text('Multiple content types test:'),
  image,
  {
    type: 'resource',
    resource: {
      uri: 'test://mixed-content-resource',
      mimeType: 'application/json',
      text: '{"test":"data","value":123}',
    },
  },
);

server.registerTool('test_error_handling', { description: 'Fail on purpose.' }, () => {
  throw new Error('This tool intentionally returns an error for testing');
});

textTool('test_tool_with_progress', 'Report progress three times.', undefined, async (_, ctx) => {
  for (const done of [0, 50, 100]) {
    ctx.progress(done, 100, `Completed step ${done} of 100`);
    await pause(50);
  }
  return 'Progress reported.';
});

textTool('test_tool_with_logging', 'Send three log messages.', undefined, async (_, ctx) => {
  ctx.log.info('Tool execution started');
  await pause(50);
  ctx.log.info('Tool processing data');
  await pause(50);
  ctx.log.info('Tool execution completed');
  return 'Messages logged.';
});

textTool('test_logging_tool', 'Log although the caller did not ask for logs.', undefined, (_, ctx) => {
  ctx.log.info('Nobody asked for this message');
  return 'Logged.';
});

textTool('test_streaming_elicitation', 'Stream progress and nothing else.', undefined, (_, ctx) => {
  ctx.progress(1, 2, 'streaming');
  return 'Streamed.';
});

textTool('test_reconnection', 'Have the caller come back for the answer.', undefined, async (_, ctx) => {
  ctx.closeSSEStream?.();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return 'The caller came back.';
});

textTool(
  'test_missing_capability',
  'Refuse callers that cannot be asked for a sample.',
  undefined,
  (_, ctx) => {
    if (ctx.clientCapabilities?.sampling === undefined) {
      const data = { requiredCapabilities: { sampling: {} } };
      throw new ProtocolError(-32021, 'This tool needs the sampling capability', data);
    }
    return 'The caller offers sampling.';
  },
);

textTool(
  'test_trigger_tool_change',
  'Change the list of tools, so that listeners are told.',
  undefined,
  () => {
    const passing = server.registerTool('passing_tool', { description: 'Here and gone again.' }, () => ({
      content: [text('still here')],
    }));
    passing.remove();
    return 'The list of tools changed.';
  },
);

textTool(
  'test_trigger_prompt_change',
  'Change the list of prompts, so that listeners are told.',
  undefined,
  () => {
    const passing = server.registerPrompt('passing_prompt', { description: 'Here and gone again.' }, () => ({
      messages: [{ role: 'user', content: text('still here') }],
    }));
    passing.remove();
    return 'The list of prompts changed.';
  },
);

textTool(
  'test_x_mcp_header',
  'Take an argument that HTTP callers repeat in a header.',
  {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
    required: ['region'],
  },
  ({ region }) => `Region: ${region}`,
);

const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

textTool(
  'json_schema_2020_12_tool',
  'Carry a schema that uses the whole dialect.',
  SCHEMA_2020_12,
  (members) => JSON.stringify(Object.fromEntries(Object.entries(members).sort())),
);

// Tools for the interoperability and fault tests. What zod says as pydantic does is said with zod.

const integer = { type: 'integer' };
const echoSchema = z.object({ text: z.string() });
const echoSlowlySchema = {
  type: 'object',
  properties: { text: { type: 'string' }, milliseconds: integer },
  required: ['text', 'milliseconds'],
};
const weatherSchema = {
  description: 'A structured answer.',
  properties: {
    city: { title: 'City', type: 'string' },
    temperature: { title: 'Temperature', type: 'number' },
    conditions: { items: { type: 'string' }, title: 'Conditions', type: 'array' },
  },
  required: ['city', 'temperature', 'conditions'],
  title: 'Weather',
  type: 'object',
};

server.registerTool(
  'add',
  {
    description: 'Add two whole numbers.',
    inputSchema: { type: 'object', properties: { a: integer, b: integer }, required: ['a', 'b'] },
    outputSchema: integer,
  },
  ({ a, b }) => ({ structuredContent: a + b }),
);

textTool('echo', 'Return the text that was sent.', echoSchema, (args) => args.text);

textTool(
  'echo_later',
  'Return the text after a while, from the event loop.',
  echoSlowlySchema,
  async (args) => {
    await pause(args.milliseconds);
    return args.text;
  },
);

textTool(
  'echo_blocking',
  'Return the text after a while, from a thread that is blocked meanwhile.',
  echoSlowlySchema,
  (args) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, args.milliseconds);
    return args.text;
  },
);

server.registerTool(
  'weather',
  {
    description: 'Report structured weather.',
    inputSchema: { city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).default('celsius') },
    outputSchema: weatherSchema,
  },
  ({ city, unit }) => ({
    structuredContent: {
      city,
      temperature: unit === 'celsius' ? 21.5 : 70.7,
      conditions: ['sunny', 'dry'],
    },
  }),
);

server.registerTool(
  'forecasts',
  {
    description: 'Report several structured values.',
    inputSchema: { cities: z.array(z.string()) },
    outputSchema: {
      $defs: { Weather: weatherSchema },
      items: { $ref: '#/$defs/Weather' },
      type: 'array',
    },
  },
  ({ cities }) => ({
    structuredContent: cities.map((city) => ({ city, temperature: 1.5, conditions: [] })),
  }),
);

constantTool('picture', 'Return a picture through the Image helper.', image);

server.registerTool('whole_result', { description: 'Return a finished result object.' }, () => ({
  content: [text('as it is')],
  structuredContent: { as: 'it is' },
  _meta: { 'example.org/note': 'kept' },
}));

const icons = [{ src: 'https://example.org/icon.png', mimeType: 'image/png', sizes: ['48x48'] }];

server.registerTool(
  'decorated',
  {
    title: 'Decorated',
    description: 'Carry, and return, all that newer revisions know.',
    icons,
    annotations: { readOnlyHint: true, openWorldHint: false },
    _meta: { 'example.org/note': 'kept' },
  },
  () => ({
    content: [
      { ...text('for you'), annotations: { audience: ['user'], priority: 0.5 } },
      { type: 'audio', data: WAV, mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'test://static-text', name: 'static_text', title: 'Text', icons },
    ],
  }),
);

textTool('meta_seen', 'Tell what came in `_meta`.', undefined, (_, { _meta = {} }) => {
  const sorted = Object.fromEntries(Object.entries(_meta).sort(([one], [other]) => (one < other ? -1 : 1)));
  return JSON.stringify(sorted);
});

textTool(
  'steps',
  'Report as many steps of progress as asked, and log each one.',
  { type: 'object', properties: { count: integer }, required: ['count'] },
  ({ count }, ctx) => {
    for (let step = 1; step <= count; step += 1) {
      ctx.progress(step, count, `step ${step}`);
      ctx.log.info(`log ${step}`);
    }
    return `${count} steps`;
  },
);

textTool(
  'wait_until_cancelled',
  'Wait for a minute; remember under the label how the wait ended.',
  { label: z.string() },
  ({ label }, ctx) => {
    observations.push(`started ${label}`);
    ctx.progress(1, 2, 'waiting');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        observations.push(`finished ${label}`);
        resolve('nobody cancelled');
      }, 60_000);
      const cancel = () => {
        clearTimeout(timer);
        observations.push(`cancelled ${label}`);
        reject(ctx.signal.reason);
      };
      if (ctx.signal.aborted) cancel();
      else ctx.signal.addEventListener('abort', cancel);
    });
  },
);

server.registerTool(
  'observed',
  {
    description: 'Tell what the waiting tools saw.',
    outputSchema: { type: 'array', items: { type: 'string' } },
  },
  () => ({ structuredContent: observations }),
);

const extraTools = new Map();

textTool(
  'add_extra_tool',
  'Register another tool while the server runs.',
  { name: z.string() },
  ({ name }) => {
    const extra = server.registerTool(name, { description: 'A tool that came later.' }, () => ({
      content: [text(`I am ${name}`)],
    }));
    extraTools.set(name, extra);
    return `added ${name}`;
  },
);

textTool(
  'remove_extra_tool',
  'Remove a tool that was registered later.',
  { name: z.string() },
  ({ name }) => {
    const extra = extraTools.get(name);
    if (extra === undefined) throw new Error(`Unknown tool: ${name}`);
    extraTools.delete(name);
    extra.remove();
    return `removed ${name}`;
  },
);

textTool(
  'touch_watched_resource',
  'Tell subscribers that test://watched-resource has changed.',
  undefined,
  async () => {
    await server.server.sendResourceUpdated({ uri: 'test://watched-resource' });
    return 'touched';
  },
);

// Resources.

server.registerResource(
  'static_text',
  'test://static-text',
  { description: 'A text that never changes.', mimeType: 'text/plain' },
  () => 'This is the content of the static text resource.',
);

server.registerResource(
  'static_binary',
  'test://static-binary',
  { description: 'A picture that never changes.', mimeType: 'image/png' },
  (uri) => ({ contents: [{ uri: uri.href, mimeType: 'image/png', blob: PNG }] }),
);

/** The completer of every argument. */
const complete = (typed) => ['test', 'testing', 'tested', 'other'].filter((value) => value.startsWith(typed));

server.registerResource(
  'template_data',
  new ResourceTemplate('test://template/{id}/data', { list: undefined, complete: { id: complete } }),
  { description: 'A document made for the id.', mimeType: 'application/json' },
  (uri, { id }) => {
    const document = JSON.stringify({ data: `Data for ID: ${id}`, id, templateTest: true });
    return { contents: [{ uri: uri.href, mimeType: 'application/json', text: document }] };
  },
);

server.registerResource(
  'watched_resource',
  'test://watched-resource',
  { description: 'A resource that clients subscribe to.', mimeType: 'text/plain' },
  (uri) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'Watched resource content.' }] }),
);

// Prompts.

const asked = completable(z.string(), complete);
const fromUser = (content) => ({ role: 'user', content });

server.registerPrompt('test_simple_prompt', { description: 'A prompt without arguments.' }, () => ({
  messages: [fromUser(text('This is a simple prompt for testing.'))],
}));

server.registerPrompt(
  'test_prompt_with_arguments',
  { description: 'A prompt with two arguments.', argsSchema: { arg1: asked, arg2: asked } },
  ({ arg1, arg2 }) => ({
    messages: [fromUser(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  }),
);

server.registerPrompt(
  'test_prompt_with_embedded_resource',
  { description: 'A prompt that carries a resource.', argsSchema: { resourceUri: asked } },
  ({ resourceUri }) => ({
    messages: [
      fromUser({
        type: 'resource',
        resource: {
          uri: resourceUri,
          mimeType: 'text/plain',
          text: 'Embedded resource content for testing.',
        },
      }),
      fromUser(text('Please process the embedded resource above.')),
    ],
  }),
);

server.registerPrompt('test_prompt_with_image', { description: 'A prompt that carries a picture.' }, () => ({
  messages: [fromUser(image), fromUser(text('Please analyze the image above.'))],
}));

server.addSkills(fileURLToPath(new URL('skills', import.meta.url)));
registerAsking(server);
registerTasks(server);
