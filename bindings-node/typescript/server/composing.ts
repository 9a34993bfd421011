// What a server is put together from beside what is registered with it: other servers.

import { ENGINE, type Engine, type Servable } from '../engine/engine.js';
import type { MountOptions } from '../engine/mounts.js';
import type { McpServerOptions } from './options.js';
import { Registering } from './registering.js';

export type { MountOptions } from '../engine/mounts.js';

/** Offers what other servers offer. Not for direct use. */
export abstract class Composing extends Registering {
  readonly #engine: Engine;

  protected constructor(engine: Engine, options: McpServerOptions) {
    super(engine, options);
    this.#engine = engine;
  }

  /**
   * Offers what another server offers, now and whenever that changes, behind what is registered here. Names become
   * `namespace_name`, URIs `scheme://namespace/rest`; without a namespace they stay. Where several have something of one name, the
   * server's own is offered, then that of the one mounted first. Clients of this server are told of changes there. The other's
   * functions run where this server is served.
   *
   * @throws ConfigurationError when it is this server, or offers what this one offers (a circle), or is mounted here already, or the
   *   namespace cannot be part of a URI.
   * @throws TypeError when it has no registered tools, resources and prompts.
   */
  mount(server: Composing, options: MountOptions = {}): void {
    this.#engine.mounts.mount(engineOf(server), options);
  }

  /** Offers no longer what a mounted server offers. Returns whether it was mounted. */
  unmount(server: Composing): boolean {
    return this.#engine.mounts.unmount(engineOf(server));
  }

  /**
   * Offers what another server offers now; what becomes of that later is not seen here. Otherwise as `mount`.
   *
   * @throws ConfigurationError when it is this server, or the namespace cannot be part of a URI.
   * @throws TypeError when it has no registered tools, resources and prompts.
   */
  importServer(server: Composing, options: MountOptions = {}): void {
    this.#engine.mounts.importFrom(engineOf(server), options);
  }
}

function engineOf(server: unknown): Engine {
  const engine = (server as Partial<Servable> | null | undefined)?.[ENGINE];
  if (engine?.hasRegistry === true) return engine;
  throw new TypeError(
    'only an McpServer of this package can be mounted: it has registered tools, resources and prompts',
  );
}
