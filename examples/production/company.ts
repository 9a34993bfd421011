// A company's database for models: who may do what in it, how often, and what is recorded, says `oxmcp.toml`.
//
// Run it in this folder, with `oxmcp.toml` told by the environment:
//
//     OXMCP_CONFIG=oxmcp.toml npx tsx company.ts --port 8000

import { parseArgs } from 'node:util';
import { McpServer, type RequestHandlerExtra } from 'oxmcp';
import { z } from 'zod';
import { Database } from './tables.js';

const { values: options } = parseArgs({ options: { port: { type: 'string', default: '8000' } } });

const database = new Database(new URL('./company.sql', import.meta.url));
const server = new McpServer(
  { name: 'company-database', version: '1.0.0' },
  { instructions: "A company's database. `list_tables` says what there is." },
);

const Cell = z.union([z.string(), z.number(), z.null()]);
const table = z.string().max(64).describe('the name of a table');
const by = z.string().describe('who asked for it');

server.registerTool(
  'list_tables',
  {
    description: 'List the tables with their numbers of rows.',
    outputSchema: z.array(z.object({ name: z.string(), rows: z.int() })),
    annotations: { readOnlyHint: true },
  },
  () => ({ structuredContent: [...database.tables()].map(([name, rows]) => ({ name, rows })) }),
);

server.registerTool(
  'describe_table',
  {
    description: 'Tell the columns of a table with their types.',
    inputSchema: { table },
    outputSchema: z.array(z.object({ name: z.string(), type: z.string() })),
    annotations: { readOnlyHint: true },
  },
  ({ table }) => ({ structuredContent: [...database.columns(table)].map(([name, type]) => ({ name, type })) }),
);

server.registerTool(
  'query',
  {
    description: 'Run one SQL statement that only reads, and return what it finds: 500 rows at most.',
    inputSchema: { sql: z.string().describe("one SELECT statement, in SQLite's dialect") },
    outputSchema: z.object({ columns: z.array(z.string()), rows: z.array(z.array(Cell)) }),
    annotations: { readOnlyHint: true },
  },
  ({ sql }) => ({ structuredContent: database.read(sql) }),
);

server.registerTool(
  'insert_record',
  {
    description: 'Add a row to a table.',
    inputSchema: { table, record: z.record(z.string(), Cell).describe('the values by their columns') },
    outputSchema: z.object({ id: z.int(), by }),
    annotations: { readOnlyHint: false, destructiveHint: false },
  },
  ({ table, record }, extra) => ({
    structuredContent: { id: database.insert(table, record), by: caller(extra) },
  }),
);

server.registerTool(
  'delete_rows',
  {
    description: 'Take rows out of a table, for good.',
    inputSchema: {
      table,
      ids: z.array(z.int()).min(1).max(100).describe('the ids of the rows'),
    },
    outputSchema: z.object({ rows: z.int(), by }),
    annotations: { readOnlyHint: false, destructiveHint: true },
  },
  ({ table, ids }, extra) => ({ structuredContent: { rows: database.delete(table, ids), by: caller(extra) } }),
);

function caller({ authInfo }: Pick<RequestHandlerExtra, 'authInfo'>): string {
  return String(authInfo?.extra?.sub ?? 'this machine');
}

await server.listen({ port: Number(options.port) });
