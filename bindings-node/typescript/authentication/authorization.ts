// The section `authorization` of a server's options: who may do what.

type OneOrMany = string | readonly string[];

/** Who has a role: whoever was given it by name, and whoever any of these is true of. */
export interface RoleOptions {
  /** The roles that whoever has this one has, too. */
  includes?: OneOrMany | undefined;
  /** Any of these scopes. */
  scopes?: OneOrMany | undefined;
  /** Any of these subjects, `*` for any text. */
  subjects?: OneOrMany | undefined;
  /** Any of these clients, likewise. */
  clients?: OneOrMany | undefined;
  /** Any of these groups. */
  groups?: OneOrMany | undefined;
  /** Any of these claims: where it is, and the value it has or contains. */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

/** What SQL may do. */
export interface SqlOptions {
  /** Which statements; `select` alone where nothing is said. */
  statements?: OneOrMany | undefined;
  /** Which tables it may name, `*` for any text; all that are not the database's own where nothing is said. */
  tables?: OneOrMany | undefined;
  /** Which of them it may not. */
  denyTables?: OneOrMany | undefined;
  /** Which tables it may change; those it may name where nothing is said. */
  writeTables?: OneOrMany | undefined;
  /** Which functions it may call beside those that only compute. */
  functions?: OneOrMany | undefined;
  readonly [option: string]: unknown;
}

/** What an argument has to be: everything that is said here. */
export interface ConditionOptions {
  /** This value. */
  equals?: unknown;
  /** One of these values. */
  oneOf?: readonly unknown[] | undefined;
  /** A text that this regular expression matches as a whole. */
  matches?: string | undefined;
  /** A number between these, both included. */
  range?: { min?: number | undefined; max?: number | undefined } | undefined;
  /** A text that begins with one of these. */
  startsWith?: OneOrMany | undefined;
  /** SQL that does no more than this. */
  sql?: SqlOptions | undefined;
  /** Whether it may also be absent, or null. */
  optional?: boolean | undefined;
  readonly [option: string]: unknown;
}

/**
 * One rule. It is about a caller that fits all of `roles`, `scopes`, `subjects` and `clients` that it has, and about any target that
 * fits one of its patterns; with none, about everything.
 */
export interface RuleOptions {
  /** What explanations and audit records call it; `rule 3` where it has none. */
  name?: string | undefined;
  /** What it does; what one denies, no other allows. */
  effect: 'allow' | 'deny';
  /** Any of these roles. */
  roles?: OneOrMany | undefined;
  /** All of these scopes. */
  scopes?: OneOrMany | undefined;
  /** Any of these subjects, `*` for any text. */
  subjects?: OneOrMany | undefined;
  /** Any of these clients, likewise. */
  clients?: OneOrMany | undefined;
  /** Names of tools, `*` for any text. */
  tools?: OneOrMany | undefined;
  /** URIs of resources, and templates as they are written. */
  resources?: OneOrMany | undefined;
  /** Names of prompts. */
  prompts?: OneOrMany | undefined;
  /** Methods about tasks: `tasks/cancel`. */
  tasks?: OneOrMany | undefined;
  /** Methods of your own, and of extensions. */
  methods?: OneOrMany | undefined;
  /** What arguments have to be: where each is, and what it has to be. */
  arguments?: Readonly<Record<string, ConditionOptions>> | undefined;
}

/**
 * Who may do what; see docs/authorization.md, whose names may be used as they stand there, too. As soon as there is a rule, what none
 * allows is denied: it is not listed, and answers like something that does not exist.
 */
export interface AuthorizationOptions {
  /** A file with roles and rules, TOML or JSON, which is read again when it changes. Beside it, only `local…` is said here. */
  policyFile?: string | undefined;
  /** How often it is looked whether that has changed, at most; 0 for never. Seconds; default 1. */
  reloadSeconds?: number | undefined;
  /** The roles of whoever is at this end of stdio, or in the same process. */
  localRoles?: OneOrMany | undefined;
  /** Their scopes. */
  localScopes?: OneOrMany | undefined;
  /** Where the claims of a token name roles: `realm_access.roles`. */
  rolesClaim?: OneOrMany | undefined;
  /** Where they name groups. */
  groupsClaim?: OneOrMany | undefined;
  /** Whether a caller that lacks nothing but a scope is told which (AUTH-5); it is, if absent. */
  stepUp?: boolean | undefined;
  /** Which scopes a broader one contains (AUTH-9). */
  scopeIncludes?: Readonly<Record<string, OneOrMany>> | undefined;
  /** Who has which role. */
  roles?: Readonly<Record<string, RoleOptions>> | undefined;
  /** What they may do. */
  rules?: readonly RuleOptions[] | undefined;
  readonly [option: string]: unknown;
}
