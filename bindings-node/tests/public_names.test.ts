// Whatever can be imported from the packages that programs move here from can be imported here: every value, every type, and
// every member of a type. What cannot stands on a list with its reason; what the list says is missing is missing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createMcpHandler,
  McpServer,
  NotYetError,
  serveStdio,
  WebStandardStreamableHTTPServerTransport,
} from 'oxmcp';
import { FastMCP } from 'oxmcp/fast';
import { NOT_HERE, type Reason } from './support/not_here.js';
import { MODULES } from './support/peer_modules.js';
import { type Names, namesOf } from './support/public_names.js';

/** Third parties of theirs that are not installed with them. */
const UNLOADABLE = new Set(['@modelcontextprotocol/sdk/validation/cfworker-provider.js']);

const read = await namesOf([...new Set(MODULES.flat())], UNLOADABLE);
const of = (module: string): Names => {
  const names = read.get(module);
  assert.ok(names, module);
  return names;
};

/** What is missing: by their module, then a name, or a type and its member. */
const missing = new Set<string>();
for (const [theirs, ours] of MODULES) {
  const [there, here] = [of(theirs), of(ours)];
  for (const [name, value] of there.values) {
    if (value !== undefined && here.values.get(name) === undefined) missing.add(`${theirs} ${name}`);
  }
  for (const name of there.types) {
    if (!here.types.has(name)) missing.add(`${theirs} type ${name}`);
    const [wanted, have] = [there.membersOf(name), here.membersOf(name)];
    if (wanted === undefined || have === undefined) continue;
    for (const member of wanted) if (!have.has(member)) missing.add(`${theirs} ${name}.${member}`);
  }
}

/** What the list says is missing: each entry as it is written, and what it stands for. */
const listed = Object.entries(NOT_HERE).flatMap(([reason, modules]) =>
  Object.entries(modules).flatMap(([module, names]) =>
    names.split(/,\s*/).map((name) => {
      const pattern = `${module} ${name}`.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '\\w+');
      return { reason: reason as Reason, entry: `${module} ${name}`, is: new RegExp(`^${pattern}$`) };
    }),
  ),
);

describe('the public names of the packages that programs move here from', () => {
  test('are here, or on the list with the reason', () => {
    assert.deepEqual(
      [...missing].filter((name) => !listed.some(({ is }) => is.test(name))),
      [],
    );
  });

  test('are not on the list when they are here', () => {
    assert.deepEqual(
      listed.filter(({ is }) => ![...missing].some((name) => is.test(name))).map(({ entry }) => entry),
      [],
    );
  });

  test('are nowhere undefined', () => {
    const undefinedNames = [...new Set(MODULES.map(([, ours]) => ours))].flatMap((module) =>
      [...of(module).values].filter(([, value]) => value === undefined).map(([name]) => `${module} ${name}`),
    );
    assert.deepEqual(undefinedNames, []);
  });
});

describe('what is not yet here', () => {
  const standIns = [...new Set(MODULES.map(([, ours]) => ours))].flatMap((module) =>
    [...of(module).values].filter(([name, value]) => isStandIn(name, value)),
  );

  test('says so when it is used, in whatever way', () => {
    assert.ok(standIns.length > 150, String(standIns.length));
    for (const [name, value] of standIns) {
      const used = value as { new (): object; (): unknown; member: unknown };
      const words = { name: 'NotYetError', message: new RegExp(`^${name} is not yet in oxmcp`) };
      for (const use of [() => new used(), () => used(), () => used.member, () => [...(value as [])]]) {
        assert.throws(use, words, name);
      }
      assert.throws(() => new (class extends used {})(), words, name);
    }
  });

  test('can be mentioned all the same', () => {
    for (const [name, value] of standIns) {
      assert.equal(new Error('of others') instanceof (value as never), false, name);
      assert.equal(typeof value, 'function', name);
      assert.equal((value as { name: string }).name, name);
    }
  });

  test('options that nothing would honour are refused by their names', () => {
    const info = { name: 'test', version: '1.0.0' };
    const makers: Record<string, (options: object) => unknown> = {
      ServerOptions: (options) => [new McpServer(info, options), new FastMCP({ ...info, ...options })],
      McpServerOptions: (options) => new McpServer(info, options),
      ProtocolOptions: (options) => new McpServer(info, options),
      StreamableHTTPServerTransportOptions: (options) =>
        new WebStandardStreamableHTTPServerTransport(options),
      WebStandardStreamableHTTPServerTransportOptions: (options) =>
        new WebStandardStreamableHTTPServerTransport(options),
      ServeStdioOptions: (options) => serveStdio(new McpServer(info), options),
      Resource: (options) =>
        new FastMCP({ ...info }).addResource({
          uri: 'a:b',
          name: 'a',
          load: () => ({ text: '' }),
          ...options,
        }),
      CreateMcpHandlerOptions: (options) => createMcpHandler(new McpServer(info), options),
    };
    for (const { entry } of listed.filter(({ reason }) => reason === 'refused')) {
      const [type = '', option = ''] = (entry.split(' ')[1] ?? '').split('.');
      const make = makers[type];
      assert.ok(make, entry);
      assert.throws(() => make({ [option]: {} }), new RegExp(`\\b${option}\\b`), entry);
    }
  });
});

/** A stand-in is a function that cannot be called, and has no member but its name. */
function isStandIn(name: string, value: unknown): boolean {
  if (typeof value !== 'function' || value.name !== name) return false;
  try {
    void (value as { member?: unknown }).member;
    return false;
  } catch (error) {
    return error instanceof NotYetError;
  }
}
