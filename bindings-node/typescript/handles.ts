// What the handles of tools, prompts, resources and resource templates have in common.

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
