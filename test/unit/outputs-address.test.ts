// What of an address may be shown, and how a pasted one is taken apart.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sameHost,
  schemeOf,
  shownAddress,
  splitPassword,
  splitPasted,
  splitSrt,
} from '../../server/outputs/address.ts';

describe('shownAddress', () => {
  it.each([
    ['rtmps://live-api-s.facebook.com:443/rtmp/', 'rtmps://live-api-s.facebook.com:443/rtmp/'],
    ['rtmps://a.rtmps.youtube.com:443/live2', 'rtmps://a.rtmps.youtube.com:443/live2'],
    ['rtmp://host/live/abcd-efgh', 'rtmp://host/live/•••'],
    ['rtmp://host/live/instance/abcd', 'rtmp://host/live/•••'],
    ['rtmp://host/live?token=abcd', 'rtmp://host/live?•••'],
    ['rtmp://user:pass@host:1936/live', 'rtmp://•••@host:1936/live'],
    ['rtmp://host/0123456789abcdef0123456789abcdef', 'rtmp://host/•••'],
    ['rtmp://host', 'rtmp://host'],
    ['not an address', ''],
  ])('%s → %s', (address, shown) => {
    expect(shownAddress('rtmp', address)).toBe(shown);
  });

  it('shows the mount of a radio server but not its password', () => {
    expect(shownAddress('icecast', 'icecast://source:hackme@radio.example:8000/am')).toBe(
      'icecast://•••@radio.example:8000/am',
    );
  });

  it('never shows what follows the application', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/);
    fc.assert(
      fc.property(secret, secret, (key, token) => {
        const shown = shownAddress('rtmp', `rtmp://u:${token}@h.example/live/${key}?t=${token}`);
        expect(shown).not.toContain(key);
        expect(shown).not.toContain(token);
      }),
    );
  });
});

describe('addresses pasted whole', () => {
  it('takes the key off the end, with its query', () => {
    expect(splitPasted('rtmps://live-api-s.facebook.com:443/rtmp/FB-1-0-Ab?s_bl=1&s_ps=1')).toEqual(
      {
        url: 'rtmps://live-api-s.facebook.com:443/rtmp',
        key: 'FB-1-0-Ab?s_bl=1&s_ps=1',
      },
    );
    expect(splitPasted('rtmps://live-api-s.facebook.com:443/rtmp/').key).toBeNull();
    expect(splitPasted('rtmps://b.rtmps.youtube.com:443/live2?backup=1').key).toBeNull();
  });

  it('takes the password off an Icecast address', () => {
    expect(splitPassword('icecast://source:hack%20me@radio:8000/am')).toEqual({
      url: 'icecast://radio:8000/am',
      key: 'hack me',
    });
    expect(splitPassword('icecast://dj:x@radio:8000/am').url).toBe('icecast://dj@radio:8000/am');
    expect(splitPassword('icecast://radio:8000/am').key).toBeNull();
  });

  it.each([
    ['srt://h:9000', 'srt://h:9000', null, null, null, null],
    ['srt://h:9000/', 'srt://h:9000', null, null, null, null],
    ['srt://h:9000?mode=caller&latency=200', 'srt://h:9000', null, null, 200, null],
    // ffmpeg and OBS write microseconds.
    ['srt://h:9000?latency=2000000', 'srt://h:9000', null, null, 2000, null],
    ['srt://h:9000/?passphrase=a%20b', 'srt://h:9000', 'a b', null, null, null],
    [
      'srt://h:9000?streamid=#!::r=x,m=publish',
      'srt://h:9000',
      null,
      '#!::r=x,m=publish',
      null,
      null,
    ],
    ['srt://h:9000?StreamId=100%&passphrase=k', 'srt://h:9000', 'k', '100%', null, null],
    ['srt://h:9000?mode=listener', 'srt://h:9000', null, null, null, 'listener'],
    ['srt://[::1]:9000?latency=x', 'srt://[::1]:9000', null, null, null, null],
    ['srt://h:9000/path', 'srt://h:9000/path', null, null, null, null],
  ])('takes %s apart', (address, url, passphrase, streamId, latencyMs, mode) => {
    expect(splitSrt(address)).toEqual({ url, passphrase, streamId, latencyMs, mode });
  });

  it('leaves nothing secret in an SRT address', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9:=,!#_-]{8,40}$/);
    fc.assert(
      fc.property(secret, secret, (passphrase, streamId) => {
        const whole = `srt://h.example:9000?streamid=${streamId}&passphrase=${passphrase}`;
        expect(splitSrt(whole)).toMatchObject({
          url: 'srt://h.example:9000',
          passphrase,
          streamId,
        });
        const shown = shownAddress('srt', whole);
        expect(shown).not.toContain(passphrase);
        expect(shown).not.toContain(streamId);
      }),
    );
  });

  it('knows when two addresses are of the same machine', () => {
    const youtube = 'rtmps://a.rtmps.youtube.com:443/live2';
    expect(sameHost('rtmps://A.rtmps.YouTube.com:443/live2/key?x', youtube)).toBe(true);
    expect(sameHost('rtmps://a.rtmps.youtube.com:443/live2/key?x', youtube)).toBe(true);
    expect(sameHost('rtmps://b.rtmps.youtube.com:443/live2', youtube)).toBe(false);
    expect(sameHost('not an address', 'not an address')).toBe(false);
  });

  it('knows the scheme whatever its case', () => {
    expect(schemeOf('RTMPS://host/x')).toBe('rtmps');
    expect(schemeOf('host/x')).toBe('');
  });
});
