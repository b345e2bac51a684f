// The tables of the station's database as Kysely sees them; columns portable to PostgreSQL.
import type { Generated } from 'kysely';
import type { OutputKind } from '../contract/outputs.ts';

// Conventions: ids are text; times are epoch ms integers; truth is 0 or 1; `…_json` columns hold JSON
// text; `…_sealed` columns hold SecretBox text. Every change of shape is a new file in migrations/.

/** A person with an account. */
export interface PeopleTable {
  /** Login name, primary key. */
  user: string;
  name: string;
  /** argon2id in PHC format; null until a password was set. */
  password_hash: string | null;
  /** JSON array of roles. */
  roles_json: string;
  created_at: number;
}

/** A signed-in session; its token is kept only as SHA-256 (hex). */
export interface SessionsTable {
  token_hash: string;
  user: string;
  created_at: number;
  /** Last use, written at most once a minute. */
  seen_at: number;
  /** Absolute end, whatever the use. */
  expires_at: number;
}

/** The one-time link that sets the first administrator's password; one row at most in use. */
export interface SetupTokensTable {
  token_hash: string;
  created_at: number;
  /** null while it may still be used. */
  used_at: number | null;
}

/** Append-only evidence: who did what, why, and whether it worked. */
export interface AuditTable {
  id: Generated<number>;
  at: number;
  actor: string;
  action: string;
  reason: string;
  ok: number;
  detail_json: string;
}

/** Small things that have no table of their own, by key `<feature>.<name>`. */
export interface SettingsTable {
  key: string;
  value_json: string;
}

/** A destination people configured. */
export interface OutputsTable {
  id: string;
  name: string;
  profile: string;
  kind: OutputKind;
  /** Sealed with context `output:<id>:url`: an address may carry a password. */
  url_sealed: string;
  /** Sealed with context `output:<id>:key`; null when the destination needs none. */
  key_sealed: string | null;
  with_air: number;
  /** Settings of the kind as JSON, an SRT stream id sealed; null unless `kind` has settings. */
  settings_json: string | null;
  ordered: 'start' | 'stop';
  created_at: number;
  /** Order on screen, ascending. */
  position: number;
  /** Sealed with context `output:<id>:backupUrl`; null when there is no backup address. */
  backup_url_sealed: string | null;
  /** 1 is kept longest when the uplink does not suffice. */
  priority: number;
  may_shed: number;
}

/** A field unit. */
export interface UnitsTable {
  id: string;
  name: string;
  profile: string;
  created_at: number;
}

/** One camera of a unit; removed with it. */
export interface FeedsTable {
  id: string;
  unit_id: string;
  label: string;
  /** Sealed with context `feed:<id>:key`. */
  key_sealed: string;
  /** Order within the unit, ascending. */
  position: number;
}

/** A published version of the weekly grid; never changed afterwards. */
export interface GridVersionsTable {
  version: number;
  /** ScheduleDocument as JSON. */
  document_json: string;
  /** Epoch ms from which it rules. */
  effective_from: number;
  author: string;
  published_at: number;
}

/** A dated change of the grid; taken back by `removed_at`, never deleted. */
export interface GridOverridesTable {
  id: string;
  /** Override as JSON. */
  override_json: string;
  reason: string;
  by: string;
  at: number;
  removed_at: number | null;
  removed_by: string | null;
}

/** Append-only: what went on the air, when, how late, by whom and why. */
export interface AsRunTable {
  id: Generated<number>;
  at: number;
  /** Occurrence id; null for an act outside the grid. */
  occurrence: string | null;
  title: string;
  scene: string;
  planned_start: number | null;
  /** Epoch ms at which the scene was reported on air; null when it failed. */
  actual: number | null;
  late_ms: number | null;
  cause: string;
  actor: string;
}

/** All tables, by name. */
export interface Database {
  people: PeopleTable;
  sessions: SessionsTable;
  setup_tokens: SetupTokensTable;
  audit: AuditTable;
  settings: SettingsTable;
  outputs: OutputsTable;
  units: UnitsTable;
  feeds: FeedsTable;
  grid_versions: GridVersionsTable;
  grid_overrides: GridOverridesTable;
  as_run: AsRunTable;
}
