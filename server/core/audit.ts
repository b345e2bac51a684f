// The port through which every room leaves evidence of what it did and why.

/** One act, by a person (`actor` = login name) or by automation (`grid`, `supervisor`, `air`, `obs`). */
export interface Act {
  readonly actor: string;
  /** `<feature>.<verb>`, as a command is named. */
  readonly action: string;
  /** Why, in words; for a person's command what they gave or an empty text. */
  readonly reason: string;
  readonly ok: boolean;
  readonly detail?: Record<string, unknown>;
}

/** Durable when it returns. */
export interface Audit {
  record(act: Act): void;
}
