// What the run hands to each of its parts.

export interface Bench {
  /** The program to publish: 1080p30 at 6 Mb/s, rendered once for the whole run. */
  program(): Promise<string>;
  /** The number asked for with the part (`soak=5`); null: its own. */
  readonly amount: number | null;
}
