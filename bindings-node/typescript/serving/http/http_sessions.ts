// Session ids of the application's own making. The engine makes its own; here is which stands for which.

import { isSamePrincipal, type Principal } from '../../engine/call_origin.js';
import type { Serving } from '../../engine/event_loop.js';

/** Whoever asked for a session to be made. */
export interface SessionOwner {
  /** The session is over: the client said so, or the engine forgot it. */
  sessionOver(id: string, byClient: boolean): Promise<void>;
}

/** A session under the application's id. */
export interface SessionAlias {
  /** The engine's id. */
  engineId: string;
  /** Who began it, where the application says so. */
  principal: Principal | undefined;
  owner: SessionOwner;
}

/** The engine keeps no more sessions than this. */
const MOST = 10_000;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** The sessions of one server being served, by the application's ids; the one used longest ago goes first. */
export class SessionAliases {
  private readonly aliases = new Map<string, SessionAlias>();

  /**
   * Notes a session; returns its id.
   *
   * @throws Error when the id cannot be one, or belongs to another session.
   */
  add(id: unknown, alias: SessionAlias): string {
    if (typeof id !== 'string' || !VISIBLE_ASCII.test(id)) {
      throw new Error('sessionIdGenerator must return a string of visible ASCII characters (0x21 to 0x7E)');
    }
    if (this.aliases.has(id)) {
      throw new Error('sessionIdGenerator returned the id of another session: ids must be unique');
    }
    this.aliases.set(id, alias);
    while (this.aliases.size > MOST) {
      const [oldest] = this.aliases.keys();
      if (oldest !== undefined) void this.remove(oldest, false);
    }
    return id;
  }

  /** The session of this id, which is in use now by whoever began it. Those of others are not there (SESS-10). */
  find(id: string, principal: Principal | undefined): SessionAlias | undefined {
    const alias = this.aliases.get(id);
    if (alias === undefined || !isSamePrincipal(alias.principal, principal)) return undefined;
    this.aliases.delete(id);
    this.aliases.set(id, alias);
    return alias;
  }

  /** The session of this id, for the application itself. */
  get(id: string): SessionAlias | undefined {
    return this.aliases.get(id);
  }

  /** The session is over. */
  async remove(id: string, byClient: boolean): Promise<void> {
    const alias = this.aliases.get(id);
    this.aliases.delete(id);
    await alias?.owner.sessionOver(id, byClient);
  }
}

const ALIASES: unique symbol = Symbol.for('oxmcp.session-aliases') as never;

/** The ids of a server being served; all its transports share them. */
export function aliasesOf(serving: Serving & { [ALIASES]?: SessionAliases }): SessionAliases {
  serving[ALIASES] ??= new SessionAliases();
  return serving[ALIASES];
}
