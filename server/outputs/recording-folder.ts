// Where the present occurrence is recorded: the name of its folder, and what is written beside the files. Pure.
import { Temporal } from 'temporal-polyfill';
import type { GridState } from '../contract/grid.ts';

export interface RecordingFolder {
  /** One folder inside air's recordings folder, fit for any file system. */
  readonly name: string;
  readonly about: Readonly<Record<string, unknown>>;
  /** Whose clock names the files in it (IANA). */
  readonly zone?: string | undefined;
}

const maxTitleBytes = 120;

/**
 * The folder of what begins at `now` (epoch ms): local date and planned time with the title, so that
 * it stays the same when the programme starts late or goes on longer, and two of one day differ;
 * outside the grid, where nothing is planned, the date and time of `now`.
 */
export function recordingFolder(
  grid: Pick<GridState, 'now'>,
  zone: string,
  now: number,
): RecordingFolder {
  const on = grid.now;
  if (!on) {
    const local = localTime(now, zone);
    const [date, time] = [local.slice(0, 10), local.slice(11, 16)];
    const title = 'Fuera de parrilla';
    const name = `${date} ${time.replace(':', '')} ${title}`;
    return { name, about: { title, date, time, zone }, zone };
  }
  const time = on.time.replaceAll(':', '');
  return {
    name: `${on.date} ${time} ${safeTitle(on.title)}`.trim(),
    about: {
      title: on.title,
      department: on.department,
      program: on.program,
      occurrence: on.id,
      date: on.date,
      time: on.time,
      plannedStart: localTime(on.start, zone),
      plannedEnd: localTime(on.end, zone),
      zone,
      scene: on.scene,
      signLanguage: on.signLanguage,
      captions: on.captions,
    },
    zone,
  };
}

/**
 * A title as a part of a folder's name: letters as they are, and a space for everything that Linux,
 * Windows or a share does not take or a person cannot see.
 */
export function safeTitle(title: string): string {
  const plain = title
    .normalize('NFC')
    .replaceAll(/[<>:"/\\|?*]|\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  let cut = '';
  for (const letter of plain) {
    if (Buffer.byteLength(cut + letter) > maxTitleBytes) break;
    cut += letter;
  }
  return cut.replaceAll(/[. ]+$/g, '');
}

/** `2026-11-21T10:00:00-05:00`; in UTC where the zone is unknown. */
function localTime(at: number, zone: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(at));
  const options = { timeZoneName: 'never', smallestUnit: 'second' } as const;
  try {
    return instant.toZonedDateTimeISO(zone).toString(options);
  } catch {
    return instant.toZonedDateTimeISO('UTC').toString(options);
  }
}
