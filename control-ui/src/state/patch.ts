// Applies the server's patches (RFC 6902: add, replace, remove) without touching what did not change.
import type { PatchOp } from '../../../server/contract/state.ts';

/** A patch that does not fit the state it was made for: the holder must ask for a snapshot. */
export class PatchError extends Error {
  constructor(path: string) {
    super(`patch does not fit at ${path === '' ? '(root)' : path}`);
    this.name = 'PatchError';
  }
}

/** RFC 6901 pointer → its unescaped steps. */
export function pointerSteps(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new PatchError(path);
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function position(step: string, length: number, path: string): number {
  if (!/^(0|[1-9]\d*)$/.test(step) || Number(step) >= length) throw new PatchError(path);
  return Number(step);
}

function changedArray(list: readonly unknown[], op: PatchOp, step: string): unknown[] {
  if (op.op === 'add') {
    const at = step === '-' ? list.length : position(step, list.length + 1, op.path);
    return list.toSpliced(at, 0, op.value);
  }
  const at = position(step, list.length, op.path);
  return op.op === 'remove' ? list.toSpliced(at, 1) : list.with(at, op.value);
}

function changedObject(
  record: Readonly<Record<string, unknown>>,
  op: PatchOp,
  step: string,
): Record<string, unknown> {
  if (op.op !== 'add' && !Object.hasOwn(record, step)) throw new PatchError(op.path);
  if (op.op !== 'remove') return { ...record, [step]: op.value };
  const { [step]: _removed, ...rest } = record;
  return rest;
}

function changed(node: unknown, op: PatchOp, steps: readonly string[], depth: number): unknown {
  const step = steps[depth];
  if (step === undefined) return op.op === 'remove' ? undefined : op.value;
  // A spread would call the setter: such a key is never part of the state.
  if (step === '__proto__') throw new PatchError(op.path);
  const last = depth === steps.length - 1;
  if (Array.isArray(node)) {
    if (last) return changedArray(node, op, step);
    const at = position(step, node.length, op.path);
    return node.with(at, changed(node[at], op, steps, depth + 1));
  }
  if (typeof node !== 'object' || node === null) throw new PatchError(op.path);
  const record = node as Record<string, unknown>;
  if (last) return changedObject(record, op, step);
  if (!Object.hasOwn(record, step)) throw new PatchError(op.path);
  return { ...record, [step]: changed(record[step], op, steps, depth + 1) };
}

/**
 * The state after `ops`, in order; everything outside their paths keeps its identity.
 * Throws PatchError when an operation names what is not there, and then nothing is applied.
 */
export function applyPatch<T>(state: T, ops: readonly PatchOp[]): T {
  let node: unknown = state;
  for (const op of ops) node = changed(node, op, pointerSteps(op.path), 0);
  return node as T;
}
