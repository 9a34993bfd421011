// What every kind of server has beneath its surface: the engine's side of it, its functions, and where it is being served.

import type { Implementation } from '../types/base.js';
import type { ServerCapabilities } from '../types/lifecycle.js';
import type { Call, SessionAsking } from './call.js';
import { followed } from './call.js';
import { translated } from './errors.js';
import { Functions, type Run, Serving } from './event_loop.js';
import { type Mountable, Mounts } from './mounts.js';
import { type Kind, type NativeServer, native, type Placement, type Transform } from './native.js';
import { CannotAskError } from './question_errors.js';
import type { Asks } from './questions.js';

/** Where a server object keeps its `Engine`. A symbol of the global registry: the ESM and the CJS copy know each other's. */
export const ENGINE: unique symbol = Symbol.for('oxmcp.engine') as never;

/** Anything that can be served: an `McpServer` or a low-level `Server`. */
export interface Servable {
  /** @internal */
  readonly [ENGINE]: Engine;
}

/** What the engine is told when it is made. */
export interface EngineOptions {
  instructions?: string | undefined;
  /** By method: how long results may be kept (CACHE-1). */
  cacheHints?: object | undefined;
  capabilities: ServerCapabilities;
  /** How many items a page of a list has. */
  listPageSize?: number | undefined;
  /** Where the I/O is driven. */
  io?: Placement | undefined;
  /** What seals state that clients carry from one round of a call to the next; made at random when absent. */
  requestStateKeys?: readonly Uint8Array[] | undefined;
  /** How long clients may take to come back. */
  requestStateSeconds?: number | undefined;
  /** How many calls may wait for that. */
  maxParkedCalls?: number | undefined;
  /** How tasks are kept. */
  tasks?: object | undefined;
  /** How clients that hold a session are asked what a handler returned. */
  asking?: SessionAsking | undefined;
}

/** The engine's side of one server object. */
export class Engine implements Mountable {
  readonly native: NativeServer;
  /** What the author declared. */
  declared: ServerCapabilities;
  /** Whether there is a registry: what is registered is offered, also later. */
  hasRegistry = false;
  /** Of which kinds something is, or was, registered; `logging` stands for functions that are given the context. */
  private readonly registered = new Set<'tools' | 'prompts' | 'resources' | 'logging'>();
  /** Hears what functions threw. */
  onFailure: (error: Error) => void = () => {};
  /** Hears of the first who follows a resource, and of the last one's end. */
  private onFollowed: ((uri: string, isFollowed: boolean) => void) | undefined;
  /** Whether the console is told, too. */
  logsFailures = true;
  /** Whether a single two-way connection is all that serves it. */
  hasOneConnection = (): boolean => false;
  readonly listPageSize: number;
  /** What runs around every function. */
  guard: ((run: Run) => Run) | undefined;
  private readonly io: Placement;
  private readonly asking: SessionAsking | undefined;
  readonly functions = new Functions();
  /** The servers that are mounted in this one, and those it is mounted in. */
  readonly mounts: Mounts = new Mounts(this);
  /** What the author answers, and what the registries answer beside the engine. */
  private readonly methods = new Map<string, Run>();
  private readonly fallbacks = new Map<string, Run>();
  private transforms: readonly Transform[] = [];
  /** Where it is being served, if it is. */
  attached: Serving | undefined;

  constructor(implementation: Implementation, options: EngineOptions) {
    this.declared = options.capabilities;
    this.io = options.io ?? 'auto';
    this.asking = options.asking;
    this.listPageSize = options.listPageSize ?? Number.POSITIVE_INFINITY;
    this.native = translated(
      () =>
        new native.Server(
          JSON.stringify(implementation),
          JSON.stringify({
            instructions: options.instructions,
            cacheHints: options.cacheHints,
            pageSize: options.listPageSize,
            requestStateKeys: options.requestStateKeys?.map((key) => [...key]),
            requestStateSeconds: options.requestStateSeconds,
            maxParkedCalls: options.maxParkedCalls,
          }),
        ),
    );
    const { tasks } = options;
    if (tasks !== undefined) translated(() => this.native.serveTasks(JSON.stringify(tasks)));
  }

  /** Keeps a function; returns the number by which the engine calls it. The engine says when it has forgotten it. */
  slot(run: Run): number {
    this.forgetReleased();
    return this.functions.add(this.guard === undefined ? run : this.guard(run));
  }

  /** Takes something back, in one version (the empty one is none) or in all. */
  remove(kind: Kind, key: string, version?: string): void {
    this.native.remove(kind, key, version ?? null);
    this.forgetReleased();
  }

  /** While nothing is served, nobody else forgets the functions of what was removed or replaced. */
  private forgetReleased(): void {
    if (this.attached !== undefined) return;
    for (const slot of this.native.takeReleased()) this.functions.release(slot);
  }

  /** Has offers become something else before clients see them, after what was added before. */
  transform(transforms: readonly Transform[]): void {
    const all = [...this.transforms, ...transforms];
    translated(() => this.native.setTransforms(JSON.stringify(all)));
    this.transforms = all;
  }

  /** Sets what lists resources behind those that are registered, or takes it away. */
  listFurther(run: Run | null): void {
    this.native.setFurtherResources(run === null ? null : this.slot(run));
  }

  /** Sets what answers a method as a whole, or gives the method back. */
  setMethod(method: string, run: Run | null): void {
    exchange(this.methods, method, run);
    this.tellMethod(method);
  }

  /** The same for a registry: an author's handler goes before. */
  setFallback(method: string, run: Run | null): void {
    exchange(this.fallbacks, method, run);
    this.tellMethod(method);
  }

  /** Sets what stands around a method, or takes it away. */
  setInterception(method: string, run: Run | null): void {
    this.native.intercept(method, run === null ? null : this.slot(run), false);
  }

  private tellMethod(method: string): void {
    const run = this.methods.get(method) ?? this.fallbacks.get(method);
    this.native.setMethod(method, run === undefined ? null : this.slot(run));
  }

  /** Has a function told of the first who follows a resource, and of the last one's end. */
  hearOfFollowers(hear: (uri: string, isFollowed: boolean) => void): void {
    if (this.onFollowed === undefined) this.native.tellOfFollowers();
    this.onFollowed = hear;
  }

  /** Tells whoever hears it, here or at a server that is mounted here. */
  private readonly toldOfFollowers = (server: number, uri: string, isFollowed: boolean): void => {
    if (server === this.native.number) this.followed(uri, isFollowed);
    else this.mounts.mounted(server)?.followed(uri, isFollowed);
  };

  /** @internal Somebody follows a resource of this server's now, or nobody does any more. */
  followed(uri: string, isFollowed: boolean): void {
    try {
      this.onFollowed?.(uri, isFollowed);
    } catch (error) {
      this.failed(`what hears of the subscribers of ${uri}`, error);
    }
  }

  hasMethod(method: string): boolean {
    return this.methods.has(method);
  }

  /** Whether the server is, or was, being served; capabilities are told by then. */
  get isServed(): boolean {
    return this.attached !== undefined;
  }

  /** The server being served, from the first need until `stop`. */
  get serving(): Serving {
    if (this.attached === undefined) {
      this.native.setCapabilities(JSON.stringify(this.flags()));
      // Whoever means to log says so beforehand.
      const { io, failed, toldOfFollowers: heard, asking, followsFromTheStart: follows } = this;
      const guests = (number: number): Functions | undefined => this.mounts.mounted(number)?.functions;
      const options = {
        io,
        follows,
        failed,
        followed: heard,
        guests,
        ...(asking !== undefined && { asking }),
      };
      this.attached = translated(() => new Serving(this.native, this.functions, options));
    }
    return this.attached;
  }

  /** A function threw what its author did not mean for the caller: a line in the log, with where it came from. */
  private readonly failed = (what: string, thrown: unknown): void => {
    try {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      // Standard error, also where standard output is the wire.
      if (this.logsFailures)
        console.error(native.fitForLog(`oxmcp: ${what}: ${error.stack ?? error.message}`));
      this.onFailure(error);
    } catch (error) {
      // What was thrown cannot be shown, or whoever hears of it throws: neither is the caller's fault.
      console.error(`oxmcp: ${what}, and telling of it failed, too:`, error);
    }
  };

  /** Ends everything; the next need serves anew. */
  stop(): void {
    const { attached } = this;
    this.attached = undefined;
    attached?.stop();
  }

  /** Notes that something of a kind is registered, and whether its function is given the context, and so can log. */
  note(kind: 'tools' | 'prompts' | 'resources', takesContext: boolean): void {
    this.registered.add(kind);
    if (!takesContext || this.registered.has('logging')) return;
    this.registered.add('logging');
    this.native.noteLogging();
  }

  /** What the server can do: what its author declared, and what follows from what is registered and from its handlers. */
  capabilities(): ServerCapabilities {
    const { declared, methods, registered } = this;
    const has = (...names: string[]): boolean => names.some((name) => methods.has(name));
    const told: ServerCapabilities = { ...declared };
    const lists = this.hasRegistry ? { listChanged: true } : {};
    if (told.tools || registered.has('tools') || has('tools/list', 'tools/call')) {
      told.tools = { ...lists, ...declared.tools };
    }
    if (told.prompts || registered.has('prompts') || has('prompts/list', 'prompts/get')) {
      told.prompts = { ...lists, ...declared.prompts };
    }
    const reads = has('resources/list', 'resources/read', 'resources/templates/list');
    if (told.resources || registered.has('resources') || reads) {
      const subscribe = this.subscribes ? { subscribe: true } : {};
      told.resources = { ...lists, ...subscribe, ...declared.resources };
    }
    if (registered.has('logging') || has('logging/setLevel')) told.logging ??= {};
    if (methods.has('completion/complete')) told.completions ??= {};
    return told;
  }

  private get subscribes(): boolean {
    return this.hasRegistry || this.methods.has('resources/subscribe');
  }

  /** The capabilities in the engine's terms. It announces by itself what is registered later, and what completes. */
  private flags(): object {
    const { declared, hasRegistry } = this;
    const told = this.capabilities();
    const offer = (said: unknown): boolean | 'registered' =>
      said !== undefined || (hasRegistry ? 'registered' : false);
    const lists = [declared.tools, declared.prompts, declared.resources];
    return {
      tools: offer(told.tools),
      prompts: offer(told.prompts),
      resources: offer(told.resources),
      completions: hasRegistry || told.completions !== undefined,
      logging: offer(told.logging),
      listChanged: lists.some((list) => list?.listChanged ?? hasRegistry),
      subscribe: declared.resources?.subscribe ?? this.subscribes,
      experimental: told.experimental,
      extensions: told.extensions,
    };
  }

  /**
   * The call that something said to the server belongs to: the one whose handler says it, however many times that waited. Where
   * nobody knows, one in flight, if all that are surely come from the same client. Undefined where it could be somebody else's.
   */
  callInFlight(sessionId?: string): Call | undefined {
    const servings = this.mounts.servings();
    // Whoever asks once asks again.
    for (const serving of servings) serving.follows = true;
    const isAsked = (call: Call): boolean => sessionId === undefined || call.sessionId === sessionId;
    const own = this.known(servings);
    if (own !== undefined && !own.isOver && isAsked(own)) return own;
    // What a handler says after its answer is nobody else's, unless there is nobody else.
    const isForOwn = own?.isOver === true && sessionId === undefined;
    let found: Call | undefined;
    for (const call of servings.flatMap((serving) => [...serving.inFlight()])) {
      if (!isAsked(call)) continue;
      if (isForOwn && !this.isOfOnlyConnection(call)) return undefined;
      if (found !== undefined && !this.comeFromOne(found, call)) return undefined;
      found = call;
    }
    return found;
  }

  /** The call whose handler says what is said now, if it is one that runs in one of these servings. */
  private known(servings: readonly Serving[]): Call | undefined {
    const known = followed.getStore() ?? servings.find(({ current }) => current !== undefined)?.current;
    return servings.some((serving) => serving === known?.serving) ? known : undefined;
  }

  /**
   * Who is told a log message that belongs to no call in flight: everybody (null) where no call has to do with it; the session of
   * the call that is over whose handler says it; nobody (undefined) where it could be somebody else's.
   */
  logAudience(): string | null | undefined {
    const servings = this.mounts.servings();
    const known = this.known(servings);
    if (known !== undefined) return this.hasOneConnection() ? null : known.knownSession;
    // A handler may have lost its context on the way: what it says is for no other's eyes.
    for (const serving of servings) for (const _ of serving.inFlight()) return undefined;
    return null;
  }

  /** Whether no call has to do with what is said now. */
  isOutside(): boolean {
    const servings = this.mounts.servings();
    if (servings.length === 0) return true;
    return this.known(servings) === undefined && this.followsFromTheStart;
  }

  private get followsFromTheStart(): boolean {
    return this.declared.logging !== undefined || this.methods.has('logging/setLevel');
  }

  /** Who is asked where no call is in hand: the client of a session, or the only one at a connection. */
  outside(sessionId?: string): Asks {
    return {
      ask: async (method, params, options) => {
        const [serving] = this.mounts.servings();
        if (serving === undefined) throw new CannotAskError('no client is connected');
        return serving.askOutside(sessionId, method, params, options);
      },
    };
  }

  /** Whether two calls surely come from the same client: of one session, or of the only connection there is. */
  private comeFromOne(one: Call, other: Call): boolean {
    if (one.sessionId !== undefined) return one.sessionId === other.sessionId;
    return this.isOfOnlyConnection(one) && this.isOfOnlyConnection(other);
  }

  private isOfOnlyConnection(call: Call): boolean {
    return this.hasOneConnection() && call.caller.headers === null;
  }
}

function exchange<T>(map: Map<string, T>, key: string, value: T | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

/** The `Serving` of a server object, made when it is first asked for: what transports attach to. */
export function serving(server: Servable): Serving {
  return server[ENGINE].serving;
}
