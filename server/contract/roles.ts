// The roles a person can hold.
import { z } from 'zod';

/** What a person may do. `admin` may do everything; `operator` and `producer` may also all a `viewer` may. */
export const role = z.enum(['admin', 'operator', 'producer', 'field', 'viewer']);
export type Role = z.infer<typeof role>;
