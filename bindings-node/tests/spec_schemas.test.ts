// The schemas of the specification, against those of the official SDKs.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as v1 from '@modelcontextprotocol/sdk/types.js';
import { specTypeSchemas as v2 } from '@modelcontextprotocol/server';
import * as oxmcp from 'oxmcp/types.js';
import { mutations } from './support/mutations.js';
import { questionSamples } from './support/question_samples.js';
import { samples as servedSamples } from './support/wire_samples.js';

type Name = keyof typeof oxmcp.specTypeSchemas & keyof typeof v2;

const samples = { ...servedSamples, ...questionSamples };
const names = Object.keys(samples) as Name[];

/** What v1 says. */
function v1Accepts(name: Name, value: unknown): boolean {
  const schema = (v1 as unknown as Record<string, { safeParse(value: unknown): { success: boolean } }>)[
    `${name}Schema`
  ];
  assert.ok(schema, `v1 has a schema of ${name}`);
  return schema.safeParse(value).success;
}

const v2Accepts = (name: Name, value: unknown): boolean =>
  v2[name]['~standard'].validate(value).issues === undefined;

const accepts = (name: Name, value: unknown): boolean => oxmcp.specTypeSchemas[name].safeParse(value).success;

/** Every sample, and every sample with one thing changed. */
function* table(): Generator<[name: Name, what: string, value: unknown]> {
  for (const name of names) {
    for (const sample of samples[name] ?? []) {
      yield [name, 'as it is', sample];
      for (const [what, mutation] of mutations(sample)) yield [name, what, mutation];
    }
  }
}

// Where the peers and the specification part.
const objectOnly =
  /(metadata|experimental\.x|logging|completions|context|tools|form|url|properties\.\w+) = \[/; // settings and schemas are objects, not arrays
const anyTime = /lastModified = "text"/; // recommended to be ISO 8601, not required
const anyOutput = /structuredContent =|outputSchema( =|\.type)/; // any JSON since 2026-07-28
const booleanSchema = /properties\.\w+ = true/; // `true` is a JSON Schema
const wholeNumbers = /\b(min|max)(Length|Items) = 1\.5|\b(ttl|pollInterval) = 1\.5/; // a specification of whole numbers, taken loosely
const uriKinds = /^ElicitRequestURLParams url =|^(Root|ListRootsResult) (roots\.0\.)?uri =/; // what a URI must be is not looked at
const withoutContent = /^ElicitResult content = null|without (.*\.)?content$/; // filled in by the peers
const lax = [wholeNumbers, withoutContent];
const looseSchema = /(input|output)Schema\.(type|properties)/; // v2 does not look into schemas

test('the samples are right for both official SDKs and for these schemas', () => {
  for (const name of names) {
    for (const sample of samples[name] ?? []) {
      assert.deepEqual(oxmcp.specTypeSchemas[name].parse(sample), sample);
      assert.ok(v1Accepts(name, sample), `v1 accepts ${name}`);
      assert.ok(v2Accepts(name, sample), `v2 accepts ${name}`);
    }
  }
});

test('what these schemas accept v1 accepts, and the reverse, but for what newer versions allow', () => {
  const found: string[] = [];
  for (const [name, what, value] of table()) {
    const [theirs, here] = [v1Accepts(name, value), accepts(name, value)];
    const known = here ? [anyTime, anyOutput, booleanSchema, uriKinds] : [objectOnly, ...lax];
    if (theirs !== here && !known.some((one) => one.test(`${name} ${what}`))) found.push(`${name} ${what}`);
  }
  assert.deepEqual(found, []);
});

test('what these schemas accept v2 accepts, and the reverse, but for nonsense in JSON Schemas', () => {
  const found: string[] = [];
  for (const [name, what, value] of table()) {
    const [theirs, here] = [v2Accepts(name, value), accepts(name, value)];
    const known = here ? [anyTime, uriKinds] : [objectOnly, looseSchema, ...lax];
    if (theirs !== here && !known.some((one) => one.test(`${name} ${what}`))) found.push(`${name} ${what}`);
  }
  assert.deepEqual(found, []);
});

test('a guard that is written by hand and its schema say the same', () => {
  const guards = {
    JSONRPCRequest: oxmcp.isJSONRPCRequest,
    JSONRPCNotification: oxmcp.isJSONRPCNotification,
    JSONRPCResultResponse: oxmcp.isJSONRPCResultResponse,
    JSONRPCErrorResponse: oxmcp.isJSONRPCErrorResponse,
    JSONRPCMessage: oxmcp.isJSONRPCMessage,
  };
  const envelopes = Object.keys(guards).flatMap((name) => samples[name] ?? []);
  for (const [name, guard] of Object.entries(guards)) {
    for (const sample of envelopes) {
      for (const [what, value] of [['as it is', sample] as const, ...mutations(sample)]) {
        const schema = oxmcp.specTypeSchemas[name as keyof typeof guards];
        assert.equal(guard(value), schema.safeParse(value).success, `${name} ${what}`);
      }
    }
  }
});

test('every schema of v1 has its name here, and reads', () => {
  for (const name of Object.keys(v1).filter((name) => name.endsWith('Schema'))) {
    const schema = (oxmcp as unknown as Record<string, oxmcp.WireSchema<unknown> | undefined>)[name];
    assert.equal(typeof schema?.safeParse({}).success, 'boolean', name);
  }
});

test('a notification of the roots, and a question, have schemas a handler can be set by', () => {
  assert.equal(
    oxmcp.RootsListChangedNotificationSchema.shape.method.value,
    'notifications/roots/list_changed',
  );
  assert.equal(oxmcp.CreateMessageRequestSchema.shape.method.value, 'sampling/createMessage');
  assert.ok('taskId' in oxmcp.GetTaskResultSchema.shape, 'an intersection has the members of both');
});

test('every schema compiles', () => {
  oxmcp.preloadSchemas();
  for (const schema of Object.values(oxmcp.specTypeSchemas)) {
    assert.equal(typeof schema.safeParse({}).success, 'boolean');
  }
});

test('an error names the type, every place and what is wrong there', () => {
  const wrong = { method: 'tools/call', params: { name: 3, _meta: { progressToken: 1.5 } } };
  const result = oxmcp.CallToolRequestSchema.safeParse(wrong);
  assert.ok(!result.success);
  assert.equal(
    result.error.message,
    'Not a CallToolRequest: params._meta.progressToken must be an integer or a string; params.name must be a string.',
  );
  assert.deepEqual(result.error.issues[0]?.path, ['params', '_meta', 'progressToken']);
  const list = oxmcp.ListToolsResultSchema.safeParse({ tools: [{ name: 'x', inputSchema: {} }] });
  assert.deepEqual(list.success || list.error.issues[0]?.path, ['tools', 0, 'inputSchema', 'type']);
});

test('a path has a step for each name, whatever the name', () => {
  const strange = { 'a[0].b': 1, 'with "quotes"': 3, 'io.example/x': 4 };
  const result = oxmcp.ServerCapabilitiesSchema.safeParse({ experimental: strange });
  assert.ok(!result.success);
  assert.deepEqual(
    result.error.issues.map(({ path }) => path).sort(),
    Object.keys(strange)
      .map((name) => ['experimental', name])
      .sort(),
  );
  assert.match(result.error.message, /experimental\["io\.example\/x"\] must be an object/);
});

test('what JSON cannot say is an issue, not an exception', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  for (const value of [undefined, () => 1, 1n, circular]) {
    assert.equal(oxmcp.ResultSchema.safeParse(value).success, false);
  }
});

test('parse throws, parseAsync rejects and Standard Schema reports the same issues', async () => {
  const schema = oxmcp.ToolSchema;
  assert.throws(() => schema.parse({}), oxmcp.SchemaError);
  await assert.rejects(schema.parseAsync({}), oxmcp.SchemaError);
  const { issues } = schema['~standard'].validate({});
  assert.deepEqual(issues, [
    { path: ['inputSchema'], message: 'is required' },
    { path: ['name'], message: 'is required' },
  ]);
  assert.deepEqual((await schema.safeParseAsync({})).success, false);
});

test('a schema error is one for those who require, too', () => {
  const required = createRequire(import.meta.url)('oxmcp/types.js') as typeof oxmcp;
  assert.equal(required.SchemaError, oxmcp.SchemaError);
  assert.throws(() => required.ToolSchema.parse({}), oxmcp.SchemaError);
  assert.ok(!(new Error('x') instanceof oxmcp.SchemaError));
});

test('the method of a request is read from its shape', () => {
  assert.equal(oxmcp.CallToolRequestSchema.shape.method.value, 'tools/call');
  assert.equal(
    oxmcp.InitializedNotificationSchema.shape.method.value,
    v1.InitializedNotificationSchema.shape.method.value,
  );
  assert.ok(oxmcp.ToolSchema.shape.inputSchema.safeParse({ type: 'object' }).success);
  assert.ok(!oxmcp.ToolSchema.shape.annotations.safeParse(1).success);
});

test('a tool result without content gets an empty one', () => {
  assert.deepEqual(
    oxmcp.CallToolResultSchema.parse({ isError: true }),
    v1.CallToolResultSchema.parse({ isError: true }),
  );
  assert.ok(!oxmcp.isCallToolResult({ isError: true }));
  assert.ok(oxmcp.isCallToolResult({ content: [] }));
});

test('a schema says its JSON Schema to those who ask for the standard way', () => {
  const { jsonSchema } = oxmcp.PromptMessageSchema['~standard'];
  const described = jsonSchema.input({ target: 'draft-2020-12' });
  assert.deepEqual(described.required, ['content', 'role']);
  assert.ok('ContentBlock' in (described.$defs as object));
  assert.throws(() => jsonSchema.output({ target: 'draft-07' }), /draft-2020-12 only/);
});

test('the shapes of 2026-07-28 have schemas', () => {
  const listen = {
    method: 'subscriptions/listen',
    params: {
      notifications: { toolsListChanged: true },
      _meta: {
        [oxmcp.PROTOCOL_VERSION_META_KEY]: oxmcp.MODERN_PROTOCOL_VERSION,
        [oxmcp.CLIENT_CAPABILITIES_META_KEY]: {},
      },
    },
  };
  assert.ok(oxmcp.isSpecType.SubscriptionsListenRequest(listen));
  assert.ok(!oxmcp.isSpecType.SubscriptionsListenRequest({ ...listen, params: {} }));
  const discovered = { supportedVersions: ['2026-07-28'], capabilities: {}, ttlMs: 0, cacheScope: 'private' };
  assert.ok(oxmcp.isSpecType.DiscoverResult(discovered));
  assert.ok(!oxmcp.isSpecType.DiscoverResult({ ...discovered, ttlMs: -1 }));
});
