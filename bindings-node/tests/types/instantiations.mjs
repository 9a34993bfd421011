// What registering costs the type checker: 50 tools against the same 50 zod 4 schemas and functions of their types, without
// oxmcp. Fails when the tools instantiate more than 10 % more. Needs the built declarations.
//
//     node bindings-node/tests/types/instantiations.mjs

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = 50;
const ALLOWED = 1.1;

/** Five kinds of tools: the members of the shape, and an expression that uses the arguments. */
const KINDS = [
  (n) => [
    `text: z.string().min(1).describe('Text ${n}'), count: z.number().int().positive().optional(), loud: z.boolean().default(false)`,
    'args.text.length + (args.count ?? 0) + (args.loud ? 1 : 0)',
  ],
  (n) => [
    `query: z.string(), limit: z.number().max(${n + 10}).optional(), tags: z.array(z.string()), kind: z.enum(['a', 'b', 'c${n}'])`,
    'args.query.length + (args.limit ?? 0) + args.tags.length',
  ],
  () => [
    'where: z.object({ city: z.string(), zip: z.string().regex(/^[0-9]{5}$/).optional() }), days: z.number()',
    'args.where.city.length + args.days',
  ],
  () => [
    'id: z.uuid(), patch: z.record(z.string(), z.union([z.string(), z.number(), z.null()])), dry: z.boolean().optional()',
    'args.id.length + Object.keys(args.patch).length',
  ],
  (n) => [
    `mode: z.literal('m${n}'), items: z.array(z.object({ sku: z.string(), amount: z.number().nonnegative() })).min(1), note: z.string().nullish()`,
    "args.items.length + args.mode.length + (args.note ?? '').length",
  ],
];

const kinds = Array.from({ length: TOOLS }, (_, n) => KINDS[n % KINDS.length](n));

const RESULT = (use) => `({ content: [{ type: 'text' as const, text: String(${use}) }] })`;

const alone = [
  "import * as z from 'zod';",
  ...kinds.map(
    ([members, use], n) =>
      `const schema${n} = z.object({ ${members} });\nexport const run${n} = (args: z.infer<typeof schema${n}>) => ${RESULT(use)};`,
  ),
];

const withTools = (schemaOf) => [
  "import { McpServer } from 'oxmcp/server/mcp.js';",
  "import * as z from 'zod';",
  "const server = new McpServer({ name: 'many', version: '1.0.0' });",
  ...kinds.map(
    ([members, use], n) =>
      `server.registerTool('tool${n}', { description: 'Tool ${n}', inputSchema: ${schemaOf(members)} }, (args) => ${RESULT(use)});`,
  ),
];

/** The class alone, with one tool: what is paid once, however many tools there are. */
const none = ["import { McpServer } from 'oxmcp/server/mcp.js';", 'export const Server = McpServer;'];

const programs = {
  none,
  alone,
  objects: withTools((members) => `z.object({ ${members} })`),
  shapes: withTools((members) => `{ ${members} }`),
};

// Inside the package, so that it finds itself and zod.
const directory = join(fileURLToPath(new URL('.', import.meta.url)), 'generated');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const options =
  '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --moduleResolution nodenext --types node --extendedDiagnostics';

function instantiations(name) {
  const file = join(directory, `${name}.mts`);
  writeFileSync(file, `${programs[name].join('\n')}\n`);
  try {
    const said = execFileSync(process.execPath, [tsc, ...options.split(' '), file], { encoding: 'utf8' });
    return Number(/^Instantiations:\s+(\d+)/m.exec(said)[1]);
  } catch (error) {
    console.error(error.stdout ?? error);
    throw new Error(`the program '${name}' does not compile`);
  }
}

mkdirSync(directory, { recursive: true });
try {
  const zod = instantiations('alone');
  const once = instantiations('none');
  console.log(
    `${TOOLS} zod schemas and functions: ${zod} instantiations; the declarations of McpServer: ${once}`,
  );
  for (const name of ['objects', 'shapes']) {
    const all = instantiations(name);
    const ratio = all / zod;
    console.log(`${TOOLS} tools with ${name}: ${all}, ${((ratio - 1) * 100).toFixed(1)} % more`);
    if (ratio > ALLOWED) process.exitCode = 1;
  }
  if (process.exitCode === 1) console.error('that is more than 10 %');
} finally {
  rmSync(directory, { recursive: true, force: true });
}
