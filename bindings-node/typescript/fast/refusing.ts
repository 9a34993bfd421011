// What FastMCP of npm has and this package has nothing to put in its place: refused by name, never ignored.

import { ConfigurationError } from '../engine/errors.js';

const AUTH = 'requests are not authenticated here';
const TLS = 'connections are not encrypted here: put a proxy in front';

/** The options of others by where they are written, and why they cannot be taken. */
const without = {
  server: new Map([
    ['authenticate', AUTH],
    ['auth', AUTH],
    ['oauth', AUTH],
    ['utils', 'arguments are checked by the engine, which words what is wrong itself'],
  ]),
  tool: new Map<string, string>(),
  resource: new Map([['complete', 'a resource has no arguments']]),
  template: new Map<string, string>(),
  prompt: new Map<string, string>(),
  httpStream: new Map([
    ['sslCa', TLS],
    ['sslCert', TLS],
    ['sslKey', TLS],
  ]),
};

/**
 * Throws ConfigurationError for an option that cannot be honoured. What is switched off (`false`, or `{enabled: false}`)
 * is fine.
 *
 * @param where how the place is called in the error, as in "tool 'add'"
 */
export function refuseForeign(kind: keyof typeof without, options: object, where: string): void {
  const known = without[kind];
  for (const [name, value] of Object.entries(options)) {
    const why = known.get(name);
    if (why === undefined || isOff(value)) continue;
    throw new ConfigurationError(`${where}: ${name} is not supported: ${why}; leave it out`);
  }
}

function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && 'enabled' in value && value.enabled === false;
}
