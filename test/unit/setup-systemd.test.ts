// The systemd units as people copy them: systemd understands every line, and what they name is here.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const folder = join(project, 'server/setup/systemd');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const readme = readFileSync(join(project, 'README.md'), 'utf8');

/** Values of each key of a unit, sections together: no key of ours is in two of them. */
function parse(text: string): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      expect(line, 'a section, a remark or nothing').toMatch(/^(\[(Unit|Service|Install)\]|#.*|)$/);
    } else keys.set(key, [...(keys.get(key) ?? []), value]);
  }
  return keys;
}
const units = ['studio-air.service', 'studio.service'] as const;
const temporary = mkdtempSync(join(tmpdir(), 'units-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

test('the README names every one of them, and no other', () => {
  const there = readdirSync(folder).toSorted();
  expect(there).toEqual(['studio-air-remote.conf', ...units]);
  const named = readme.match(/server\/setup\/systemd\/[\w-]+\.\w+/g) ?? [];
  expect([...new Set(named)].toSorted()).toEqual(there.map((n) => `server/setup/systemd/${n}`));
});

test.each(units)(
  '%s starts something that is here, and only sets what the README explains',
  (name) => {
    const unit = parse(read(name));
    const [program, script, ...rest] = unit.get('ExecStart')?.[0]?.split(' ') ?? [];
    expect(rest).toEqual([]);
    expect(program).toBe('/opt/studio/node_modules/node/bin/node');
    expect(existsSync(join(project, script ?? 'nothing'))).toBe(true);
    expect(unit.get('WorkingDirectory')).toEqual(['/opt/studio']);
    const remote = parse(read('studio-air-remote.conf')).get('Environment') ?? [];
    for (const setting of [...(unit.get('Environment') ?? []), ...remote])
      expect(readme).toContain(`\`${setting.split('=')[0]}\``);
    // The data folder is the one that systemd makes for the user.
    expect(unit.get('Environment')).toContain(
      `STUDIO_DATA=/var/lib/${unit.get('StateDirectory')?.[0]}`,
    );
  },
);

test('the air ends whole, and control alone', () => {
  const [air, control] = units.map((name) => parse(read(name)));
  expect(air?.get('KillMode')).toEqual(['mixed']);
  expect(air?.get('KillSignal')).toBeUndefined();
  expect(control?.get('KillMode')).toEqual(['process']);
  expect(control?.get('KillSignal')).toEqual(['SIGUSR2']);
  // They would take from the OBS that goes on what it stands on.
  for (const key of ['PrivateTmp', 'RemoveIPC', 'RuntimeDirectory', 'DynamicUser'])
    expect(control?.has(key), key).toBe(false);
  for (const unit of [air, control]) {
    expect(unit?.get('Restart')).toEqual(['always']);
    expect(unit?.get('StartLimitIntervalSec')).toEqual(['0']);
    // An address of this very machine is all it waits for: the line may be down at start.
    expect(unit?.get('After')?.join(' ')).not.toContain('network-online');
  }
});

test.skipIf(spawnSync('systemd-analyze', ['--version']).error)(
  'systemd finds no fault in them',
  () => {
    for (const name of units)
      writeFileSync(join(temporary, name), read(name).replaceAll('/opt/studio', project));
    mkdirSync(join(temporary, 'studio-air.service.d'));
    writeFileSync(
      join(temporary, 'studio-air.service.d', 'remote.conf'),
      read('studio-air-remote.conf'),
    );
    const verify = (): string => {
      const files = units.map((name) => join(temporary, name));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...files], {
        encoding: 'utf8',
      });
      return `${status} ${stdout}${stderr}`.trim();
    };
    expect(verify()).toBe('0');
    // It does look into both, and into what is added to the first.
    for (const [name, wrong] of [
      [units[1], '\n[Service]\nKillModus=x\n'],
      [`${units[0]}.d/remote.conf`, '\n[Service]\nLoadKredential=x\n'],
    ] as const) {
      const file = join(temporary, name);
      const right = readFileSync(file, 'utf8');
      writeFileSync(file, right + wrong);
      expect(verify()).toMatch(/Unknown key.*(KillModus|LoadKredential)/);
      writeFileSync(file, right);
    }
  },
);
