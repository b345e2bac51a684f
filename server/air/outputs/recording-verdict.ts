// What a writer's last words mean when it writes to a disk: it has no server that could refuse or close.
import type { OutputCause } from '../../contract/outputs.ts';
import type { Verdict } from './classify.ts';

const ofDisks: Partial<Record<OutputCause, OutputCause>> = {
  refused: 'folder',
  rejected: 'folder',
  kicked: 'folder',
  timeout: 'folder',
};

/** The verdict in a recording's terms. */
export function recordingVerdict({ cause, detail }: Verdict): Verdict {
  return { cause: ofDisks[cause] ?? cause, detail };
}
