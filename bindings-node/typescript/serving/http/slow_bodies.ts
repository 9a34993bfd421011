// How long the body of a request is waited for where it is read on this side. The engine's listener does the same.

import { ConfigurationError } from '../../engine/errors.js';

/** Options of reading bodies. */
export interface BodyTimes {
  /** How long a body may pause while it arrives. Seconds; default 10. */
  bodyPauseSeconds?: number | undefined;
  /** How long a body may take to arrive. Seconds; default 60. */
  bodySeconds?: number | undefined;
}

/** How long a body may pause, and take in all. Seconds. */
export interface Patience {
  readonly pause: number;
  readonly all: number;
}

/** @throws ConfigurationError for what is no number of seconds above 0. */
export function patienceOf({ bodyPauseSeconds, bodySeconds }: BodyTimes): Patience {
  return {
    pause: seconds('bodyPauseSeconds', bodyPauseSeconds, 10),
    all: seconds('bodySeconds', bodySeconds, 60),
  };
}

function seconds(name: string, given: number | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (typeof given === 'number' && given > 0 && Number.isFinite(given)) return given;
  throw new ConfigurationError(`${name} must be a number of seconds above 0, not ${JSON.stringify(given)}`);
}

/** A body did not arrive in time. */
export class SlowBodyError extends Error {
  override readonly name = 'SlowBodyError';
  readonly status = 408;
}

/** Watches one body arrive, with one timer however many pieces it has. */
export class BodyWatch {
  private readonly end: number;
  private latest: number;
  private timer: ReturnType<typeof setTimeout>;

  /** @param late Called once, when the body paused for too long or takes too long in all. */
  constructor(
    private readonly patience: Patience,
    private readonly late: (error: SlowBodyError) => void,
  ) {
    this.latest = performance.now();
    this.end = this.latest + patience.all * 1000;
    this.timer = this.wait(this.latest);
  }

  /** A piece is there. */
  progress(): void {
    this.latest = performance.now();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private get pauseEnd(): number {
    return this.latest + this.patience.pause * 1000;
  }

  private wait(now: number): ReturnType<typeof setTimeout> {
    return setTimeout(this.check, Math.min(this.pauseEnd - now, this.end - now, LONGEST_TIMER));
  }

  private readonly check = (): void => {
    const now = performance.now();
    const { pause, all } = this.patience;
    // Timers may be a fraction of a millisecond early.
    if (now >= this.end - 1) this.late(slow('did not arrive within', all));
    else if (now >= this.pauseEnd - 1) this.late(slow('paused for more than', pause));
    else this.timer = this.wait(now);
  };
}

/** A longer one would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

function slow(what: string, limit: number): SlowBodyError {
  return new SlowBodyError(`the body of the request ${what} ${limit} seconds`);
}
