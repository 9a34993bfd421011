// The official TypeScript client of the era that has sessions, whose calls become tasks on a server of ours; prints what it saw as
// JSON. The twin of task_client_1x.py.
//
// Usage: node task_client_v1.mjs PLAN (URL | COMMAND ARGUMENT...)

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const [plan, where, ...args] = process.argv.slice(2);
const { calls, answer } = JSON.parse(plan);

const client = new Client({ name: 'tasks', version: '1.0.0' }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, () => answer);
const transport = where.startsWith('http')
  ? new StreamableHTTPClientTransport(new URL(where))
  : new StdioClientTransport({ command: where, args, env: process.env });
await client.connect(transport);
// So that it knows which tools have tasks.
await client.listTools();

const { tasks } = client.experimental;
const seen = { texts: [], statuses: [] };
const told = client.getServerCapabilities().tasks;
seen.capabilities = told === undefined ? null : Object.keys(told).sort();
for (const [name, given] of calls) {
  let id;
  for await (const message of tasks.callToolStream({ name, arguments: given }, undefined, { task: {} })) {
    if (message.type === 'taskCreated') id = message.task.taskId;
    // Of a task that failed the stream tells no more than that.
    const isFailed = message.type === 'error' && id !== undefined;
    const result = isFailed ? await tasks.getTaskResult(id, CallToolResultSchema) : message.result;
    if (result !== undefined) seen.texts.push(result.content[0].text);
    else if (message.type === 'error') throw message.error;
  }
  seen.statuses.push((await tasks.getTask(id)).status);
}
const params = { name: 'slow_compute', arguments: { seconds: 60, label: 'never' } };
for await (const message of tasks.callToolStream(params, undefined, { task: { ttl: 30_000 } })) {
  if (message.type !== 'taskCreated') continue;
  seen.ttl = message.task.ttl;
  await tasks.cancelTask(message.task.taskId);
  seen.cancelled = (await tasks.getTask(message.task.taskId)).status;
  break;
}
await client.close();
process.stdout.write(JSON.stringify(seen));
