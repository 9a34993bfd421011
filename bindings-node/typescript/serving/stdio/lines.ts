// Lines of a stream of bytes, of bounded length.

/** Cuts bytes into lines. */
export class Lines {
  private pieces: Buffer[] = [];
  private length = 0;

  /** @param limit The longest line, in bytes. */
  constructor(private readonly limit: number) {}

  /**
   * Takes what arrived; returns the lines that are complete now, blank ones left out.
   *
   * @throws RangeError when a line is over the limit.
   */
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
    this.length += piece.length;
    if (this.length > this.limit) {
      throw new RangeError(`a line is over the limit of ${this.limit} bytes`);
    }
    if (piece.length > 0) this.pieces.push(piece);
  }

  private flush(lines: string[]): void {
    const line = Buffer.concat(this.pieces, this.length).toString('utf8').replace(/\r$/, '');
    this.pieces = [];
    this.length = 0;
    if (line.trim() !== '') lines.push(line);
  }
}
