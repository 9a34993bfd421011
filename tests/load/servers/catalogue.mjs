// The tools every benchmark server of this language offers, so that all of them do the same work: the twin of catalogue.py.

import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/**
 * `run` returns a text, or an object where the tool has an output schema; `blocks` says that it blocks the thread meanwhile.
 * @typedef {{ name: string, description: string, shape: Record<string, any>, output?: Record<string, any>, run: (args: any) => unknown }} Tool
 */

/** How many milliseconds the tools take that take their time. */
const PAUSE = 1;
/** How often the tool that reports progress does. */
export const STEPS = 10;
export const QUESTION = 'Really?';

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function search({ query, limit }) {
  const records = Array.from({ length: limit }, (_, number) => ({
    id: query.range.first + number,
    title: `Record ${number} about ${query.filters[0]?.value ?? ''}`,
    score: 1 / (1 + number),
    tags: ['speed', 'protocol', 'server'],
    author: { name: 'Ada Lovelace', email: 'ada@example.com' },
    published: '2026-07-28',
    available: number % 2 === 0,
  }));
  return { total: query.range.last, records };
}

function searchInput(z) {
  const operator = z.enum(['equals', 'at_least', 'contains']);
  const filter = z.object({ field: z.string(), operator, value: z.string() });
  const range = z.object({ first: z.number().int(), last: z.number().int() });
  return {
    query: z.object({ text: z.string(), filters: z.array(filter), range }),
    limit: z.number().int().default(20),
  };
}

function searchOutput(z) {
  const record = z.object({
    id: z.number().int(),
    title: z.string(),
    score: z.number(),
    tags: z.array(z.string()),
    author: z.object({ name: z.string(), email: z.string() }),
    published: z.string(),
    available: z.boolean(),
  });
  return { total: z.number().int(), records: z.array(record) };
}

/**
 * The usual tools. Their schemas are made anew with each call, as in a factory that a library runs for each request.
 * @returns {Tool[]}
 */
function few(z) {
  const shape = { text: z.string() };
  return [
    echo(z),
    {
      name: 'echo_async',
      description: 'Return the text, from a promise.',
      shape,
      run: async ({ text }) => text,
    },
    {
      name: 'echo_later',
      description: 'Return the text after a while.',
      shape,
      run: ({ text }) => wait(PAUSE, text),
    },
    {
      name: 'echo_blocking',
      description: 'Return the text after a while, from a thread that is blocked meanwhile.',
      shape,
      run: ({ text }) => {
        Atomics.wait(sleeper, 0, 0, PAUSE);
        return text;
      },
    },
    {
      name: 'add',
      description: 'Add two whole numbers.',
      shape: { a: z.number().int(), b: z.number().int() },
      output: { sum: z.number().int() },
      run: ({ a, b }) => ({ sum: a + b }),
    },
    {
      name: 'search',
      description: 'Return a page of records.',
      shape: searchInput(z),
      output: searchOutput(z),
      run: search,
    },
  ];
}

/** @returns {Tool} */
function echo(z) {
  return {
    name: 'echo',
    description: 'Return the text.',
    shape: { text: z.string() },
    run: ({ text }) => text,
  };
}

/**
 * As many tools as asked, with an ordinary signature and a description each.
 * @returns {Tool[]}
 */
function many(z, count) {
  return Array.from({ length: count }, (_, number) => ({
    name: `search_${number}`,
    description: `Search collection ${number} and return the best matches, newest first.`,
    shape: {
      query: z.string(),
      limit: z.number().int().default(10),
      tags: z.array(z.string()).nullable().default(null),
      exact: z.boolean().default(false),
    },
    run: ({ query }) => `${number}: ${query}`,
  }));
}

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

/**
 * The tools of the comparison by TM Dev Lab.
 * @returns {Tool[]}
 */
function tmDevLab(z) {
  return [
    {
      name: 'calculate_fibonacci',
      description: 'Calculate a Fibonacci number, recursively.',
      shape: { n: z.number().int() },
      run: ({ n }) => JSON.stringify({ input: n, result: fibonacci(n) }),
    },
    {
      name: 'fetch_external_data',
      description: 'Fetch something over HTTP.',
      shape: { endpoint: z.string() },
      run: async ({ endpoint }) => {
        const answer = await fetch(endpoint);
        const { byteLength } = await answer.arrayBuffer();
        return JSON.stringify({ status_code: answer.status, bytes: byteLength });
      },
    },
    {
      name: 'process_json_data',
      description: 'Turn the texts of an object into capitals.',
      shape: { data: z.record(z.string(), z.unknown()) },
      run: ({ data }) => {
        const capitals = ([name, value]) => [name, typeof value === 'string' ? value.toUpperCase() : value];
        return JSON.stringify({ transformed_data: Object.fromEntries(Object.entries(data).map(capitals)) });
      },
    },
    {
      name: 'simulate_database_query',
      description: 'Wait as long as a database would take.',
      shape: { query: z.string(), delay_ms: z.number().int() },
      run: ({ query, delay_ms }) => wait(delay_ms, JSON.stringify({ query, delay_ms })),
    },
  ];
}

/** What the tool that reports progress takes. */
export const stepsShape = (z) => ({ text: z.string() });

/** The result that a tool's return value becomes. A promise stays one, a plain value stays plain. */
export function asResult({ output, run }) {
  const text = (value) => ({ content: [{ type: 'text', text: value }] });
  const structured = (value) => ({ ...text(JSON.stringify(value)), structuredContent: value });
  const wrap = output ? structured : text;
  return (args) => {
    const returned = run(args);
    return returned instanceof Promise ? returned.then(wrap) : wrap(returned);
  };
}

/** The options every server takes, and those of this one. */
export function commandLine(extra = {}) {
  const { values } = parseArgs({
    options: {
      stdio: { type: 'boolean', default: false },
      port: { type: 'string' },
      answers: { type: 'string', default: 'sse' }, // json: JSON only; sse: streams where they may be
      'max-body': { type: 'string', default: String(4 << 20) },
      tools: { type: 'string', default: '0' }, // as many in all, echo and others of one kind
      'tm-dev-lab': { type: 'boolean', default: false },
      ...extra,
    },
  });
  return {
    ...values,
    port: Number(values.port),
    tools: Number(values.tools),
    json: values.answers === 'json',
    maxBody: Number(values['max-body']),
  };
}

/**
 * The tools to offer, but for those that need the library's own context.
 * @returns {Tool[]}
 */
export function tools(z, options) {
  if (options.tools) return [echo(z), ...many(z, options.tools - 1)];
  return options['tm-dev-lab'] ? tmDevLab(z) : few(z);
}

/** Whether the tools that need the library's own context are wanted, too. */
export const offersContextTools = (options) => !options.tools && !options['tm-dev-lab'];
