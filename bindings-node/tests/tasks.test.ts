// Calls that become tasks: what a tool says of it, and what a client that takes tasks sees (2026-07-28).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { type McpServer, ProtocolError, type Transport } from 'oxmcp';
import { InMemoryTaskMessageQueue, InMemoryTaskStore, type RequestTaskStore } from 'oxmcp/experimental/tasks';
import { z } from 'zod';
import { clientOf, emptyServer, modern } from './support/connected.js';

const EXTENSION = 'io.modelcontextprotocol/tasks';

type Task = Record<string, unknown> & {
  status: string;
  result?: { content: { text: string }[]; structuredContent?: unknown; isError?: boolean };
  error?: { code: number; message: string };
  inputRequests?: Record<string, { method: string; params: { message: string } }>;
};

/** Asks as a client that takes tasks. */
function ask(server: McpServer, method: string, params: object): Promise<Record<string, unknown>> {
  const capabilities = { elicitation: {}, extensions: { [EXTENSION]: {} } };
  return modern(server, method, params, { 'io.modelcontextprotocol/clientCapabilities': capabilities });
}

/** The id of the task that a call became. */
async function begun(server: McpServer, name: string, args: object = {}): Promise<string> {
  const created = await ask(server, 'tools/call', { name, arguments: args });
  assert.equal(created.resultType, 'task');
  assert.equal('content' in created, false);
  return created.taskId as string;
}

const task = async (server: McpServer, taskId: string): Promise<Task> =>
  (await ask(server, 'tasks/get', { taskId })) as Task;

/** The task, once it has this status. */
async function reached(server: McpServer, taskId: string, status: string): Promise<Task> {
  for (;;) {
    const now = await task(server, taskId);
    if (now.status === status) return now;
    assert.match(now.status, /^(working|input_required)$/, JSON.stringify(now));
  }
}

/** A promise, and who fulfils it. */
function pending<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

const textOf = (ended: Task): string | undefined => ended.result?.content[0]?.text;

test('a call of a tool with tasks is answered with a task that keeps its result (TASK-2, TASK-5)', async () => {
  for (const taskSupport of ['optional', 'required'] as const) {
    const server = emptyServer();
    const { promise, resolve } = pending();
    const numbers = { a: z.number(), b: z.number() };
    const outputSchema = { sum: z.number() };
    server.registerTool(
      'add',
      { inputSchema: numbers, outputSchema, execution: { taskSupport } },
      async ({ a, b }) => {
        await promise;
        return { structuredContent: { sum: a + b } };
      },
    );
    const id = await begun(server, 'add', { a: 1, b: 2 });
    assert.equal((await task(server, id)).status, 'working');
    resolve();
    const ended = await reached(server, id, 'completed');
    assert.deepEqual(ended.result?.structuredContent, { sum: 3 });
    await server.close();
  }
});

test('a tool says in its description whether it has tasks to the era that asks there', async () => {
  const server = emptyServer();
  const tool = server.registerTool(
    'work',
    { execution: { taskSupport: 'required', pollIntervalMs: 50 } },
    () => '',
  );
  assert.deepEqual(tool.execution, { taskSupport: 'required', pollIntervalMs: 50 });
  const client = await clientOf(server);
  const { tools } = await client.listTools();
  assert.deepEqual(tools[0]?.execution, { taskSupport: 'required' });
  const discovered = await modern(server, 'server/discover');
  const capabilities = discovered.capabilities as { extensions: object };
  assert.ok(EXTENSION in capabilities.extensions);
  const listed = (await modern(server, 'tools/list')).tools as { execution?: object }[];
  assert.equal(listed[0]?.execution, undefined);
  await client.close();
  await server.close();
});

test('a server without tools that have tasks does not tell of the extension', async () => {
  const server = emptyServer();
  server.registerTool('work', { execution: { taskSupport: 'forbidden' } }, () => '');
  const { capabilities } = await modern(server, 'server/discover');
  assert.equal((capabilities as { extensions?: object }).extensions, undefined);
  await server.close();
});

test('a client that takes no tasks is answered, or told why not (TASK-1, TASK-4)', async () => {
  const server = emptyServer();
  server.registerTool('optional', { execution: { taskSupport: 'optional' } }, () => 'done');
  server.registerTool('required', { execution: { taskSupport: 'required' } }, () => 'done');
  const { content } = await modern(server, 'tools/call', { name: 'optional', arguments: {} });
  assert.deepEqual(content, [{ type: 'text', text: 'done' }]);
  await assert.rejects(modern(server, 'tools/call', { name: 'required', arguments: {} }), {
    code: -32021,
    data: { requiredCapabilities: { extensions: { [EXTENSION]: {} } } },
  });
  await server.close();
});

test('what goes wrong in a tool completes its task, and what is no result fails it (TASK-6)', async () => {
  const server = emptyServer();
  const execution = { taskSupport: 'optional' } as const;
  server.registerTool('refuse', { execution }, () => {
    throw new Error('not today');
  });
  server.registerTool('break', { execution }, () => {
    throw new ProtocolError(-32001, 'the line is dead');
  });
  const ended = await reached(server, await begun(server, 'refuse'), 'completed');
  assert.deepEqual([ended.result?.isError, textOf(ended)], [true, 'not today']);
  const failed = await reached(server, await begun(server, 'break'), 'failed');
  assert.equal(failed.error?.code, -32001);
  assert.match(failed.error?.message ?? '', /the line is dead/);
  assert.equal(failed.result, undefined);
  await server.close();
});

test('cancelling a task aborts its signal', async () => {
  const server = emptyServer();
  const started = pending<AbortSignal>();
  server.registerTool('wait', { execution: { taskSupport: 'optional' } }, async ({ signal }) => {
    started.resolve(signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 'never';
  });
  const id = await begun(server, 'wait');
  const signal = await started.promise;
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
  assert.equal((await ask(server, 'tasks/cancel', { taskId: id })).resultType, 'complete');
  await aborted;
  assert.equal((await task(server, id)).status, 'cancelled');
  await server.close();
});

test('a task asks its client and goes on with the answer (TASK-5, TASK-7)', async () => {
  const server = emptyServer();
  server.registerTool('greet', { execution: { taskSupport: 'optional' } }, async (ctx) => {
    const answer = await ctx.elicit('Who is it?', z.object({ name: z.string() }));
    return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : 'nobody';
  });
  const taskId = await begun(server, 'greet');
  const asking = await reached(server, taskId, 'input_required');
  const [[key, question] = []] = Object.entries(asking.inputRequests ?? {});
  assert.deepEqual([question?.method, question?.params.message], ['elicitation/create', 'Who is it?']);
  const inputResponses = { [key ?? '']: { action: 'accept', content: { name: 'Ada' } } };
  await ask(server, 'tasks/update', { taskId, inputResponses });
  assert.equal(textOf(await reached(server, taskId, 'completed')), 'Hello, Ada!');
  await server.close();
});

test('a registered tool can be given tasks, and lose them, later', async () => {
  const server = emptyServer();
  const tool = server.registerTool('work', {}, () => 'done');
  const called = async () =>
    (await ask(server, 'tools/call', { name: 'work', arguments: {} })).resultType as string;
  const answers = [await called()];
  tool.update({ execution: { taskSupport: 'optional' } });
  answers.push(await called());
  tool.update({ execution: { taskSupport: 'forbidden' } });
  answers.push(await called());
  assert.deepEqual(answers, ['complete', 'task', 'complete']);
  await server.close();
});

test('a function knows its task, says where it is, and is told how often to ask', async () => {
  const server = emptyServer({ tasks: { ttlSeconds: 120, pollIntervalMs: 750 } });
  const ended = pending();
  const seen: unknown[] = [];
  server.registerTool('work', { execution: { taskSupport: 'optional' } }, async (ctx) => {
    const { task } = ctx;
    if (task === undefined) return 'no task';
    seen.push(ctx.taskId, task.ttl, task.pollInterval, task.createdAt, ctx.becomeTask());
    seen.push(task.updateStatus('half way'));
    await ended.promise;
    return 'done';
  });
  const created = await ask(server, 'tools/call', { name: 'work', arguments: {} });
  assert.deepEqual([created.ttlMs, created.pollIntervalMs], [120_000, 750]);
  const taskId = created.taskId as string;
  let now = await task(server, taskId);
  while (now.statusMessage === undefined) now = await task(server, taskId);
  assert.equal(now.statusMessage, 'half way');
  ended.resolve();
  assert.equal(textOf(await reached(server, taskId, 'completed')), 'done');
  assert.deepEqual(seen, [taskId, 120_000, 750, created.createdAt, true, true]);
  const { content } = await modern(server, 'tools/call', { name: 'work', arguments: {} });
  assert.deepEqual(content, [{ type: 'text', text: 'no task' }]);
  await server.close();
});

test('a function asks first and becomes a task then (TASK-14)', async () => {
  const server = emptyServer();
  const execution = { taskSupport: 'required', begins: 'when told', pollIntervalMs: 40 } as const;
  server.registerTool('greet', { execution }, async (ctx) => {
    const answer = await ctx.elicit('Who is it?', z.object({ name: z.string() }));
    const became = ctx.becomeTask();
    return `Hello, ${answer.content?.name}! ${became}`;
  });
  const params = { name: 'greet', arguments: {} };
  const { url } = await server.listen({ port: 0 });
  const post = async (more: object): Promise<Record<string, unknown>> => {
    const capabilities = { elicitation: {}, extensions: { [EXTENSION]: {} } };
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    };
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'greet',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { ...params, ...more, _meta },
      }),
    });
    return ((await response.json()) as { result: Record<string, unknown> }).result;
  };
  const asked = await post({});
  assert.equal(asked.resultType, 'input_required');
  const [key = ''] = Object.keys(asked.inputRequests as object);
  const inputResponses = { [key]: { action: 'accept', content: { name: 'Ada' } } };
  const created = await post({ inputResponses, requestState: asked.requestState });
  assert.deepEqual([created.resultType, created.pollIntervalMs], ['task', 40]);
  assert.equal(textOf(await reached(server, created.taskId as string, 'completed')), 'Hello, Ada! true');
  await server.close();
});

test('a setting that is no positive number is refused by its name', () => {
  for (const tasks of [{ ttlSeconds: 0 }, { maxTasks: Number.NaN }, { pollIntervalMs: '1' as never }]) {
    const [name] = Object.keys(tasks);
    assert.throws(() => emptyServer({ tasks }), {
      name: 'ConfigurationError',
      message: new RegExp(`tasks.${name}`),
    });
  }
  assert.throws(() => emptyServer({ tasks: { tll: 1 } as never }), { message: /tll/ });
});

for (const kept of ['here', 'elsewhere'] as const) {
  test(`a tool of three functions has tasks that are kept ${kept}`, async () => {
    const server = emptyServer();
    const jobs = new Map<string, { status: 'working' | 'completed' }>();
    server.experimental.tasks.registerToolTask(
      'count',
      { inputSchema: { to: z.number() }, execution: { taskSupport: 'optional' } },
      {
        async createTask({ to }, { taskStore }) {
          if (kept === 'elsewhere') {
            const job = { status: 'working' as 'working' | 'completed' };
            jobs.set('job', job);
            setImmediate(() => Object.assign(job, { status: 'completed' }));
            const now = new Date().toISOString();
            const times = { createdAt: now, lastUpdatedAt: now };
            return { task: { taskId: 'job', ttl: null, pollInterval: 1, ...job, ...times } };
          }
          const created = await taskStore.createTask({ ttl: 5000, pollInterval: 60_000 });
          setImmediate(async () => {
            await taskStore.updateTaskStatus(created.taskId, 'working', 'counting');
            const content = [{ type: 'text', text: `counted to ${to}` }];
            await taskStore.storeTaskResult(created.taskId, 'completed', { content });
          });
          return { task: created };
        },
        async getTask(_args, { taskId, taskStore }) {
          if (kept === 'here') return taskStore.getTask(taskId);
          const now = new Date().toISOString();
          const status = jobs.get(taskId)?.status ?? 'working';
          return { taskId, ttl: null, createdAt: now, lastUpdatedAt: now, pollInterval: 1, status };
        },
        async getTaskResult({ to }, { taskId, taskStore }) {
          if (kept === 'here') return (await taskStore.getTaskResult(taskId)) as never;
          return { content: [{ type: 'text', text: `counted to ${to}` }] };
        },
      },
    );
    const id = await begun(server, 'count', { to: 3 });
    assert.equal(textOf(await reached(server, id, 'completed')), 'counted to 3');
    const { content } = await modern(server, 'tools/call', { name: 'count', arguments: { to: 2 } });
    assert.deepEqual(content, [{ type: 'text', text: 'counted to 2' }]);
    await server.close();
  });
}

test('what stands for keeping tasks in memory is taken, as the engine does that', async () => {
  const taskStore = new InMemoryTaskStore();
  const capabilities = { tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } };
  const taskMessageQueue = new InMemoryTaskMessageQueue();
  const server = emptyServer({ taskStore, taskMessageQueue, capabilities });
  server.registerTool('work', { execution: { taskSupport: 'optional' } }, () => 'done');
  assert.equal(textOf(await reached(server, await begun(server, 'work'), 'completed')), 'done');
  const discovered = await modern(server, 'server/discover');
  assert.equal((discovered.capabilities as { tasks?: object }).tasks, undefined);
  await server.close();
  taskStore.cleanup();
});

test('a tool of three functions fails where its task does, and is refused where it can be none', async () => {
  const server = emptyServer();
  const { tasks } = server.experimental;
  const handler = {
    async createTask({ taskStore }: { taskStore: RequestTaskStore }) {
      const created = await taskStore.createTask();
      const content = [{ type: 'text', text: 'it broke' }];
      await taskStore.storeTaskResult(created.taskId, 'failed', { content });
      return { task: { ...created, status: 'failed' as const } };
    },
    getTask: ({ taskId, taskStore }: { taskId: string; taskStore: RequestTaskStore }) =>
      taskStore.getTask(taskId),
    getTaskResult: async ({ taskId, taskStore }: { taskId: string; taskStore: RequestTaskStore }) =>
      (await taskStore.getTaskResult(taskId)) as never,
  };
  tasks.registerToolTask('breaks', {}, handler);
  const ended = await reached(server, await begun(server, 'breaks'), 'completed');
  assert.deepEqual([textOf(ended), ended.result?.isError], ['it broke', true]);
  await assert.rejects(modern(server, 'tools/call', { name: 'breaks', arguments: {} }), { code: -32021 });
  const never = { execution: { taskSupport: 'forbidden' } } as never;
  assert.throws(() => tasks.registerToolTask('never', never, handler), { name: 'ConfigurationError' });
  assert.throws(() => tasks.registerToolTask('half', {}, { createTask() {} } as never), /getTask must be/);
  await server.close();
});

test('a client with a session asks for a task, is asked by it, and waits for its result (LTASK-2, LTASK-4)', async () => {
  const server = emptyServer();
  const seen: unknown[] = [];
  server.registerTool('greet', { execution: { taskSupport: 'required' } }, async (ctx) => {
    seen.push(ctx.taskRequestedTtl, typeof ctx.taskId);
    const answer = await ctx.elicit('Who is it?', z.object({ name: z.string() }));
    return `Hello, ${answer.content?.name}!`;
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs as Transport);
  const client = new Client({ name: 'c', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
  await client.connect(ours);
  await client.listTools();
  const told: string[] = [];
  const stream = client.experimental.tasks.callToolStream({ name: 'greet' }, undefined, {
    task: { ttl: 30_000 },
  });
  for await (const message of stream) {
    if (message.type === 'error') throw message.error;
    if (message.type === 'result') told.push((message.result.content as { text: string }[])[0]?.text ?? '');
    if (message.type === 'taskCreated') told.push(String(message.task.ttl));
  }
  assert.deepEqual(told, ['30000', 'Hello, Ada!']);
  assert.deepEqual(seen, [30_000, 'string']);
  await client.close();
  await server.close();
});
