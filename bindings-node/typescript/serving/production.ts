// Who may call, how often, what is recorded: the sections of one configuration, and the functions they ask.

import { encode } from '../answers/encoding.js';
import { respond } from '../answers/settling.js';
import type { AuthorizationOptions } from '../authentication/authorization.js';
import { type AuthenticationOptions, tokenVerifying } from '../authentication/options.js';
import type { Engine } from '../engine/engine.js';
import { ConfigurationError, translated } from '../engine/errors.js';
import { type AuditOptions, recording } from './audit.js';
import { type SafetyOptions, sanitizing } from './safety.js';
import type { TelemetryOptions } from './telemetry.js';

/**
 * The sections, as options of servers; each has the words of the configuration file, in either spelling. So far there are
 * `authentication`, `authorization`, `audit`, `telemetry`, `safety` and `tls`; a server with one of the others is refused.
 */
export interface ProductionOptions {
  /**
   * The path of a configuration file (TOML, or JSON), whose sections count where none is given here; without one, the file that the
   * variable `OXMCP_CONFIG` names.
   */
  config?: string | undefined;
  /** Who is calling: keys, tokens, certificates. */
  authentication?: AuthenticationOptions | undefined;
  /** Who may do what: roles and rules. */
  authorization?: AuthorizationOptions | undefined;
  /** How often, how much, how long. */
  limits?: Section | undefined;
  /** What is recorded of it, and where. */
  audit?: AuditOptions | undefined;
  /** Logs, metrics, traces, the dashboard. */
  telemetry?: TelemetryOptions | undefined;
  /** What people are asked before it is done, and what models are told. */
  safety?: SafetyOptions | undefined;
  /** Certificates and keys, where it is served over HTTP. */
  tls?: Section | undefined;
}

/** Options by their names. */
export interface Section {
  readonly [option: string]: unknown;
}

/** The names of the sections. */
const SECTIONS = [
  'authentication',
  'authorization',
  'limits',
  'audit',
  'telemetry',
  'safety',
  'tls',
] as const;

/** By section and option: the method that a function given there is asked with. That there is one says all there is to say. */
const FUNCTIONS: { readonly [option: string]: Asking } = {
  'authentication.verify': { method: 'oxmcp/verify_token', asked: tokenVerifying },
  'audit.sink': { method: 'oxmcp/audit', asked: recording },
  'safety.sanitize': { method: 'oxmcp/sanitize', asked: sanitizing },
};

/** How a function is asked. */
interface Asking {
  readonly method: string;
  /** From what the author gave to what takes what is asked; undefined where nothing can be asked. */
  readonly asked: (given: unknown, section: Section) => ((asked: unknown) => unknown) | undefined;
}

/**
 * Tells the engine of the sections.
 *
 * @throws ConfigurationError where one says what cannot be.
 */
export function configure(engine: Engine, options: ProductionOptions): void {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const name of SECTIONS) {
    const section: Section | undefined = options[name];
    if (section === undefined) continue;
    const plain: Record<string, unknown> = {};
    for (const [option, value] of Object.entries(section)) {
      const asking = FUNCTIONS[`${name}.${option}`];
      const run = asking?.asked(value, section);
      if (asking !== undefined && run !== undefined) ask(engine, asking.method, run);
      // JSON would leave it out, and nobody would know.
      else if (typeof value === 'function') throw new ConfigurationError(`${name}.${option} is no function`);
      else plain[option] = value;
    }
    sections[name] = plain;
  }
  translated(() => engine.native.configure(JSON.stringify(sections), options.config));
}

/** Has the engine ask a function that takes what it is asked, and gives what goes into JSON, or a promise of it. */
function ask(engine: Engine, method: string, run: (asked: unknown) => unknown): void {
  const slot = engine.slot((call, args) => {
    respond(
      call,
      () => run(args),
      (_call, answered) => {
        call.completeWhole(encode(answered ?? null, `what the function behind ${method} returned`));
      },
    );
  });
  engine.native.setFunction(method, slot);
}
