// What an item asks of whoever wants it, beside what a policy says: scopes and roles, which the engine looks at.

/** What it takes to see and use something. Whoever has less does not find it, as far as this says nothing else. */
export interface Requirements {
  /**
   * Scopes, all of which it takes. Over HTTP, a caller whose token lacks nothing else is told which (AUTH-5). On stdio and within the
   * process callers have the `localScopes` of the section `authorization`.
   */
  requiredScopes?: string | readonly string[] | undefined;
  /** Roles, one of which it takes. On stdio and within the process callers have the `localRoles`. */
  roles?: string | readonly string[] | undefined;
}

/** What `update` may change of them. What is absent or undefined stays; null: nothing is asked for any more. */
export interface RequirementUpdates {
  requiredScopes?: string | readonly string[] | null | undefined;
  roles?: string | readonly string[] | null | undefined;
}

/** The members of a descriptor, as the engine reads them. */
export interface Required {
  requiredScopes?: string[];
  requiredRoles?: string[];
}

const SCOPE = /^[!#-[\]-~]+$/;

/**
 * What is asked for.
 *
 * @throws TypeError for what can be no scope (RFC 6749, 3.3), and for roles that are nobody's.
 */
export function requiredOf({ requiredScopes, roles }: Requirements, what: string): Required {
  const scopes = listOf(requiredScopes, `${what}: requiredScopes`);
  const named = listOf(roles, `${what}: roles`);
  const wrong = scopes.find((scope) => !SCOPE.test(scope));
  if (wrong !== undefined) throw new TypeError(`${what}: requiredScopes: '${wrong}' cannot be a scope`);
  if (roles !== undefined && (named.length === 0 || named.includes(''))) {
    throw new TypeError(`${what}: roles: name at least one, or leave it out for everybody`);
  }
  return {
    ...(scopes.length > 0 && { requiredScopes: scopes }),
    ...(named.length > 0 && { requiredRoles: named }),
  };
}

/** What is asked for from now on. */
export function requirementsAfter(before: Requirements, updates: RequirementUpdates): Requirements {
  const { requiredScopes = before.requiredScopes, roles = before.roles } = updates;
  return { requiredScopes: requiredScopes ?? undefined, roles: roles ?? undefined };
}

function listOf(given: string | readonly string[] | undefined, what: string): string[] {
  if (given === undefined) return [];
  const list: unknown = typeof given === 'string' ? [given] : given;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) {
    throw new TypeError(`${what} must be a string or several`);
  }
  return [...list];
}
