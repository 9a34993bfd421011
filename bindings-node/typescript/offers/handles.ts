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
export abstract class Named<State extends NamedState> {
  /** By name and version. */
  private readonly registered = new Map<string, NamedHandle<State>>();

  constructor(
    protected readonly engine: Engine,
    private readonly kind: 'tool' | 'prompt',
  ) {}

  /** @internal Tells the engine. */
  abstract offer(state: State, replace: boolean): void;

  /** Offers it, and keeps its handle. */
  protected keep<H extends NamedHandle<State>>(handle: H, isEnabled = true): H {
    this.offer(handle.current, false);
    this.registered.set(keyOf(handle.current), handle);
    if (!isEnabled) handle.disable();
    return handle;
  }

  /** What is registered under a name at present. */
  protected state(name: string): State | undefined {
    const states = [...this.registered.values()].map(({ current }) => current);
    return this.registered.get(name)?.current ?? states.find((state) => state.name === name);
  }

  /** What is in sight under a name at present. */
  protected shown(name: string): State | undefined {
    const handles = [...this.registered.values()].filter((handle) => handle.enabled && handle.name === name);
    return handles[0]?.current;
  }

  /** @internal */
  move(handle: NamedHandle<State>, from: State, to: State): void {
    this.withdraw(from);
    this.registered.set(keyOf(to), handle);
  }

  /** @internal */
  withdraw(state: State): void {
    this.registered.delete(keyOf(state));
    this.engine.remove(this.kind, state.name, state.version ?? '');
  }

  /** @internal */
  setEnabled({ name, version }: State, enabled: boolean): void {
    this.engine.native.setEnabled(this.kind, name, enabled, version ?? '');
  }

  /** @internal */
  refuseTaken(state: NamedState): void {
    if (!this.registered.has(keyOf(state))) return;
    const kind = this.kind === 'tool' ? 'Tool' : 'Prompt';
    const version = state.version === undefined ? '' : ` in version ${state.version}`;
    throw new AlreadyRegisteredError(`${kind} ${state.name} is already registered${version}`);
  }
}

/** What is told apart by its name, and by its version where it has one. */
interface NamedState {
  name: string;
  version?: string | undefined;
}

function keyOf({ name, version }: NamedState): string {
  return version === undefined ? name : `${name}\0${version}`;
}

/** The handle of something that goes by its name. */
export abstract class NamedHandle<State extends NamedState> extends Handle {
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
    this.home.setEnabled(this.current, enabled);
  }

  protected override withdraw(): void {
    this.home.withdraw(this.current);
  }

  /** Puts `next` in the place of the present state; where it cannot be registered, the present state stays. */
  protected change(next: State, enabled: boolean | undefined): void {
    const before = this.current;
    const isRenamed = keyOf(next) !== keyOf(before);
    if (isRenamed) this.home.refuseTaken(next);
    if (!this.isRemoved) {
      this.home.offer(next, !isRenamed);
      if (isRenamed) {
        if (!this.enabled) this.home.setEnabled(next, false);
        this.home.move(this, before, next);
      }
    }
    this.current = next;
    if (enabled !== undefined) this.enabled = enabled;
  }
}
