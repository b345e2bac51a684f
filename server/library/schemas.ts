// The JSON Schemas that editors use to check profiles/ and schedules/ while a person types.
import { z } from 'zod';
import { scheduleDocument } from '../contract/grid.ts';
import {
  destinationProfile,
  encoderProfile,
  obsProfile,
  stationProfile,
  unitProfile,
} from '../contract/profiles.ts';
import { holidayTable } from './holidays.ts';

const files = {
  station: { schema: stationProfile, title: 'Estación · profiles/station.json' },
  encoder: { schema: encoderProfile, title: 'Codificación · profiles/encoders/<id>.json' },
  destination: { schema: destinationProfile, title: 'Destino · profiles/destinations/<id>.json' },
  unit: { schema: unitProfile, title: 'Unidad de campo · profiles/units/<id>.json' },
  obs: { schema: obsProfile, title: 'Escenas de OBS · profiles/obs/<id>.json' },
  schedule: { schema: scheduleDocument, title: 'Parrilla · schedules/<id>.json' },
  holidays: { schema: holidayTable, title: 'Festivos · schedules/holidays-<país>.json' },
} as const;

/** File name under profiles/schemas/ → JSON Schema (draft 2020-12) made from the contract. */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(files).map(([name, { schema, title }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [`${name}.json`, { $schema, title, ...rest }];
    }),
  );
}
