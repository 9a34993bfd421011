// What of the everything server becomes tasks: the twin of everything_tasks.py.

import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from 'oxmcp';
import { z } from 'zod';

/** A form of one field. */
const form = (field, type) => ({
  type: 'object',
  properties: { [field]: { type } },
  required: [field],
});

const optional = { taskSupport: 'optional' };

/** Adds all of them to a server. */
export function register(server) {
  runLong(server);
  askInMidTask(server);
}

/** Tools that take their time, and one that does not. */
function runLong(server) {
  server.registerTool(
    'greet',
    { description: 'Greet at once: never a task.', inputSchema: { name: z.string() } },
    ({ name }) => `Hello, ${name}!`,
  );
  server.registerTool(
    'slow_compute',
    {
      description: 'Compute for a while.',
      inputSchema: { seconds: z.number(), label: z.string() },
      execution: optional,
    },
    async ({ seconds, label }, { signal }) => {
      await sleep(seconds * 1000, undefined, { signal });
      return `${label}: computed`;
    },
  );
  server.registerTool(
    'failing_job',
    { description: 'Fail after a while.', execution: { taskSupport: 'required' } },
    async ({ signal }) => {
      await sleep(1000, undefined, { signal });
      throw new Error('This job always fails');
    },
  );
  server.registerTool(
    'reporting_job',
    { description: 'Report progress while it goes on.', execution: optional },
    async ({ signal, progress }) => {
      for (const step of [1, 2, 3]) {
        await sleep(50, undefined, { signal });
        progress(step, 3, `step ${step}`);
      }
      return 'reported';
    },
  );
  server.registerTool(
    'protocol_error_job',
    { description: 'End with an error of the protocol.', execution: optional },
    () => {
      throw new ProtocolError(-32603, 'This job breaks off');
    },
  );
}

/** Tools that ask their client while they are tasks, and one that asks before. */
function askInMidTask(server) {
  server.registerTool(
    'confirm_delete',
    {
      description: 'Ask whether to go on.',
      inputSchema: { filename: z.string() },
      execution: optional,
    },
    async ({ filename }, ctx) => {
      const answer = await ctx.elicit(`Delete ${filename}?`, form('confirm', 'boolean'));
      return `${filename}: ${answer.content?.confirm === true ? 'deleted' : 'kept'}`;
    },
  );
  server.registerTool(
    'multi_input',
    { description: 'Ask two things at once.', execution: optional },
    async (ctx) => {
      const answers = await Promise.all([
        ctx.elicit('What is your name?', form('name', 'string')),
        ctx.elicit('Go on?', form('confirm', 'boolean')),
      ]);
      return `answers: ${answers.map(({ action }) => action).join(', ')}`;
    },
  );
  server.registerTool(
    'test_tool_with_task',
    {
      description: 'Ask first, and become a task then.',
      execution: { taskSupport: 'required', begins: 'when told', pollIntervalMs: 5000 },
    },
    async (ctx) => {
      const answer = await ctx.elicit('What is your name?', form('name', 'string'));
      ctx.becomeTask();
      await sleep(50);
      return `Hello, ${answer.content?.name ?? 'nobody'}!`;
    },
  );
}
