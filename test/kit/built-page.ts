// The page as users get it: built when its sources changed, as `npm start` does, and shared by all tests.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootDir } from './studio.ts';

const build = "import { ensurePage } from './server/setup/page.mjs'; ensurePage();";

/** The folder of the page of the present sources; nobody may write to it. */
export async function builtPage(): Promise<string> {
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', build], {
    cwd: rootDir,
  });
  return join(rootDir, 'control-ui', 'dist');
}
