import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type McpServer, ResourceTemplate } from 'oxmcp';
import { z } from 'zod';
import { call, emptyServer, refusal, textOf, withClient } from './support/connected.js';

const schemas = {
  tools: ToolListChangedNotificationSchema,
  prompts: PromptListChangedNotificationSchema,
  resources: ResourceListChangedNotificationSchema,
};

/** Runs `change` and sees to it that the client is told of it. */
async function told(client: Client, list: keyof typeof schemas, change: () => void): Promise<void> {
  let heard = false;
  client.setNotificationHandler(schemas[list], () => {
    heard = true;
  });
  change();
  // News holds no process; requests do.
  for (let asked = 0; !heard && asked < 1000; asked++) await client.ping();
  assert(heard, `no client was told that the ${list} changed`);
}

async function toolNames(client: Client): Promise<string[]> {
  return (await client.listTools()).tools.map((tool) => tool.name);
}

describe('the handle of a tool', () => {
  function withTool(): [McpServer, ReturnType<McpServer['registerTool']>] {
    const server = emptyServer();
    const tool = server.registerTool('one', { title: 'One', inputSchema: { a: z.string() } }, ({ a }) => a);
    return [server, tool];
  }

  test('hides it and shows it again, and clients are told', async () => {
    const [server, tool] = withTool();
    await withClient(server, async (client) => {
      await told(client, 'tools', () => tool.disable());
      assert.equal(tool.enabled, false);
      assert.deepEqual(await toolNames(client), []);
      assert.equal((await refusal(call(client, 'one', { a: 'x' }))).code, -32602);
      await told(client, 'tools', () => tool.enable());
      assert.equal(tool.enabled, true);
      assert.equal(await textOf(client, 'one', { a: 'x' }), 'x');
    });
  });

  test('takes it away, and its name is free again', async () => {
    const [server, tool] = withTool();
    await withClient(server, async (client) => {
      await told(client, 'tools', () => tool.remove());
      assert.deepEqual(await toolNames(client), []);
      server.registerTool('one', {}, () => 'another');
      // The old handle has nothing to do with the new tool.
      tool.remove();
      tool.disable();
      assert.equal(await textOf(client, 'one'), 'another');
    });
  });

  test('changes what is told of it, its schema and its function', async () => {
    const [server, tool] = withTool();
    await withClient(server, async (client) => {
      await told(client, 'tools', () =>
        tool.update({ title: 'Two', paramsSchema: { b: z.number() }, callback: ({ b }) => `${b}!` }),
      );
      const [listed] = (await client.listTools()).tools;
      assert.equal(listed?.title, 'Two');
      assert.deepEqual(Object.keys(listed?.inputSchema.properties ?? {}), ['b']);
      assert.equal(await textOf(client, 'one', { b: 2 }), '2!');
      tool.update({ description: 'Still two' });
      assert.equal(tool.title, 'Two');
      assert.equal(await textOf(client, 'one', { b: 2 }), '2!');
    });
  });

  test('renames it, twice and back, and leaves no stale name behind', async () => {
    const [server, tool] = withTool();
    await withClient(server, async (client) => {
      for (const name of ['two', 'three', 'one', 'two']) {
        tool.update({ name });
        assert.equal(tool.name, name);
        assert.deepEqual(await toolNames(client), [name]);
        assert.equal(await textOf(client, name, { a: 'x' }), 'x');
      }
      server.registerTool('one', {}, () => 'free');
      assert.equal(await textOf(client, 'one'), 'free');
    });
  });

  test('does not rename it to a name that is taken, and changes nothing then', async () => {
    const [server, tool] = withTool();
    server.registerTool('two', {}, () => 'two');
    await withClient(server, async (client) => {
      assert.throws(() => tool.update({ name: 'two', title: 'New' }), { name: 'AlreadyRegisteredError' });
      assert.equal(tool.name, 'one');
      assert.equal(tool.title, 'One');
      assert.deepEqual(await toolNames(client), ['one', 'two']);
      assert.throws(() => tool.update({ outputSchema: 5 as never, title: 'New' }));
      assert.equal(tool.title, 'One');
    });
  });

  test('keeps it hidden through changes', async () => {
    const [server, tool] = withTool();
    tool.disable();
    tool.update({ title: 'Hidden' });
    tool.update({ name: 'two' });
    await withClient(server, async (client) => {
      assert.deepEqual(await toolNames(client), []);
      tool.update({ enabled: true });
      assert.deepEqual(await toolNames(client), ['two']);
    });
  });

  test('takes it away when the new name is null', async () => {
    const [server, tool] = withTool();
    tool.update({ name: null });
    await withClient(server, async (client) => assert.deepEqual(await toolNames(client), []));
  });

  test('shows what was registered', () => {
    const server = emptyServer();
    const inputSchema = { a: z.string() };
    const callback = () => '';
    const tool = server.registerTool('one', { inputSchema, _meta: { a: 1 } }, callback);
    assert.equal(tool.inputSchema, inputSchema);
    assert.equal(tool.handler, callback);
    assert.deepEqual(tool._meta, { a: 1 });
    assert.equal(tool.outputSchema, undefined);
  });
});

describe('the handle of a prompt', () => {
  test('hides, changes, renames and removes it, and clients are told', async () => {
    const server = emptyServer();
    const prompt = server.registerPrompt('one', { description: 'One' }, () => 'said');
    await withClient(server, async (client) => {
      const names = async () => (await client.listPrompts()).prompts.map((each) => each.name);
      await told(client, 'prompts', () => prompt.disable());
      assert.deepEqual(await names(), []);
      assert.equal((await refusal(client.getPrompt({ name: 'one' }))).code, -32602);
      prompt.enable();
      prompt.update({ name: 'two', argsSchema: { a: z.string() }, callback: ({ a }) => a });
      assert.deepEqual((await client.listPrompts()).prompts, [
        { name: 'two', description: 'One', arguments: [{ name: 'a', required: true }] },
      ]);
      const { messages } = await client.getPrompt({ name: 'two', arguments: { a: 'x' } });
      assert.deepEqual(messages, [{ role: 'user', content: { type: 'text', text: 'x' } }]);
      await told(client, 'prompts', () => prompt.remove());
      assert.deepEqual(await names(), []);
    });
  });
});

describe('the handle of a resource', () => {
  test('hides, changes, moves and removes it, and clients are told', async () => {
    const server = emptyServer();
    const resource = server.registerResource('one', 'http://Example.com', { title: 'One' }, () => 'read');
    await withClient(server, async (client) => {
      const uris = async () => (await client.listResources()).resources.map(({ uri }) => uri);
      const read = async (uri: string) => (await client.readResource({ uri })).contents[0];
      await told(client, 'resources', () => resource.disable());
      assert.deepEqual(await uris(), []);
      for (const uri of ['http://Example.com', 'http://example.com/']) {
        assert.equal((await refusal(client.readResource({ uri }))).code, -32002);
      }
      resource.enable();
      assert.deepEqual(await uris(), ['http://Example.com']);
      resource.update({ uri: 'a:b', name: 'two', callback: () => 'moved' });
      assert.deepEqual((await client.listResources()).resources, [{ uri: 'a:b', name: 'two', title: 'One' }]);
      assert.deepEqual(await read('a:b'), { uri: 'a:b', mimeType: 'text/plain', text: 'moved' });
      assert.equal((await refusal(client.readResource({ uri: 'http://example.com/' }))).code, -32002);
      await told(client, 'resources', () => resource.remove());
      assert.deepEqual(await uris(), []);
      server.registerResource('again', 'a:b', {}, () => '');
    });
  });

  test('hides a family, too: its resources are not found then', async () => {
    const server = emptyServer();
    const template = new ResourceTemplate('a:{b}', {
      list: () => ({ resources: [{ uri: 'a:1', name: '1' }] }),
    });
    const family = server.registerResource('family', template, {}, (_uri, { b }) => String(b));
    await withClient(server, async (client) => {
      const templates = async () =>
        (await client.listResourceTemplates()).resourceTemplates.map(({ name }) => name);
      assert.deepEqual(await templates(), ['family']);
      family.disable();
      assert.deepEqual(await templates(), []);
      assert.deepEqual((await client.listResources()).resources, []);
      assert.equal((await refusal(client.readResource({ uri: 'a:1' }))).code, -32002);
      family.update({ template: new ResourceTemplate('c:{d}', { list: undefined }), name: 'other' });
      assert.deepEqual(await templates(), []);
      family.enable();
      assert.deepEqual(await templates(), ['other']);
      family.update({ callback: (_uri, { d }) => `${d}!` });
      const [contents] = (await client.readResource({ uri: 'c:1' })).contents;
      assert.deepEqual(contents, { uri: 'c:1', mimeType: 'text/plain', text: '1!' });
      family.remove();
      assert.deepEqual(await templates(), []);
      server.registerResource('other', template, {}, () => '');
    });
  });
});
