// `node server/setup/backup.mjs <folder>`: a copy of the station's data (server/backup.ts), also while it is on the air.
import { resolve } from 'node:path';
import { become } from './run.mjs';

// Relative to where the person is, not to the project.
const into = process.argv.slice(2).map((folder) => resolve(folder));
become(['--disable-warning=ExperimentalWarning', 'server/backup.ts', ...into]);
