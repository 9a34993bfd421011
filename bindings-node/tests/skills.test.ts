// Skills: the extension `io.modelcontextprotocol/skills`, and the official package's names for it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import { type McpServer, ResourceTemplate } from 'oxmcp';
import {
  loadSkills,
  memorySkillFiles,
  type Skill,
  SkillCatalog,
  SkillCatalogError,
  SkillsExtension,
  skillEntry,
} from 'oxmcp/ext/skills';
import { nodeSkillFiles } from 'oxmcp/ext/skills/node';
import { emptyServer } from './support/connected.js';

const MAIN = '---\nname: pdf\ndescription: Reads PDFs.\n---\n# PDF\n';

function folder(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'oxmcp-skills-'));
  t.after(() => rmSync(root, { recursive: true }));
  write(root, files);
  return root;
}

function write(root: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

function served(t: TestContext): McpServer {
  const server = emptyServer();
  t.after(() => server.close());
  return server;
}

/** A request of a client of the newest version. */
// biome-ignore lint/suspicious/noExplicitAny: results of every kind.
async function ask(server: McpServer, method: string, params: object = {}): Promise<any> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const response = await server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': method,
        ...('uri' in params && { 'Mcp-Name': String(params.uri) }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
    }),
  );
  const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
  return result ?? { error };
}

async function skillsOf(server: McpServer): Promise<Skill[]> {
  return (await ask(server, 'skills/list')).skills;
}

test('the skills of a folder are listed with digests and read', async (t) => {
  const server = served(t);
  const main = MAIN.replace('name: pdf', 'name: deploy');
  server.addSkills(folder(t, { 'ops/deploy/SKILL.md': main, 'ops/deploy/deep/x.md': 'x' }), {
    prefix: 'acme',
  });
  const [skill] = await skillsOf(server);
  assert.deepEqual(skill?.frontmatter, { name: 'deploy', description: 'Reads PDFs.' });
  assert.equal(skill?.uri, 'skill://acme/ops/deploy/SKILL.md');
  assert.ok(skill.resources !== 'dynamic');
  assert.equal(skill.resources.length, 2);
  for (const { uri, digest, size } of skill.resources) {
    const [content] = (await ask(server, 'resources/read', { uri })).contents;
    assert.equal(size, content.text.length);
    assert.equal(digest, `sha256:${createHash('sha256').update(content.text).digest('hex')}`);
  }
  assert.deepEqual((await ask(server, 'skills/get', { uri: skill.uri })).skill, skill);
  const { resources } = await ask(server, 'resources/directory/read', { uri: 'skill://acme/ops/deploy' });
  assert.deepEqual(
    resources.map((child: { mimeType: string }) => child.mimeType),
    ['text/markdown', 'inode/directory'],
  );
  const { capabilities } = await ask(server, 'server/discover');
  assert.deepEqual(capabilities.extensions['io.modelcontextprotocol/skills'], { directoryRead: true });
  assert.ok(capabilities.resources);
});

test('a skill is made in code, while the server is served, too', async (t) => {
  const server = served(t);
  const skill = { name: 'notes', description: 'Writes notes: short ones.', instructions: '# Notes\n' };
  server.addSkill({ ...skill, files: { 'logo.png': new Uint8Array([255]) } });
  assert.equal((await skillsOf(server)).length, 1);
  server.addSkill({ ...skill, path: 'team/notes', dynamic: true });
  server.registerResource(
    'today',
    new ResourceTemplate('skill://team/notes/{topic}', { list: undefined }),
    {},
    (_uri, { topic }) => `about ${topic}`,
  );
  const [, dynamic] = await skillsOf(server);
  assert.equal(dynamic?.resources, 'dynamic');
  const made = await ask(server, 'resources/read', { uri: 'skill://team/notes/rust' });
  assert.equal(made.contents[0].text, 'about rust');
  const { contents } = await ask(server, 'resources/read', { uri: 'skill://notes/logo.png' });
  assert.equal(contents[0].blob, '/w==');
});

test('what cannot be a skill is said where it is added', async (t) => {
  const server = served(t);
  const root = folder(t, { 'pdf/SKILL.md': MAIN, 'bad/SKILL.md': '# none' });
  assert.throws(() => server.addSkills(root), /bad: SKILL.md does not begin with frontmatter/);
  assert.throws(() => server.addSkills(join(root, 'none')), /no folder of skills/);
  const told = t.mock.method(console, 'error', () => {});
  server.addSkills(root, { strict: false });
  assert.match(String(told.mock.calls[0]?.arguments[0]), /bad: SKILL.md does not begin with frontmatter/);
  assert.throws(() => server.addSkills(join(root, 'pdf')), /two skills at "skill:\/\/pdf\/SKILL.md"/);
  const skill = { name: 'x', description: 'x', instructions: '' };
  assert.throws(() => server.addSkill({ ...skill, name: 'No Such' }), /lower-case letters/);
  assert.throws(() => server.addSkill({ ...skill, files: { '../x': '' } }), /no path of a file/);
  assert.throws(() => server.addSkill({ ...skill, frontmatter: { name: 'y' } }), /'name'/);
  symlinkSync('../../secret', join(root, 'pdf/link'));
  assert.throws(() => emptyServer().addSkills(root, {}), /"link" is a link/);
});

test('folders are read anew where that was asked for', async (t) => {
  const server = served(t);
  const root = folder(t, {});
  server.addSkills([root], { reload: true });
  assert.deepEqual(await skillsOf(server), []);
  write(root, { 'pdf/SKILL.md': MAIN });
  assert.equal((await skillsOf(server)).length, 1);
});

test('a catalog of the official package’s names is served, and read again', async (t) => {
  const files: Record<string, string> = { 'pdf/SKILL.md': MAIN, 'pdf/x.md': 'x' };
  const catalog = await SkillsExtension.load(memorySkillFiles(files), { prefix: 'acme' });
  assert.ok(catalog instanceof SkillCatalog);
  assert.ok(catalog instanceof SkillsExtension);
  const server = served(t);
  catalog.attach(server);
  catalog.attach(server);
  assert.deepEqual(await skillsOf(server), catalog.entries);
  files['xls/SKILL.md'] = MAIN.replace('name: pdf', 'name: xls');
  files['pdf/x.md'] = 'y';
  assert.deepEqual(await catalog.reload(), {
    added: ['skill://acme/xls/SKILL.md'],
    removed: [],
    changed: ['skill://acme/pdf/SKILL.md'],
    listChanged: true,
  });
  assert.deepEqual(await skillsOf(server), catalog.entries);
  assert.equal((await ask(server, 'resources/read', { uri: 'skill://acme/pdf/x.md' })).contents[0].text, 'y');
});

test('a catalog leaves out what cannot be a skill, or refuses', async (t) => {
  const root = folder(t, { 'pdf/SKILL.md': MAIN, 'secret.txt': 'secret', 'bad/SKILL.md': MAIN });
  symlinkSync('../secret.txt', join(root, 'pdf/link'));
  const heard: string[] = [];
  const catalog = await loadSkills(root, {
    onWarning: ({ path, message }) => heard.push(`${path}: ${message}`),
  });
  assert.deepEqual(catalog.entries, []);
  assert.match(heard.join('\n'), /pdf: link is a link/);
  assert.match(heard.join('\n'), /bad: .*does not end with the skill's name/);
  await assert.rejects(loadSkills(root, { strict: true }), SkillCatalogError);
  await assert.rejects(loadSkills(join(root, 'none')), SkillCatalogError);
  for (const path of ['../secret.txt', '/etc/passwd', 'pdf/../secret.txt', 'pdf/link', 'pdf\\..\\x']) {
    await assert.rejects(nodeSkillFiles(root).read(path), path);
  }
});

test('an entry is the one that the official package builds', async () => {
  const theirs = await import('@modelcontextprotocol/server/ext/skills');
  const files = { 'SKILL.md': MAIN, 'a b/ü#.md': 'x', 'logo.png': new Uint8Array([255, 0]) };
  const sorted = (skill: Skill): unknown => ({
    ...skill,
    resources: [...(skill.resources as { uri: string }[])].sort((one, other) =>
      one.uri < other.uri ? -1 : 1,
    ),
  });
  assert.deepEqual(
    sorted(await skillEntry('acme/pdf', files)),
    sorted((await theirs.skillEntry('acme/pdf', files)) as Skill),
  );
});

test('a source of one’s own answers by itself', async (t) => {
  const entry = await skillEntry('pdf', { 'SKILL.md': MAIN });
  const server = served(t);
  const extension = new SkillsExtension({
    source: {
      list: async () => ({ skills: [entry] }),
      get: async (uri) => (uri === entry.uri ? entry : undefined),
      read: async (uri) => (uri === entry.uri ? { text: MAIN, mimeType: 'text/markdown' } : undefined),
      readDirectory: async (uri) => (uri === 'skill://pdf' ? { resources: [] } : undefined),
    },
    cacheHint: { ttlMs: 5, cacheScope: 'public' },
  });
  extension.attach(server);
  const listed = await ask(server, 'skills/list');
  assert.deepEqual([listed.skills, listed.ttlMs, listed.cacheScope], [[entry], 5, 'public']);
  assert.deepEqual((await ask(server, 'skills/get', { uri: entry.uri })).skill, entry);
  assert.equal((await ask(server, 'skills/get', { uri: 'skill://none/SKILL.md' })).error.code, -32602);
  assert.equal((await ask(server, 'skills/get', {})).error.code, -32602);
  assert.equal((await ask(server, 'resources/read', { uri: entry.uri })).contents[0].text, MAIN);
  assert.deepEqual((await ask(server, 'resources/directory/read', { uri: 'skill://pdf' })).resources, []);
  assert.equal((await ask(server, 'resources/directory/read', { uri: entry.uri })).error.code, -32602);
});

test('the official client finds and verifies them', async (t) => {
  const server = served(t);
  server.addSkills(folder(t, { 'pdf/SKILL.md': MAIN, 'pdf/x.md': 'x' }));
  const listening = await server.listen({ port: 0 });
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(listening.url)));
  const skills = new SkillsClient(client);
  const { skills: found } = await skills.list();
  assert.equal(found.length, 1);
  assert.ok(found[0]);
  const read = await skills.read(found[0] as never, 'x.md');
  assert.equal('text' in read && read.text, 'x');
  assert.equal(skills.directoryRead, true);
  assert.equal((await skills.readDirectory('skill://pdf')).resources.length, 2);
});
