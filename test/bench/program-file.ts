// A pre-rendered program, 1080p30 at 6 Mb/s with a key frame each 2 s, and the key to publish it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { openSecretBox } from '../../server/core/secret-box.ts';

const run = promisify(execFile);

/** How long it is. */
export const programSeconds = 10;

/** Renders it as FLV into `folder`; its picture moves and is noisy, so that it is worth its bits. */
export async function renderProgram(folder: string): Promise<string> {
  const file = join(folder, 'program.flv');
  await run('ffmpeg', [
    ...'-nostdin -v error -f lavfi -i'.split(' '),
    'testsrc2=s=1920x1080:r=30,noise=alls=12:allf=t',
    ...'-f lavfi -i sine=440:sample_rate=48000'.split(' '),
    ...`-t ${programSeconds} -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p`.split(
      ' ',
    ),
    ...'-b:v 6000k -minrate 6000k -maxrate 6000k -bufsize 3000k'.split(' '),
    ...'-x264-params nal-hrd=cbr:force-cfr=1 -g 60 -keyint_min 60 -sc_threshold 0'.split(' '),
    ...'-c:a aac -b:a 128k -ac 2 -f flv'.split(' '),
    file,
  ]);
  return file;
}

/** The name and key under which this studio's ingest takes the program, from its own data folder. */
export function programStream(dataDir: string): string {
  const place = 'air.programKey';
  const db = new DatabaseSync(join(dataDir, 'studio.db'), { readOnly: true });
  try {
    const row = db.prepare('select value_json from settings where key = ?').get(place);
    const sealed = JSON.parse(String(row?.['value_json'])) as string;
    return `main?k=${openSecretBox(join(dataDir, 'secret.key')).open(sealed, place)}`;
  } finally {
    db.close();
  }
}
