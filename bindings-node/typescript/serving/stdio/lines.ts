// Lines of a stream of bytes, of bounded length.

import { type NativeLongFrame, native } from '../../engine/native.js';

/** Cuts bytes into lines. */
export class Lines {
  private pieces: Buffer[] = [];
  private length = 0;
  /** The line that comes in is over the limit: it is looked at, and not kept. */
  private long: NativeLongFrame | undefined;

  /**
   * @param limit The longest line, in bytes.
   * @param refuse Takes the answer to a longer one, if somebody waits for it.
   */
  constructor(
    private readonly limit: number,
    private readonly refuse: (answer: string) => void,
  ) {}

  /** Takes what arrived; returns the lines that are complete now, blank ones left out. */
  take(chunk: Buffer | string): string[] {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const lines: string[] = [];
    for (;;) {
      const end = rest.indexOf(0x0a);
      if (end === -1) break;
      this.keep(rest.subarray(0, end));
      this.flush(lines);
      rest = rest.subarray(end + 1);
    }
    this.keep(rest);
    return lines;
  }

  /** What is left at the end of the stream. */
  end(): string[] {
    const lines: string[] = [];
    this.flush(lines);
    return lines;
  }

  private keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    if (this.length <= this.limit) {
      this.pieces.push(piece);
      return;
    }
    if (this.long === undefined) {
      this.long = new native.LongFrame();
      for (const kept of this.pieces.splice(0)) this.long.push(kept);
    }
    this.long.push(piece);
  }

  private flush(lines: string[]): void {
    const { pieces, length, long } = this;
    this.pieces = [];
    this.length = 0;
    this.long = undefined;
    if (long !== undefined) {
      const answer = long.answer(this.limit);
      if (answer !== null) this.refuse(answer);
      return;
    }
    const line = Buffer.concat(pieces, length).toString('utf8').replace(/\r$/, '');
    if (line.trim() !== '') lines.push(line);
  }
}
