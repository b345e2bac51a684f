// The profiles a person can choose from, fetched when a form opens.
import { useEffect, useState } from 'react';
import type { CommandOutput } from '../../../server/contract/commands.ts';
import { useCommand, type Problem } from '../command.ts';

export type Profiles = CommandOutput<'library.list'>;

/** The library, or null until it is here; `problem` says why it is not. */
export function useProfiles(): { profiles: Profiles | null; problem: Problem | null } {
  const { send, problem } = useCommand('library.list');
  const [profiles, setProfiles] = useState<Profiles | null>(null);
  useEffect(() => {
    let left = false;
    const read = async (): Promise<void> => {
      const found = await send({});
      if (!left && found) setProfiles(found);
    };
    void read();
    return () => {
      left = true;
    };
  }, [send]);
  return { profiles, problem };
}
