// What a person may do here: the same rule as the server's, so that a button can say why it is off.
import type { Role } from '../../../server/contract/roles.ts';

/** Whether roles `held` include what a command `needs`; an administrator may do everything. */
export function may(held: readonly Role[], needs: Role): boolean {
  if (held.includes('admin') || held.includes(needs)) return true;
  return needs === 'viewer' && (held.includes('operator') || held.includes('producer'));
}
