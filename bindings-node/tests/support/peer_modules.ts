// The modules of other packages that programs move here from, and where each is here.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SDK = '@modelcontextprotocol/sdk';

/** Every file that version 1 of the official package lets be imported, its examples left out: its `exports` end with `./*`. */
function sdkModules(): string[] {
  const root = dirname(dirname(fileURLToPath(import.meta.resolve(`${SDK}/types.js`))));
  return readdirSync(join(root, 'esm'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts') && !file.startsWith('examples'))
    .map((file) => file.replace(/\.d\.ts$/, '.js').replaceAll('\\', '/'));
}

/** The rest, by their packages' `exports`. What is for other platforms than Node (`_shims`) is left out. */
const OTHERS: readonly [theirs: string, ours: string][] = [
  [`${SDK}/server`, 'oxmcp/server'],
  [`${SDK}/client`, 'oxmcp/client'],
  [`${SDK}/validation`, 'oxmcp/validation'],
  [`${SDK}/validation/ajv`, 'oxmcp/validation/ajv'],
  [`${SDK}/experimental`, 'oxmcp/experimental'],
  [`${SDK}/experimental/tasks`, 'oxmcp/experimental/tasks'],
  ['@modelcontextprotocol/server', 'oxmcp'],
  ['@modelcontextprotocol/server/stdio', 'oxmcp/stdio'],
  ['@modelcontextprotocol/server/ext/skills', 'oxmcp/ext/skills'],
  ['@modelcontextprotocol/server/ext/skills/node', 'oxmcp/ext/skills/node'],
  ['@modelcontextprotocol/server/validators/ajv', 'oxmcp/validators/ajv'],
  ['@modelcontextprotocol/server/validators/cf-worker', 'oxmcp/validators/cf-worker'],
  ['@modelcontextprotocol/client', 'oxmcp/client'],
  ['@modelcontextprotocol/client/stdio', 'oxmcp/client/stdio'],
  ['@modelcontextprotocol/client/ext/skills', 'oxmcp/ext/skills'],
  ['@modelcontextprotocol/client/validators/ajv', 'oxmcp/validators/ajv'],
  ['@modelcontextprotocol/client/validators/cf-worker', 'oxmcp/validators/cf-worker'],
  ['@modelcontextprotocol/node', 'oxmcp/node'],
  ['@modelcontextprotocol/express', 'oxmcp/express'],
  ['@modelcontextprotocol/hono', 'oxmcp/hono'],
  ['@modelcontextprotocol/fastify', 'oxmcp/fastify'],
  ['fastmcp', 'oxmcp/fast'],
  ['fastmcp/auth', 'oxmcp/fast/auth'],
  ['fastmcp/edge', 'oxmcp/fast/edge'],
  ['fastmcp/openapi', 'oxmcp/fast/openapi'],
];

/** Each module of theirs, and where it is here. */
export const MODULES: readonly [theirs: string, ours: string][] = [
  ...sdkModules().map((file): [string, string] => [`${SDK}/${file}`, `oxmcp/${file}`]),
  ...OTHERS,
];
