// Addresses and keys to what ffmpeg is given: the combinations platforms really use.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { targetOf, type Target } from '../../server/air/outputs/address.ts';

function target(kind: 'rtmp' | 'icecast', url: string, key: string | null): Target {
  const result = targetOf({ kind, url, key });
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
  ['rtmp', 'rtmp://h/live', 'a\nrtmp_tcurl=x'],
  ['rtmp', 'rtmp://h/live', 'é'.repeat(600)],
  ['icecast', 'rtmp://h/live', 'k'],
  ['icecast', 'icecast://h:8000', 'k'],
] as const)('%s %s is refused with words', (kind, url, key) => {
  expect(targetOf({ kind, url, key })).toHaveProperty('wrong');
});

test('no key ever shows in the address, whatever is in it', () => {
  const key = fc.string({ minLength: 6, maxLength: 80 }).filter((k) => !/[\r\n]/.test(k));
  fc.assert(
    fc.property(key, fc.constantFrom('rtmp', 'icecast'), (k, kind) => {
      const secret = `Zq9${k}`;
      const url = kind === 'rtmp' ? 'rtmp://host/app?token=Zq9abc' : 'icecast://host/m.mp3';
      const made = target(kind, url, secret);
      expect(made.url).not.toContain('Zq9');
      expect(made.secrets).toContain(secret);
    }),
  );
});
