// Tasks in a file: they are there in the next process, and in the next server of this one (TASK-3).
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ConfigurationError, type McpServer, TransportError } from 'oxmcp';
import { emptyServer, modern } from './support/connected.js';

const SERVER = fileURLToPath(new URL('./servers/kept_tasks.mjs', import.meta.url));
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};

interface Task {
  status: string;
  statusMessage?: string;
  result?: { structuredContent?: unknown };
}

const folder = mkdtempSync(join(tmpdir(), 'oxmcp-tasks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A server in a process of its own, spoken to line by line. */
class Process {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(file: string) {
    this.child = spawn(process.execPath, [SERVER, file]);
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  /** The answer to one request. */
  async ask(
    method: string,
    params: object,
  ): Promise<{ result: Record<string, unknown>; error?: { code: number } }> {
    const request = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } };
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await this.lines.next();
    return JSON.parse(value);
  }

  /** The id of the task that a call becomes. */
  async begin(name: string, args: object): Promise<string> {
    return (await this.ask('tools/call', { name, arguments: args })).result.taskId as string;
  }

  /** The task, once it is no longer at work. */
  async reached(taskId: string, status: string): Promise<Task> {
    for (;;) {
      const task = (await this.ask('tasks/get', { taskId })).result as unknown as Task;
      if (task.status === 'working') continue;
      assert.equal(task.status, status, JSON.stringify(task));
      return task;
    }
  }

  /** Ends without a word, as a process does that is out of memory. */
  async die(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

test('what is finished keeps its result, and what is not has lost its worker', async () => {
  const file = join(folder, 'tasks.sqlite');
  const first = new Process(file);
  const finished = await first.begin('add', { a: 2, b: 3 });
  const running = await first.begin('never_ends', {});
  const before = await first.reached(finished, 'completed');
  await first.die();
  const second = new Process(file);
  assert.deepEqual(await second.reached(finished, 'completed'), before);
  assert.deepEqual(before.result?.structuredContent, { sum: 5 });
  assert.equal((await second.reached(running, 'failed')).statusMessage, 'worker lost');
  assert.equal((await second.ask('tasks/get', { taskId: "somebody else's" })).error?.code, -32602);
  await second.die();
});

/** A server with its tasks in `path`, and a tool whose calls become tasks. */
function keeping(path: string | URL): McpServer {
  const server = emptyServer({ tasks: { path } });
  server.registerTool('work', { execution: { taskSupport: 'optional' } }, () => 'done');
  return server;
}

/** Asks as a client that takes tasks. */
const ask = (server: McpServer, method: string, params: object): Promise<Record<string, unknown>> =>
  modern(server, method, params, ENVELOPE);

test('a server that is closed leaves its file to the next one, or to itself', async () => {
  const file = pathToFileURL(join(folder, 'between servers.sqlite'));
  const first = keeping(file);
  const { taskId } = await ask(first, 'tools/call', { name: 'work', arguments: {} });
  while ((await ask(first, 'tasks/get', { taskId })).status === 'working');
  const second = keeping(file);
  await assert.rejects(ask(second, 'tasks/get', { taskId }), /in use, by another process or another server/);
  await first.close();
  for (const server of [second, first]) {
    assert.equal((await ask(server, 'tasks/get', { taskId })).status, 'completed');
    await server.close();
  }
});

test('what is no path is refused at once', () => {
  for (const path of [7, '', null, new URL('https://example.com/tasks.sqlite')]) {
    assert.throws(
      () => emptyServer({ tasks: { path: path as never } }),
      (error: Error) =>
        error instanceof ConfigurationError && /tasks.path must be the path of a file/.test(error.message),
    );
  }
});

test('a file that cannot be is told of when the server starts', async () => {
  const notes = join(folder, 'notes.txt');
  writeFileSync(notes, 'no database, '.repeat(100));
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  for (const place of [directory, notes, join(folder, 'nowhere', 'tasks.sqlite')]) {
    const { status, stderr } = spawnSync(process.execPath, [SERVER, place], {
      encoding: 'utf8',
      timeout: 60_000,
      input: '',
    });
    assert.equal(status, 1, stderr);
    assert.ok(stderr.includes(place), stderr);
    const server = keeping(place);
    await assert.rejects(
      server.listen({ port: 0 }),
      (error: Error) => error instanceof TransportError && error.message.includes(place),
    );
  }
});
