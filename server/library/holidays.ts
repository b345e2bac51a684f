// The shape of schedules/holidays-*.json: an editable table, because published lists disagree.
import { z } from 'zod';
import { localDate } from '../contract/grid.ts';
import { profileId } from '../contract/profiles.ts';

/** Holidays of one country; `verified` only once a person of the station confirmed that year's day. */
export const holidayTable = z
  .strictObject({
    $schema: z.string().optional(),
    id: profileId,
    country: z.string().length(2),
    note: z.string().max(500).default(''),
    days: z.array(
      z.strictObject({ date: localDate, name: z.string().min(1).max(120), verified: z.boolean() }),
    ),
  })
  .superRefine((table, ctx) => {
    const seen = new Set<string>();
    table.days.forEach((day, i) => {
      if (seen.has(day.date)) {
        ctx.addIssue({
          code: 'custom',
          path: ['days', i, 'date'],
          message: 'a date not used before',
        });
      }
      seen.add(day.date);
    });
  });
/** A loaded table of holidays. */
export type HolidayTable = z.infer<typeof holidayTable>;
