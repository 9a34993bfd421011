// Who may use a tool: checks for `canAccess`, to be combined.

/** What is known of who asks: what `connect` was given. */
export type FastMCPSessionAuth = Record<string, unknown> | undefined;

type Check<T> = boolean | ((auth: T) => boolean);

const passes = <T>(check: Check<T>, auth: T): boolean => (typeof check === 'function' ? check(auth) : check);

/** Whether anything is known. */
export function requireAuth<T extends FastMCPSessionAuth>(auth: T): boolean {
  return auth !== undefined && auth !== null;
}

/** Whether `auth.role` is one of these. */
export function requireRole<T extends FastMCPSessionAuth>(...allowedRoles: string[]): (auth: T) => boolean {
  return (auth) => typeof auth?.role === 'string' && allowedRoles.includes(auth.role);
}

/** Whether `auth.scopes`, an array or a set, has all of these. */
export function requireScopes<T extends FastMCPSessionAuth>(
  ...requiredScopes: string[]
): (auth: T) => boolean {
  return (auth) => {
    const scopes = auth?.scopes;
    const held = new Set(Array.isArray(scopes) || scopes instanceof Set ? scopes : []);
    return scopes !== undefined && requiredScopes.every((scope) => held.has(scope));
  };
}

/** Whether all of these are so. */
export function requireAll<T extends FastMCPSessionAuth>(...checks: Check<T>[]): (auth: T) => boolean {
  return (auth) => checks.every((check) => passes(check, auth));
}

/** Whether one of these is so. */
export function requireAny<T extends FastMCPSessionAuth>(...checks: Check<T>[]): (auth: T) => boolean {
  return (auth) => checks.some((check) => passes(check, auth));
}

/** What is known of who asks. @throws Error when nothing is */
export function getAuthSession<T>(session: T | undefined | null): T {
  if (session === undefined || session === null) throw new Error('Session is not authenticated');
  return session;
}
