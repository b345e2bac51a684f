// Sealed secrets open only whole, in their place and with their key.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openSecretBox } from '../../server/core/secret-box.ts';

const dir = mkdtempSync(join(tmpdir(), 'box-'));
const keyFile = join(dir, 'secret.key');
const box = openSecretBox(keyFile);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('any text comes back, from a box opened again on the same key file', () => {
  const again = openSecretBox(keyFile);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (plain, context) => {
      expect(again.open(box.seal(plain, context), context)).toBe(plain.toWellFormed());
    }),
  );
});

test('the key file is private and made once', () => {
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  const before = readFileSync(keyFile, 'utf8');
  openSecretBox(keyFile);
  expect(readFileSync(keyFile, 'utf8')).toBe(before);
});

test('the same secret is sealed differently each time', () => {
  expect(box.seal('same', 'c')).not.toBe(box.seal('same', 'c'));
});

test('any changed character, another context or another key opens nothing', () => {
  const sealed = box.seal('stream-key-123', 'output:fb:key');
  fc.assert(
    fc.property(
      fc.nat(sealed.length - 1),
      fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '_', '-', '.'),
      (at, letter) => {
        if (sealed[at] === letter) return;
        const tampered = sealed.slice(0, at) + letter + sealed.slice(at + 1);
        let opened: string | null = null;
        try {
          opened = box.open(tampered, 'output:fb:key');
        } catch (error) {
          expect(String(error)).not.toContain('stream-key-123');
        }
        // The last letter of base64url may carry unused bits: then it is the same secret, never another.
        if (opened !== null) expect(opened).toBe('stream-key-123');
      },
    ),
    { numRuns: 300 },
  );
  expect(() => box.open(sealed, 'output:yt:key')).toThrow(/secret\.key/);
  expect(() => openSecretBox(join(dir, 'other.key')).open(sealed, 'output:fb:key')).toThrow();
  for (const junk of ['', 'v1', 'v1...', 'v2.a.b.c', sealed.slice(0, -10)]) {
    expect(() => box.open(junk, 'output:fb:key')).toThrow();
  }
});

test('a truncated tag is refused', () => {
  const [v, iv, tag = '', body] = box.seal('x', 'c').split('.');
  const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
  expect(() => box.open([v, iv, short, body].join('.'), 'c')).toThrow();
});

test('a damaged key file is said so', () => {
  const bad = join(dir, 'bad.key');
  writeFileSync(bad, 'too short');
  expect(() => openSecretBox(bad)).toThrow(/secret\.key/);
});
