// Servers in servers: whose functions run where, and what is said from there.

import { ConfigurationError, translated } from './errors.js';
import type { Functions, Serving } from './event_loop.js';
import { type NativeServer, native } from './native.js';

/** What is known here of a server's engine. */
export interface Mountable {
  readonly native: NativeServer;
  readonly functions: Functions;
  /** Where it is being served. */
  readonly attached: Serving | undefined;
  readonly mounts: Mounts;
  /** Hears that somebody follows a resource of its own now, or nobody does any more. */
  followed(uri: string, isFollowed: boolean): void;
}

/** How a server is mounted. */
export interface MountOptions {
  /** What its names and URIs get: `namespace_name`, `scheme://namespace/rest`. They stay as they are when absent. */
  namespace?: string | undefined;
  /** Other names for some of its tools, by their own names; the namespace comes before them. */
  toolNames?: Readonly<Record<string, string>> | undefined;
}

function text({ namespace, toolNames }: MountOptions): string {
  const transforms = toolNames === undefined ? undefined : [{ type: 'rename', tools: toolNames }];
  return JSON.stringify({ namespace, transforms });
}

/** The servers that are mounted in one, and those that it is mounted in. */
export class Mounts {
  /** By the number that calls of their functions come with. */
  private readonly inner = new Map<number, Mountable>();
  private readonly imported = new Map<number, Mountable>();
  /** What is mounted no longer: calls and news may be on their way to it. */
  private readonly former = new Map<number, WeakRef<Mountable>>();
  /** Weakly: a server that is made for one request, and dropped, is not kept by one that it offers. */
  private outer: WeakRef<Mountable>[] = [];

  constructor(private readonly own: Mountable) {}

  mount(child: Mountable, options: MountOptions): void {
    translated(() => this.own.native.mount(child.native, text(options)));
    this.inner.set(child.native.number, child);
    this.former.delete(child.native.number);
    child.mounts.isIn(this.own);
  }

  /** Returns whether it was mounted. */
  unmount(child: Mountable): boolean {
    child.mounts.isInNoMore(this.own);
    if (this.inner.delete(child.native.number)) this.former.set(child.native.number, new WeakRef(child));
    return this.own.native.unmount(child.native);
  }

  /** Mounts a copy that nothing changes any more. */
  importFrom(child: Mountable, options: MountOptions): void {
    if (child === this.own) throw new ConfigurationError('a server cannot be imported into itself');
    translated(() => {
      const copy = new native.Server('{"name":"copy","version":""}', '{}');
      copy.importFrom(child.native, text(options));
      this.own.native.mount(copy, '{}');
    });
    for (const [number, one] of child.mounts.all()) this.imported.set(number, one);
    child.mounts.isIn(this.own);
  }

  /** The server with this number, if it is mounted or imported, or was, however deep. */
  mounted(number: number): Mountable | undefined {
    const known = this.imported.get(number) ?? this.inner.get(number) ?? this.former.get(number)?.deref();
    if (known !== undefined) return known;
    const former = [...this.former.values()].flatMap((one) => one.deref() ?? []);
    for (const child of [...this.inner.values(), ...former]) {
      const found = child.mounts.mounted(number);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Where its functions may run: where it is served, and where those are that it is mounted in. */
  servings(): Serving[] {
    const { attached } = this.own;
    const elsewhere = this.outer.flatMap((outer) => outer.deref()?.mounts.servings() ?? []);
    return attached === undefined ? elsewhere : [attached, ...elsewhere];
  }

  private isIn(outer: Mountable): void {
    this.isInNoMore(outer);
    this.outer.push(new WeakRef(outer));
  }

  private isInNoMore(outer: Mountable): void {
    this.outer = this.outer.filter((one) => one.deref() !== undefined && one.deref() !== outer);
  }

  private *all(): Iterable<[number, Mountable]> {
    yield [this.own.native.number, this.own];
    for (const child of this.inner.values()) yield* child.mounts.all();
    yield* this.imported;
  }
}
