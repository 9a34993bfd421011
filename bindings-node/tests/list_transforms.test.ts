// What is offered under other names, hidden, or in other versions.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AlreadyRegisteredError,
  ConfigurationError,
  type McpServer,
  namespace,
  rename,
  type Transform,
  versionFilter,
  visibility,
} from 'oxmcp';
import { clientOf, emptyServer, modern, refusal, textOf, withClient } from './support/connected.js';

function server(...transforms: Transform[]): McpServer {
  const made = emptyServer({ transforms });
  made.registerTool('a', { tags: ['x'] }, () => 'a');
  made.registerTool('b', { tags: ['x', 'y'] }, () => 'b');
  for (const version of ['1.0', '1.10', '1.9']) made.registerTool('c', { version }, () => `c ${version}`);
  made.registerPrompt('p', { tags: ['y'] }, () => 'p');
  made.registerResource('r', 'note://r', { tags: ['x'] }, () => 'r');
  return made;
}

async function seen(made: McpServer): Promise<string> {
  const lists = async (list: (method: string) => Promise<Record<string, unknown>>): Promise<string> => {
    const all = await Promise.all(['tools/list', 'prompts/list', 'resources/list'].map(list));
    const items = all.flatMap(({ tools, prompts, resources }) => tools ?? prompts ?? resources);
    return (items as { name: string; uri?: string }[]).map(({ name, uri }) => uri ?? name).join(' ');
  };
  const client = await clientOf(made);
  const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
  const legacy = await lists((method) => client.request({ method }, ResultSchema));
  assert.equal(await lists((method) => modern(made, method)), legacy);
  await client.close();
  await made.close();
  return legacy;
}

const all = { kinds: ['tool', 'prompt', 'resource'] as const };

describe('transforms make something else of the lists', () => {
  const cases: [string, Transform[], string][] = [
    ['none', [], 'a b c p note://r'],
    ['a namespace', [namespace('n')], 'n_a n_b n_c n_p note://n/r'],
    ['other names', [rename({ tools: { a: 'z' }, prompts: { p: { name: 'q' } } })], 'z b c q note://r'],
    ['hidden by tag', [visibility(false, { tags: ['x'] })], 'c p'],
    ['only by tag', [visibility(false), visibility(true, { tags: ['y'] })], 'b p'],
    ['hidden by name', [visibility(false, { names: ['a', 'note://r'] })], 'b c p'],
    ['hidden by kind', [visibility(false, { kinds: ['prompt'] })], 'a b c note://r'],
    ['hidden by version', [visibility(false, { versions: { gte: '0' } })], 'a b p note://r'],
    ['some versions', [versionFilter({ gte: '1.9', unversioned: false })], 'c'],
    ['all of it', [visibility(false, all)], ''],
  ];
  for (const [what, transforms, left] of cases) {
    test(what, async () => assert.equal(await seen(server(...transforms)), left));
  }
});

test('of several versions the highest that may be seen is called', async () => {
  const made = server();
  const first = made.registerTool('d', { version: '1', description: 'one' }, () => 'one');
  const second = made.registerTool('d', { version: '2' }, () => 'two');
  const bare = made.registerTool('d', {}, () => 'bare');
  assert.throws(() => made.registerTool('d', { version: '2' }, () => 'again'), AlreadyRegisteredError);
  assert.throws(() => made.registerTool('d', {}, () => 'again'), AlreadyRegisteredError);
  await withClient(made, async (client) => {
    assert.equal(await textOf(client, 'c'), 'c 1.10');
    assert.equal(await textOf(client, 'd'), 'two');
    second.disable();
    assert.equal(await textOf(client, 'd'), 'one');
    first.remove();
    assert.equal(await textOf(client, 'd'), 'bare');
    bare.disable();
    assert.match((await refusal(client.callTool({ name: 'd' }))).message, /unknown tool/i);
    second.enable();
    assert.equal(await textOf(client, 'd'), 'two');
    made.addTransform(versionFilter({ lt: '1.10' }));
    assert.equal(await textOf(client, 'c'), 'c 1.9');
  });
});

test('what is registered as disabled is not there until it is enabled', async () => {
  const made = emptyServer();
  const tool = made.registerTool('later', { enabled: false }, () => 'here');
  await withClient(made, async (client) => {
    assert.deepEqual((await client.listTools()).tools, []);
    tool.enable();
    assert.equal(await textOf(client, 'later'), 'here');
  });
});

test('clients see tags and versions in _meta', async () => {
  const made = emptyServer();
  made.registerTool('t', { tags: ['b', 'a'], version: '2', _meta: { own: 1 } }, () => 't');
  await withClient(made, async (client) => {
    const marks = { tags: ['a', 'b'], version: '2' };
    assert.deepEqual((await client.listTools()).tools[0]?._meta, { own: 1, oxmcp: marks, fastmcp: marks });
  });
});

test('a namespace that cannot be part of a URI, and names for two, are refused', () => {
  assert.throws(() => emptyServer().addTransform(namespace('a/b')), ConfigurationError);
  assert.throws(() => emptyServer().addTransform(rename({ tools: { a: 'z', b: 'z' } })), ConfigurationError);
  assert.throws(() => emptyServer().addTransform({ type: 'nothing' }), ConfigurationError);
});
