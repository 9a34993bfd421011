// What the handles of tools, prompts, resources and resource templates have in common, and those that go by a name more.

import type { Engine } from '../engine/engine.js';
import { AlreadyRegisteredError } from '../engine/errors.js';

/** Something registered, to be switched off and on and taken away; clients are told. */
export abstract class Handle {
  private isEnabled = true;
  /** Whether it was taken away: nothing it does reaches the engine any more. */
  protected isRemoved = false;

  /** Whether it is listed and can be used. */
  get enabled(): boolean {
    return this.isEnabled;
  }
  set enabled(enabled: boolean) {
    if (enabled === this.isEnabled) return;
    this.isEnabled = enabled;
    if (!this.isRemoved) this.show(enabled);
  }

  /** Lists it again, and lets it be used again. */
  enable(): void {
    this.enabled = true;
  }

  /** Takes it out of sight: not listed, unknown when asked for, still registered. */
  disable(): void {
    this.enabled = false;
  }

  /** Takes it away for good. */
  remove(): void {
    if (this.isRemoved) return;
    this.isRemoved = true;
    this.withdraw();
  }

  /** Tells the engine whether it is in sight. */
  protected abstract show(enabled: boolean): void;

  /** Tells the engine that it is gone. */
  protected abstract withdraw(): void;
}

/** What goes by its name: the tools of a server, or its prompts. */
export abstract class Named<State extends { name: string }> {
  private readonly registered = new Map<string, NamedHandle<State>>();

  constructor(
    protected readonly engine: Engine,
    private readonly kind: 'tool' | 'prompt',
  ) {}

  /** @internal Tells the engine. */
  abstract offer(state: State, replace: boolean): void;

  /** Offers it, and keeps its handle. */
  protected keep<H extends NamedHandle<State>>(handle: H): H {
    this.offer(handle.current, false);
    this.registered.set(handle.name, handle);
    return handle;
  }

  /** What is registered under a name at present. */
  protected state(name: string): State | undefined {
    return this.registered.get(name)?.current;
  }

  /** @internal */
  move(handle: NamedHandle<State>, from: string, to: string): void {
    this.withdraw(from);
    this.registered.set(to, handle);
  }

  /** @internal */
  withdraw(name: string): void {
    this.registered.delete(name);
    this.engine.remove(this.kind, name);
  }

  /** @internal */
  setEnabled(name: string, enabled: boolean): void {
    this.engine.native.setEnabled(this.kind, name, enabled);
  }

  /** @internal */
  refuseTaken(name: string): void {
    if (!this.registered.has(name)) return;
    const kind = this.kind === 'tool' ? 'Tool' : 'Prompt';
    throw new AlreadyRegisteredError(`${kind} ${name} is already registered`);
  }
}

/** The handle of something that goes by its name. */
export abstract class NamedHandle<State extends { name: string }> extends Handle {
  /** @internal */
  constructor(
    private readonly home: Named<State>,
    /** @internal */
    public current: State,
  ) {
    super();
  }

  get name(): string {
    return this.current.name;
  }

  protected override show(enabled: boolean): void {
    this.home.setEnabled(this.name, enabled);
  }

  protected override withdraw(): void {
    this.home.withdraw(this.name);
  }

  /** Puts `next` in the place of the present state; where it cannot be registered, the present state stays. */
  protected change(next: State, enabled: boolean | undefined): void {
    const before = this.name;
    const isRenamed = next.name !== before;
    if (isRenamed) this.home.refuseTaken(next.name);
    if (!this.isRemoved) {
      this.home.offer(next, !isRenamed);
      if (isRenamed) {
        if (!this.enabled) this.home.setEnabled(next.name, false);
        this.home.move(this, before, next.name);
      }
    }
    this.current = next;
    if (enabled !== undefined) this.enabled = enabled;
  }
}
