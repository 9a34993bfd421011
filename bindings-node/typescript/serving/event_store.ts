// Event stores that authors wrote: how the engine reaches them.

import type { Run, Serving } from '../engine/event_loop.js';
import { type EventStore, type EventStoreOption, isOwnStore } from '../engine/http_options.js';
import type { JSONRPCMessage } from '../types/jsonrpc.js';

/** What the engine asks for: to keep a message, or what followed an event. */
interface Asked {
  stream?: string;
  message?: string | null;
  id?: string;
}

/** The texts of messages in the hands of a store: one that gives back what it was given gives back the text, to its last digit. */
const texts = new WeakMap<object, string>();

/** What the peers give a store for an event without a message. */
const NO_MESSAGE = {} as JSONRPCMessage;

async function keep(store: EventStore, stream: string, text: string | null): Promise<object> {
  if (text === null) return { id: await store.storeEvent(stream, NO_MESSAGE) };
  const message = JSON.parse(text) as JSONRPCMessage;
  texts.set(message, text);
  return { id: await store.storeEvent(stream, message) };
}

async function replay(store: EventStore, id: string): Promise<object> {
  const events: [string, string][] = [];
  const stream = await store.replayEventsAfter(id, {
    send: async (eventId, message) => {
      if (!Array.isArray(message) && !('jsonrpc' in message)) return;
      events.push([eventId, texts.get(message) ?? JSON.stringify(message)]);
    },
  });
  return { stream: stream === '' || stream === undefined ? null : stream, events };
}

/** The function behind which a store is. */
function wayTo(store: EventStore): Run {
  return (call, args) => {
    const { stream, message, id } = args as Asked;
    const asked = stream === undefined ? replay(store, id ?? '') : keep(store, stream, message ?? null);
    asked.then(
      (result) => call.completeWhole(JSON.stringify(result)),
      (error: unknown) => {
        call.failed(error);
        call.fail('tool', error instanceof Error ? error.message : String(error));
      },
    );
  };
}

/** A store of the author's, opened where it is needed; the engine's own is none of this. */
export class OpenStore {
  private readonly run: Run | undefined;
  private serving: Serving | undefined;
  private number: number | undefined;

  /** @throws TypeError for what is no store. */
  constructor(
    store: EventStoreOption | undefined,
    private readonly retry: number | undefined,
  ) {
    this.run = isOwnStore(store) ? wayTo(store) : undefined;
  }

  /** Its number where this server is served; undefined where there is no store. */
  in(serving: Serving): number | undefined {
    if (this.run === undefined) return undefined;
    if (this.serving !== serving) {
      this.close();
      this.serving = serving;
      this.number = serving.openEventStore(this.run, this.retry);
    }
    return this.number;
  }

  /** Begins no more streams over it. */
  close(): void {
    const { serving, number } = this;
    this.serving = undefined;
    this.number = undefined;
    if (serving !== undefined && number !== undefined && !serving.isStopped) serving.closeEventStore(number);
  }
}
