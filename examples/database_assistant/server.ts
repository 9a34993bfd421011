// A database assistant: lets a model read a SQLite database, and only read it.
//
//     npx tsx server.ts                    speak MCP over stdin and stdout
//     npx tsx server.ts --http 8000        serve http://127.0.0.1:8000/mcp
//     npx tsx server.ts --database my.db   use a file of your own instead of the bookshop

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { McpServer, ResourceTemplate } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';
import { z } from 'zod';
import { create } from './bookshop.js';
import { ReadOnlyDatabase } from './read_only.js';

const { values: options } = parseArgs({
  options: { http: { type: 'string' }, database: { type: 'string' } },
});
const database = new ReadOnlyDatabase(await fileToRead());

const server = new McpServer(
  { name: 'database-assistant', version: '1.0.0' },
  {
    instructions:
      'Answers questions about a SQLite database. Read schema://database first, then use `query`.',
  },
);

const Table = z.object({ name: z.string(), columns: z.array(z.string()), rows: z.int() });

const Answer = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  truncated: z.boolean().describe('true when there were more rows than the limit'),
});

server.registerTool(
  'list_tables',
  { description: 'List the tables with their columns and row counts.', outputSchema: z.array(Table) },
  async () => {
    const tables = [];
    for (const name of (await database.tables()).keys()) tables.push(await describe(name));
    return { structuredContent: tables };
  },
);

server.registerTool(
  'query',
  {
    description: 'Run one read-only SQL statement and return what it finds.',
    inputSchema: {
      sql: z.string().describe("one SELECT statement, in SQLite's dialect"),
      limit: z.int().min(1).max(500).default(50).describe('most rows to return'),
    },
    outputSchema: Answer,
  },
  // What `read` refuses, it throws, and the caller reads the message.
  async ({ sql, limit }) => {
    const { columns, rows } = await database.read(sql, limit + 1);
    return { structuredContent: { columns, rows: rows.slice(0, limit), truncated: rows.length > limit } };
  },
);

server.registerResource(
  'schema',
  'schema://database',
  { description: 'The statements that made the tables.', mimeType: 'application/sql' },
  async () => `${[...(await database.tables()).values()].join(';\n\n')};`,
);

server.registerResource(
  'table',
  new ResourceTemplate('table://{name}{?limit}', { list: undefined }),
  { description: 'The first rows of one table, each as a JSON object.', mimeType: 'application/json' },
  async (_uri, { name, limit }) => {
    const most = Math.max(1, Math.min(Number(limit ?? 20), 500));
    const { columns, rows } = await database.read(`SELECT * FROM ${await quoted(String(name))}`, most);
    const objects = rows.map((row) =>
      Object.fromEntries(columns.map((column, place) => [column, row[place]])),
    );
    return JSON.stringify(objects, undefined, 2);
  },
);

server.registerPrompt(
  'analyse_table',
  {
    description: 'Ask for an analysis of one table.',
    argsSchema: { table: z.string(), question: z.string().default('What stands out?') },
  },
  async ({ table, question }) => {
    const { name, rows, columns } = await describe(table);
    return [
      `The table \`${name}\` has ${rows} rows and these columns: ${columns.join(', ')}.`,
      question,
      `Look at table://${name} first, then answer with the \`query\` tool. Show the SQL behind every number.`,
    ].join('\n\n');
  },
);

async function describe(name: string): Promise<z.infer<typeof Table>> {
  const table = await quoted(name);
  const { columns } = await database.read(`SELECT * FROM ${table} LIMIT 0`, 1);
  const { rows } = await database.read(`SELECT count(*) FROM ${table}`, 1);
  return { name, columns, rows: Number(rows[0]?.[0] ?? 0) };
}

/** A name can't be passed as a parameter, so only names the database itself gave us go into SQL. */
async function quoted(name: string): Promise<string> {
  const tables = await database.tables();
  if (!tables.has(name)) {
    throw new Error(`There is no table named '${name}'. There are: ${[...tables.keys()].join(', ')}.`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

async function fileToRead(): Promise<string> {
  const path = options.database ?? fileURLToPath(new URL('./bookshop.db', import.meta.url));
  if (!options.database && !existsSync(path)) await create(path);
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`);
  return path;
}

if (options.http) {
  await server.listen({ port: Number(options.http) });
} else {
  await server.connect(new StdioServerTransport());
}
