// The tools every benchmark server of this language offers, so that all of them do the same work: the twin of catalogue.py.

import { parseArgs } from 'node:util';

/** @typedef {{ name: string, description: string, shape: Record<string, unknown>, run: (args: any) => unknown }} Tool */

/**
 * Three small tools. Their schemas are made anew with each call, as in a factory that a library runs for each request.
 * @returns {Tool[]}
 */
export function few(z) {
  return [
    { name: 'echo', description: 'Return the text.', shape: { text: z.string() }, run: ({ text }) => text },
    {
      name: 'echo_async',
      description: 'Return the text, from a promise.',
      shape: { text: z.string() },
      run: async ({ text }) => text,
    },
    {
      name: 'add',
      description: 'Add two whole numbers.',
      shape: { a: z.number().int(), b: z.number().int() },
      run: ({ a, b }) => String(a + b),
    },
  ];
}

/**
 * As many tools as asked, with an ordinary signature and a description each.
 * @returns {Tool[]}
 */
export function many(z, count) {
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

/** The text block that a tool's return value becomes. A promise stays one, a plain value stays plain. */
export function asContent(run) {
  const wrap = (text) => ({ content: [{ type: 'text', text }] });
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
      tools: { type: 'string', default: '0' },
      ...extra,
    },
  });
  return { ...values, port: Number(values.port), tools: Number(values.tools) };
}

/** @returns {Tool[]} */
export function tools(z, count) {
  return count ? many(z, count) : few(z);
}
