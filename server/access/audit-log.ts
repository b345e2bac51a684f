// The audit log: evidence on disk before the act is acknowledged, and the newest lines for people to read.
import type { AuditEntry } from '../contract/people.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/database.ts';
import { auditDetail } from './audit-detail.ts';

export interface AuditLog extends Audit {
  /** Newest first; at most `limit`, only those with an id below `before` when given. */
  list(limit: number, before?: number): Promise<AuditEntry[]>;
}

const insert =
  'insert into audit (at, actor, action, reason, ok, detail_json) values (?, ?, ?, ?, ?, ?)';
const alarmId = 'audit.write';

/**
 * Makes the log. `record` never throws: the air goes on without evidence rather than stop, but then
 * the act goes to the process log and an alarm is raised.
 */
export function createAuditLog(ports: {
  readonly store: Pick<Store, 'db' | 'writeNow'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: Alarms;
}): AuditLog {
  const { store, clock, log, alarms } = ports;
  return {
    record(act) {
      const at = clock.now();
      const reason = act.reason.slice(0, 500);
      const detail = auditDetail(act.detail ?? {});
      try {
        store.writeNow(insert, [at, act.actor, act.action, reason, act.ok ? 1 : 0, detail]);
        alarms.clear(alarmId);
      } catch (error) {
        log.error({ err: error, at, ...act, reason, detail }, 'audit line not written');
        alarms.raise(alarmId, {
          severity: 'critical',
          what: {
            es: 'El registro de auditoría no se puede escribir.',
            en: 'The audit log cannot be written.',
          },
          advice: {
            es: 'Revise el espacio y los permisos del disco de datos.',
            en: 'Check the space and permissions of the data disk.',
          },
        });
      }
    },
    async list(limit, before) {
      let query = store.db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map((row) => ({
        id: row.id,
        at: row.at,
        actor: row.actor,
        action: row.action,
        reason: row.reason,
        ok: row.ok === 1,
        detail: JSON.parse(row.detail_json) as Record<string, unknown>,
      }));
    },
  };
}
