// What each caller may see, where the author says so request by request.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, type McpServer, toolSearch, type VisibleItem } from 'oxmcp';
import { call, clientOf, emptyServer, modern, refusal, textOf } from './support/connected.js';

function server(...[options]: Parameters<typeof emptyServer>): McpServer {
  const made = emptyServer(options);
  made.registerTool('secret', { tags: ['members'] }, () => 'secret');
  made.registerTool('public', {}, () => 'public');
  made.registerPrompt('hint', { tags: ['members'] }, () => 'hint');
  made.registerResource('data', 'data://secret', { tags: ['members'] }, () => 'data');
  return made;
}

for (const mounted of [false, true]) {
  test(`what may not be seen is not listed and unknown${mounted ? ', also where it is mounted' : ''}`, async () => {
    const inner = server();
    inner.visibleIf(async ({ tags }, ctx) => !tags.includes('members') || ctx.clientInfo?.name === 'member');
    const outer = mounted ? emptyServer() : inner;
    if (mounted) outer.mount(inner);
    const [member, guest] = [await clientOf(outer, 'member'), await clientOf(outer, 'guest')];
    const names = async (client: typeof member): Promise<string[]> => [
      ...(await client.listTools()).tools.map(({ name }) => name),
      ...(await client.listPrompts()).prompts.map(({ name }) => name),
      ...(await client.listResources()).resources.map(({ uri }) => uri),
    ];
    assert.deepEqual(await names(member), ['secret', 'public', 'hint', 'data://secret']);
    assert.deepEqual(await names(guest), ['public']);
    assert.equal(await textOf(member, 'secret'), 'secret');
    assert.equal(await textOf(guest, 'public'), 'public');
    assert.match((await refusal(call(guest, 'secret'))).message, /unknown tool: secret/);
    assert.match((await refusal(guest.getPrompt({ name: 'hint' }))).message, /unknown prompt: hint/);
    assert.match((await refusal(guest.readResource({ uri: 'data://secret' }))).message, /not found/);
    const { tools } = await modern(outer, 'tools/list');
    assert.deepEqual(
      (tools as { name: string }[]).map(({ name }) => name),
      ['public'],
    );
    await member.close();
    await guest.close();
    await outer.close();
  });
}

test('a search finds and calls only what the caller may see, and all predicates have to say yes', async () => {
  const made = server({ transforms: [toolSearch()] });
  const asked: VisibleItem[] = [];
  made.visibleIf((item) => asked.push(item) > 0, ['tool']);
  made.visibleIf(({ key }) => key !== 'secret', ['tool']);
  const client = await clientOf(made);
  assert.doesNotMatch((await textOf(client, 'search_tools', { query: 'secret' })) ?? '', /"secret"/);
  assert.match((await textOf(client, 'call_tool', { name: 'secret' })) ?? '', /unknown tool: secret/);
  assert.equal(await textOf(client, 'call_tool', { name: 'public' }), 'public');
  assert.deepEqual(asked[0], { kind: 'tool', key: 'secret', tags: ['members'], version: undefined });
  await client.close();
  await made.close();
});

test('where a predicate throws, nothing is seen', async () => {
  const made = server();
  made.visibleIf(() => {
    throw new Error('no such user');
  });
  const client = await clientOf(made);
  await assert.rejects(client.listTools());
  assert.equal((await call(client, 'public')).isError, true);
  await client.close();
  await made.close();
});

test('a kind that is none is refused', () => {
  assert.throws(() => emptyServer().visibleIf(() => true, ['tools' as 'tool']), ConfigurationError);
});
