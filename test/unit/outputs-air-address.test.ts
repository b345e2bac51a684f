// Addresses and keys to what ffmpeg is given: the combinations platforms really use.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { targetOf, type Target } from '../../server/air/outputs/address.ts';
import { passphraseProblem } from '../../server/core/srt-passphrase.ts';

function target(
  kind: 'rtmp' | 'icecast' | 'srt',
  url: string,
  key: string | null,
  settings: Record<string, unknown> | null = null,
): Target {
  const result = targetOf({ kind, url, key, settings });
  if ('wrong' in result) throw new Error(result.wrong);
  return result;
}

test.each([
  // YouTube's backup: the query belongs to the application.
  ['rtmps://b.rtmps.youtube.com:443/live2?backup=1', 'ab-cd', 'live2?backup=1', 'ab-cd'],
  // Facebook: a slash at the end, a key with a query.
  ['rtmps://live-api-s.facebook.com:443/rtmp/', 'FB-1?s_bl=1&a=b=c', 'rtmp', 'FB-1?s_bl=1&a=b=c'],
  ['rtmp://h/app/instance', 'k', 'app/instance', 'k'],
  ['rtmp://h/live', 'a key #1 %41', 'live', 'a key #1 %41'],
  ['rtmp://[2001:db8::1]:1936/live', 'k', 'live', 'k'],
  // No separate key: the address ends in it.
  ['rtmp://h:1935/live/FB-1?s_bl=1&x=a/b', null, 'live', 'FB-1?s_bl=1&x=a/b'],
  ['rtmp://h/app/instance/key', null, 'app/instance', 'key'],
])('%s with key %s', (url, key, app, stream) => {
  const made = target('rtmp', url, key);
  expect(made.preset).toEqual([`rtmp_app=${app}`, `rtmp_playpath=${stream}`]);
  expect(made.url).not.toContain('?');
});

test('the address for the arguments keeps scheme, host, port and application only', () => {
  expect(target('rtmp', 'rtmps://h:443/live2?backup=1', 'k').url).toBe('rtmps://h:443/live2');
  expect(target('rtmp', 'rtmp://h/live/secret', null).url).toBe('rtmp://h/live');
  expect(target('rtmp', 'rtmps://h/live', 'k').tls).toBe(true);
});

test('Icecast: the key is the password of user source unless the address names another', () => {
  const plain = target('icecast', 'icecast://h:8100/am.mp3', 'p&w =#?1');
  expect(plain.url).toBe('http://h:8100/am.mp3');
  const expected = Buffer.from('source:p&w =#?1').toString('base64');
  expect(plain.preset).toEqual([`headers=Authorization: Basic ${expected}`]);
  const other = target('icecast', 'https://radio:pa%20ss@h/am.mp3', null);
  expect(other.url).toBe('https://h/am.mp3');
  expect(other.tls).toBe(true);
  expect(other.preset[0]).toBe(`headers=Authorization: Basic ${btoa('radio:pa ss')}`);
  expect(target('icecast', 'icecast://h/am.mp3', 'k').url).toBe('http://h:8000/am.mp3');
});

test.each([
  ['rtmp', 'live-api.facebook.com/rtmp', 'k'],
  ['rtmp', 'http://h/live', 'k'],
  ['rtmp', 'rtmp:///live', 'k'],
  ['rtmp', 'rtmp://user:pass@h/live', 'k'],
  ['rtmp', 'rtmps://user@h/live/key', null],
  ['rtmp', 'rtmp://h/live', 'a\nrtmp_tcurl=x'],
  ['rtmp', 'rtmp://h/live', 'é'.repeat(600)],
  ['icecast', 'rtmp://h/live', 'k'],
  ['icecast', 'icecast://h:8000', 'k'],
  ['srt', 'rtmp://h/live', null],
  ['srt', 'srt://h', null],
  ['srt', 'srt://h:70000', null],
  ['srt', 'srt://h:9000?mode=listener', null],
  ['srt', 'srt://h:9000', 'too short'],
  ['srt', 'srt://h:9000', 'x'.repeat(80)],
  ['srt', 'srt://h:9000?passphrase=short', null],
] as const)('%s %s is refused with words', (kind, url, key) => {
  expect(targetOf({ kind, url, key, settings: null })).toHaveProperty('wrong');
});

test('SRT: passphrase and stream id leave the address, from wherever they came', () => {
  const set = target('srt', 'srt://h:9000', 'pass phrase = 1', { streamId: '#!::r=a,m=publish' });
  expect(set.url).toBe('srt://h:9000');
  expect(set.preset).toEqual(['passphrase=pass phrase = 1', 'srt_streamid=#!::r=a,m=publish']);
  expect(set.secrets).toEqual(['#!::r=a,m=publish', 'pass phrase = 1']);
  const pasted = target(
    'srt',
    'srt://[2001:db8::1]:9000?mode=caller&streamid=publish:a+b%23&passphrase=0123456789&latency=5',
    null,
  );
  expect(pasted.url).toBe('srt://[2001:db8::1]:9000');
  expect(pasted.preset).toEqual(['passphrase=0123456789', 'srt_streamid=publish:a+b#']);
  expect(target('srt', 'srt://h:9000?passphrase=0123456789', 'another one').preset).toEqual([
    'passphrase=another one',
  ]);
  expect(target('srt', 'srt://h:9000', null).preset).toEqual([]);
});

test.each([
  ['0123456789', true],
  ['012345678', false],
  ['x'.repeat(79), true],
  ['x'.repeat(80), false],
  ['ñ'.repeat(5), true],
  ['ñ'.repeat(40), false],
  ['0123456789\n', false],
])('an SRT passphrase of %j', (text, fits) => {
  const problem = passphraseProblem(text);
  expect(problem === null).toBe(fits);
  if (problem) expect(problem.es.length + problem.en.length).toBeGreaterThan(40);
});

test('what stays on this machine needs no address', () => {
  const order = { url: '', key: null, settings: null };
  expect(targetOf({ kind: 'recording', ...order })).not.toHaveProperty('wrong');
  expect(targetOf({ kind: 'hls', ...order })).not.toHaveProperty('wrong');
});

test('no key ever shows in the address, whatever is in it', () => {
  const key = fc.string({ minLength: 7, maxLength: 70 }).filter((k) => !/[\r\n]/.test(k));
  const urls = {
    rtmp: 'rtmp://host/app?token=Zq9abc',
    icecast: 'icecast://host/m.mp3',
    srt: 'srt://host:9000?streamid=Zq9abc',
  };
  fc.assert(
    fc.property(key, fc.constantFrom('rtmp', 'icecast', 'srt'), (k, kind) => {
      const secret = `Zq9${k}`;
      const url = urls[kind];
      const made = target(kind, url, secret);
      expect(made.url).not.toContain('Zq9');
      expect(made.secrets).toContain(secret);
    }),
  );
});
