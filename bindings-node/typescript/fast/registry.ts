// What a FastMCP server offers, and to whom: the server that serves everybody, and one more for each client that came with an
// identity of its own, for whom some tools are not there.

import type { McpServer } from '../server/mcp.js';
import type { FastMCPSessionAuth } from './access.js';
import type { Registered } from './registration.js';

/** Registers something with a server; undefined where it is not for who asks there. */
export type Register = (server: McpServer, auth: FastMCPSessionAuth) => Registered | undefined;

/** A server, and who asks there. */
interface House {
  server: McpServer;
  auth: FastMCPSessionAuth;
}

interface Entry {
  register: Register;
  registered: Map<House, Registered>;
}

/** What is offered, by its kind and name. */
export class Registry {
  private readonly entries = new Map<string, Entry>();
  private readonly houses: House[];

  constructor(server: McpServer) {
    this.houses = [{ server, auth: undefined }];
  }

  /** Puts something in the place of what has its name; if it cannot be registered, that stays. */
  replace(kind: string, name: string, register: Register): void {
    const key = `${kind} ${name}`;
    const before = this.entries.get(key);
    this.remove(kind, name);
    try {
      this.add(key, register);
    } catch (error) {
      if (before !== undefined) this.add(key, before.register);
      throw error;
    }
  }

  private add(key: string, register: Register): void {
    const entry: Entry = { register, registered: new Map() };
    for (const house of this.houses) enter(entry, house);
    this.entries.set(key, entry);
  }

  remove(kind: string, name: string): void {
    const key = `${kind} ${name}`;
    for (const registered of this.entries.get(key)?.registered.values() ?? []) registered.remove();
    this.entries.delete(key);
  }

  /** Offers all of it with one more server, now and later, until what it returns is called. */
  open(server: McpServer, auth: FastMCPSessionAuth): () => void {
    const house = { server, auth };
    for (const entry of this.entries.values()) enter(entry, house);
    this.houses.push(house);
    return () => {
      this.houses.splice(this.houses.indexOf(house), 1);
      for (const entry of this.entries.values()) entry.registered.delete(house);
    };
  }
}

function enter(entry: Entry, house: House): void {
  const registered = entry.register(house.server, house.auth);
  if (registered !== undefined) entry.registered.set(house, registered);
}
