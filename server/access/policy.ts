// Who may do what: pure predicates over roles.
import type { Role } from '../contract/roles.ts';

/** The roles that grant `required` besides `admin`, which grants everything. */
const grantedBy: Record<Role, readonly Role[]> = {
  admin: [],
  operator: ['operator'],
  producer: ['producer'],
  field: ['field'],
  // Whoever works the air or the grid must be able to read all of it; a field crew need not.
  viewer: ['viewer', 'operator', 'producer'],
};

/** Whether somebody with `roles` may do what needs `required`. */
export function may(roles: readonly Role[], required: Role): boolean {
  return roles.includes('admin') || grantedBy[required].some((role) => roles.includes(role));
}

/** Whether `people` would still have an administrator once `user` has `roles` (none = removed). */
export function keepsAdmin(
  people: Iterable<{ readonly user: string; readonly roles: readonly Role[] }>,
  user: string,
  roles: readonly Role[],
): boolean {
  if (roles.includes('admin')) return true;
  for (const person of people) {
    if (person.user !== user && person.roles.includes('admin')) return true;
  }
  return false;
}
