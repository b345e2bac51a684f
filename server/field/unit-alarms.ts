// The alarms the field deserves: a codec nobody can carry, and the loss of what the scene was showing. Pure.
import type { Unit } from '../contract/field.ts';
import type { AlarmWords } from '../core/alarms.ts';

export interface AlarmedUnit {
  readonly id: string;
  readonly view: Unit;
}

/** The alarms to be up now, by id. */
export function fieldAlarms(units: readonly AlarmedUnit[]): Map<string, AlarmWords> {
  const alarms = new Map<string, AlarmWords>();
  for (const { view } of units) {
    for (const feed of view.feeds) {
      const name = view.feeds.length > 1 ? `${view.name}, ${feed.label}` : view.name;
      if (feed.notice) {
        alarms.set(`feed-codec-${feed.id}`, {
          severity: 'warning',
          what: {
            es: `«${name}» no se puede usar como viene: ${feed.notice.text}`,
            en: `“${name}” cannot be used as it comes: ${feed.notice.textEn}`,
          },
          advice: {
            es: 'Pida a la unidad que use H.264 y AAC en los ajustes de video y audio.',
            en: 'Ask the unit to use H.264 and AAC in its video and audio settings.',
          },
        });
      }
      if (feed.id === view.inScene && feed.state === 'lost') {
        alarms.set(`feed-lost-${feed.id}`, {
          severity: 'warning',
          what: {
            es: `Se perdió «${name}», que estaba en la escena de campo.`,
            en: `“${name}”, shown in the field scene, was lost.`,
          },
          advice: {
            es: feed.lastLoss?.text ?? 'Llame a la unidad; al volver entra sola.',
            en: feed.lastLoss?.textEn ?? 'Call the unit; it comes back in by itself.',
          },
        });
      }
    }
  }
  return alarms;
}
