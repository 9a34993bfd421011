// A server whose tools misbehave: the twin of faulty_server.py, with the faults that only JavaScript knows.
//
// Usage: node faulty_server.mjs (--stdio | --port N) [--io auto|loop|thread]

import { execFileSync } from 'node:child_process';
import { existsSync, readSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { McpServer, ProtocolError } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';

const { values: options } = parseArgs({
  options: {
    stdio: { type: 'boolean' },
    port: { type: 'string' },
    io: { type: 'string', default: 'auto' },
  },
});

const server = new McpServer(
  { name: 'faulty', version: '1.0.0' },
  { io: options.io, capabilities: { logging: {} } },
);

const objectOf = (properties, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
const text = { type: 'string' };
const block = (words) => ({ content: [{ type: 'text', text: words }] });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function tool(name, description, properties, callback, more = {}) {
  server.registerTool(name, { description, inputSchema: objectOf(properties), ...more }, callback);
}

server.registerTool('works', { description: 'Behave.', inputSchema: objectOf({ text }, []) }, (args) =>
  block(args.text ?? 'fine'),
);

tool('raises', 'Throw an ordinary error.', { text }, (args) => {
  throw new TypeError(args.text);
});

tool('raises_async', 'Reject with an ordinary error.', { text }, async (args) => {
  await pause(0);
  throw new TypeError(args.text);
});

tool('raises_tool_error', 'Return an error in words of its own.', { text }, (args) => ({
  ...block(args.text),
  isError: true,
}));

/** An object whose every look at it throws. */
const unspeakable = new Proxy(
  {},
  {
    get() {
      throw new Error('no words');
    },
    getPrototypeOf() {
      throw new Error('no prototype');
    },
    ownKeys() {
      throw new Error('no keys');
    },
  },
);

class WithoutWords extends Error {
  get message() {
    throw new Error('no words');
  }
}

const cycle = [];
cycle.push(cycle);

/** The class of the same name in another package: told by its name. */
class McpError extends Error {
  constructor(code, message, data) {
    super(`MCP error ${code}: ${message}`);
    this.name = 'McpError';
    this.code = code;
    this.data = data;
  }
}

/** Everything that can be thrown. */
const THROWN = {
  error: () => new Error('the cause'),
  'error without a message': () => new RangeError(),
  'error with a cause': () => new Error('outer', { cause: new Error('inner') }),
  'error with a number for a message': () => Object.assign(new Error(), { message: 7 }),
  'error with a code': () => Object.assign(new Error('no such file'), { code: 'ENOENT' }),
  'many errors': () => new AggregateError([new Error('one'), 'two'], 'many'),
  'error without words': () => new WithoutWords(),
  string: () => 'just words',
  'empty string': () => '',
  'lone surrogate': () => 'half \ud83d',
  'long string': () => 'x'.repeat(1 << 22),
  number: () => 42,
  nan: () => Number.NaN,
  bigint: () => 12n,
  boolean: () => false,
  undefined: () => undefined,
  null: () => null,
  symbol: () => Symbol('mark'),
  function: () => () => {},
  object: () => ({ reason: 'an object', code: 7 }),
  'object without a prototype': () => Object.assign(Object.create(null), { reason: 'bare' }),
  cycle: () => cycle,
  unspeakable: () => unspeakable,
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  promise: () => Promise.resolve('a promise'),
  'protocol error': () => new ProtocolError(-31099, 'of my own', { detail: [1] }),
  'protocol error with bad data': () => new ProtocolError(-31099, 'of my own', { detail: 1n }),
  "another package's protocol error": () => new McpError(-31098, 'of theirs', { detail: 2 }),
};

tool('throws', 'Throw whatever is asked for.', { kind: text }, ({ kind }) => {
  throw THROWN[kind]();
});

tool('rejects', 'Reject with whatever is asked for, later.', { kind: text }, async ({ kind }) => {
  await pause(0);
  throw THROWN[kind]();
});

tool('raises_without_words', 'Throw an error that cannot be shown.', {}, () => {
  throw unspeakable;
});

tool('raises_group', 'Throw several errors at once.', {}, () => {
  throw new AggregateError([new Error('one'), new TypeError('two')], 'many');
});

tool('cancels_itself', 'Throw an abort that nobody asked for.', {}, () => {
  throw new DOMException('stopped', 'AbortError');
});

const recurse = () => recurse() + 1;
tool('recurses', 'Run out of stack.', {}, () => block(String(recurse())));

const structured = (structuredContent) => ({ structuredContent });

function deep(levels) {
  let value = 'bottom';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

/** Everything that can be returned, and should not. */
const RETURNED = {
  bigint: () => structured({ items: [1, { when: 12n }] }),
  symbol: () => structured({ items: [1, { when: Symbol('mark') }] }),
  function: () => structured({ items: [1, { when: () => {} }] }),
  cycle: () => structured({ items: [1, { when: cycle }] }),
  'throwing getter': () =>
    structured({
      items: [
        1,
        {
          get when() {
            throw new Error('not now');
          },
        },
      ],
    }),
  'throwing toJSON': () =>
    structured({
      items: [
        1,
        {
          when: {
            toJSON() {
              throw new Error('not now');
            },
          },
        },
      ],
    }),
  'invalid date': () => structured({ items: [1, { when: new Date(Number.NaN) }] }),
  deep: () => structured({ value: deep(100_000) }),
  'bare bigint': () => 12n,
  'bare function': () => () => {},
  'bare symbol': () => Symbol('mark'),
  'content that is no block': () => ({ content: [7] }),
  'content with an unknown type': () => ({ content: [{ type: 'smell', data: 'rose' }] }),
  'content without text': () => ({ content: [{ type: 'text' }] }),
  'a bigint in content': () => ({ content: [{ type: 'text', text: 12n }] }),
  'isError that is text': () => ({ content: [], isError: 'yes' }),
  'meta that is a list': () => ({ content: [], _meta: [] }),
  unspeakable: () => unspeakable,
  'thenable that throws': () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
    then() {
      throw new Error('not then');
    },
  }),
  'thenable with a throwing getter': () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
    get then() {
      throw new Error('no then');
    },
  }),
};

tool('returns', 'Return whatever is asked for.', { kind: text }, ({ kind }) => RETURNED[kind]());
tool('returns_later', 'Resolve to whatever is asked for.', { kind: text }, async ({ kind }) => {
  await pause(0);
  return RETURNED[kind]();
});

/** What is odd and still has an answer. */
const ODD = {
  'data with a member named content': () => ({ title: 'A title', content: 'words' }),
  undefined: () => undefined,
  null: () => null,
  nothing: () => ({}),
  string: () => 'just words',
  nan: () => structured({ value: Number.NaN }),
  'lone surrogate': () => structured({ value: 'half \ud83d' }),
  'lone surrogate in content': () => block('half \ud83d'),
  map: () => structured({ value: new Map([['a', 1]]) }),
  set: () => structured({ value: new Set([1, 2]) }),
  date: () => structured({ value: new Date(0) }),
  bytes: () => structured({ value: new Uint8Array([1, 2, 3]) }),
  'twice settled': () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
    then(resolve, reject) {
      resolve(block('once'));
      resolve(block('twice'));
      reject(new Error('and not'));
      throw new Error('at all');
    },
  }),
  'a member named __proto__': () => structured(JSON.parse('{"__proto__":{"a":1},"constructor":2}')),
};

tool('returns_oddly', 'Return something odd that can be sent.', { kind: text }, ({ kind }) => ODD[kind]());

tool('returns_opaque', 'Return something that is not JSON, inside something that is.', {}, RETURNED.symbol);
tool('returns_cycle', 'Return a list that contains itself.', {}, RETURNED.cycle);
tool('returns_deep', 'Return a value nested far deeper than any reader allows.', {}, RETURNED.deep);

tool('returns_much', 'Return a long text.', { mebibytes: { type: 'integer' } }, ({ mebibytes }) =>
  block('x'.repeat(mebibytes << 20)),
);

const count = { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] };
/** Results that break an output schema, with and without content: none may pass. */
const BROKEN = {
  'another type': () => structured({ count: 'three' }),
  'another type, with content': () => ({ ...block('three'), ...structured({ count: 'three' }) }),
  nothing: () => ({}),
  'content only': () => block('three'),
  'another root': () => structured([3]),
  zero: () => structured(0),
  'empty text': () => structured(''),
  false: () => structured(false),
};
tool('breaks_its_promise', 'Return something else than the output schema says.', {}, BROKEN['another type'], {
  outputSchema: count,
});
tool(
  'breaks_a_promise',
  'Break the output schema in the way asked for.',
  { kind: text },
  ({ kind }) => BROKEN[kind](),
  {
    outputSchema: count,
  },
);

tool('hangs', 'Never come back, but for the time limit.', {}, () => new Promise(() => {}), {
  timeoutMs: 200,
});

tool('never_answers', 'Never come back, without a time limit.', {}, (_args, ctx) => {
  ctx.progress(1, 2, 'waiting');
  return new Promise(() => {});
});

tool(
  'hangs_in_a_thread',
  'Block the thread longer than the time limit.',
  {},
  () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    return block('too late');
  },
  { timeoutMs: 200 },
);

tool(
  'rejects_too_late',
  'Reject after the time limit has answered.',
  {},
  async () => {
    await pause(250);
    throw new Error('too late');
  },
  { timeoutMs: 200 },
);

/** What `goes_on` saw after its answer. */
const afterwards = [];

tool('goes_on', 'Use the context after the answer.', {}, (_args, ctx) => {
  setTimeout(() => {
    for (const [what, use] of Object.entries({
      progress: () => ctx.progress(1, 1, 'late'),
      log: () => ctx.log.info('late'),
      signal: () => ctx.signal.aborted,
    })) {
      try {
        afterwards.push(`${what}: ${use()}`);
      } catch (error) {
        afterwards.push(`${what}: ${error.message}`);
      }
    }
  }, 10);
  return block('answered');
});

tool('went_on', 'Tell what it saw.', {}, () => block(afterwards.join('; ')));

tool('prints', 'Write to everything that looks like standard output.', { text }, (args) => {
  console.log(args.text);
  console.info('%s', args.text);
  process.stdout.write(`${args.text}\n`);
  process.stdout.write(args.text); // without an end of line
  writeSync(1, `${args.text}\n`);
  execFileSync(process.execPath, ['-e', `console.log(${JSON.stringify(args.text)})`], { stdio: 'inherit' });
  return block('printed');
});

tool('reads_input', 'Read standard input, which belongs to the protocol.', {}, () => {
  const bytes = Buffer.alloc(1);
  return block(JSON.stringify(bytes.subarray(0, readSync(0, bytes)).toString()));
});

tool('starts_a_thread', 'Leave a thread behind that prints.', {}, () => {
  new Worker(`console.log('from a thread'); process.stdout.write('and again\\n');`, { eval: true }).unref();
  return block('started');
});

tool('keeps_alive', 'Leave a timer behind that keeps the process alive.', {}, () => {
  setInterval(() => {}, 1_000);
  return block('ticking');
});

tool('exits', 'Leave the process, as scripts do.', {}, () => process.exit(3));

tool('exits_later', 'Answer, and leave the process then.', {}, () => {
  setTimeout(() => process.exit(3), 50);
  return block('leaving');
});

/** Blocks the thread until there is a file at `path`, half a minute at most. */
function waitFor(path) {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let turn = 0; turn < 6_000; turn += 1) {
    if (existsSync(path)) return block('released');
    Atomics.wait(never, 0, 0, 5);
  }
  return block('gave up');
}

tool('blocks_the_loop', 'Block the thread until there is a file at `path`.', { path: text }, ({ path }) =>
  waitFor(path),
);

tool('blocks_a_thread', 'Block the thread likewise, in a coroutine.', { path: text }, async ({ path }) => {
  await null;
  return waitFor(path);
});

if (options.stdio) await server.connect(new StdioServerTransport());
else await server.listen({ host: '127.0.0.1', port: Number(options.port) });
