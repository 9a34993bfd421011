// What SIGINT and SIGTERM do to a process that serves, where the program has no handler of its own for them: the first has
// everything finish and then ends the process as the signal would have done at once; the second leaves no time.

import { isMainThread } from 'node:worker_threads';
import type { Serving } from '../engine/event_loop.js';

/** Something that a signal ends. */
export interface Ending {
  readonly serving: Serving;
  /** How long it may take, in seconds. */
  readonly grace: number;
  /** Begins the end; settled when it has come. */
  finish(): Promise<void>;
  /** Ends it at once. */
  giveUp(): void;
}

/** Why calls end when a second signal comes. */
export const TOLD_TWICE = 'the server was told twice to stop';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type Signal = (typeof SIGNALS)[number];

const endings = new Set<Ending>();
let heard = 0;

/** Has signals end something; returns what takes that back. Other threads than the main one hear no signals. */
export function endBySignal(ending: Ending): () => void {
  if (!isMainThread) return () => {};
  if (endings.size === 0) listen();
  endings.add(ending);
  // Behind the handler above: a handler that blocks this thread must not keep the process from being ended.
  if (SIGNALS.some(isProgramsOwn)) ending.serving.native.ignoreSignals?.();
  else ending.serving.native.watchSignals?.(ending.grace);
  return () => {
    // While the process ends, the next signal must not pass.
    if (endings.delete(ending) && endings.size === 0 && heard === 0) stopListening();
  };
}

function listen(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('newListener', onNewListener);
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.off('newListener', onNewListener);
}

/** The program takes a signal over. */
function onNewListener(event: string | symbol): void {
  if (!SIGNALS.includes(event as Signal)) return;
  for (const { serving } of endings) serving.native.ignoreSignals?.();
}

function onSignal(signal: Signal): void {
  for (const { serving } of endings) serving.native.heardSignal?.();
  if (isProgramsOwn(signal)) return;
  heard += 1;
  if (heard > 1) {
    for (const ending of endings) ending.giveUp();
    return;
  }
  Promise.allSettled([...endings].map((ending) => ending.finish())).then(() => {
    stopListening();
    try {
      // What the signal does by itself.
      process.kill(process.pid, signal);
    } catch {
      process.exit(signal === 'SIGINT' ? 130 : 143);
    }
  });
}

/** Whether the program handles the signal itself. */
function isProgramsOwn(signal: Signal): boolean {
  return process.listenerCount(signal) - 1 > bystanders();
}

/** How many listeners wait only for the end: `signal-exit`, which ends the process itself once nobody else listens. */
function bystanders(): number {
  const places = [
    (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  return places.reduce<number>((sum, place) => sum + (Number((place as { count?: number })?.count) || 0), 0);
}
