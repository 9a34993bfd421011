// Changes that clients are told of, and how several processes share them.

/** Something that clients may have subscribed to changed. */
export type ServerEvent =
  | { kind: 'tools_list_changed' }
  | { kind: 'prompts_list_changed' }
  | { kind: 'resources_list_changed' }
  | { kind: 'resource_updated'; uri: string };

/** Carries events to everybody who serves the same clients: one's own implementation may reach other processes. */
export interface ServerEventBus {
  publish(event: ServerEvent): void;
  /** Returns how to unsubscribe. */
  subscribe(listener: (event: ServerEvent) => void): () => void;
}

/** A bus within the process. */
export class InMemoryServerEventBus implements ServerEventBus {
  private readonly listeners = new Set<(event: ServerEvent) => void>();

  /** @param onerror Hears of what listeners throw; the others hear the event all the same. */
  constructor(private readonly onerror?: (error: Error) => void) {}

  publish(event: ServerEvent): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** How many listen. */
  get listenerCount(): number {
    return this.listeners.size;
  }
}

/** Tells clients of changes. */
export interface ServerNotifier {
  toolsChanged(): void;
  promptsChanged(): void;
  resourcesChanged(): void;
  resourceUpdated(uri: string): void;
}

/** A notifier that publishes on `bus`. */
export function notifierOn(bus: ServerEventBus): ServerNotifier {
  return {
    toolsChanged: () => bus.publish({ kind: 'tools_list_changed' }),
    promptsChanged: () => bus.publish({ kind: 'prompts_list_changed' }),
    resourcesChanged: () => bus.publish({ kind: 'resources_list_changed' }),
    resourceUpdated: (uri) => bus.publish({ kind: 'resource_updated', uri }),
  };
}
