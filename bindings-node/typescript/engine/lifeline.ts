// What keeps a server and the process alive while somebody waits for an answer.

import { ROOT } from './call_origin.js';

/** What is held by its lifeline: it lives, and the process with it. The engine's own doorbell holds neither. */
const held = new Set<object>();
let timer: NodeJS.Timeout | undefined;

/** Keeps its owner and the process alive while somebody holds it. */
export class Lifeline {
  private holds = 0;

  constructor(private readonly owner: object) {}

  hold(): void {
    this.holds += 1;
    if (this.holds > 1) return;
    held.add(this.owner);
    timer ??= ROOT.runInAsyncScope(() => setInterval(() => {}, 2 ** 30));
    timer.ref();
  }

  release(): void {
    this.holds -= 1;
    if (this.holds > 0) return;
    held.delete(this.owner);
    if (held.size === 0) timer?.unref();
  }
}
