// Causes from ffmpeg's own last lines, each captured from a real failure of ffmpeg 5.1.
import { expect, test } from 'vitest';
import { classify } from '../../server/air/outputs/classify.ts';

const before = {
  'nobody listens': [
    'refused',
    '[tcp @ 0x555d9246cac0] [error] Connection to tcp://127.0.0.1:1?tcp_nodelay=0 failed: Connection refused',
    '[rtmp @ 0x555d9246e2c0] [error] Cannot open connection tcp://127.0.0.1:1?tcp_nodelay=0',
    '[error] rtmp://127.0.0.1:1/live: Connection refused',
  ],
  'no such host': [
    'unresolved',
    '[tcp @ 0x55c9810c5ac0] [error] Failed to resolve hostname no-such-host.invalid: Name or service not known',
    '[rtmp @ 0x55c9810c72c0] [error] Cannot open connection tcp://no-such-host.invalid:1935?tcp_nodelay=0',
    '[error] rtmp://no-such-host.invalid/live: Input/output error',
  ],
  'key or application refused': [
    'rejected',
    '[error] rtmp://127.0.0.1:19350/live: Input/output error',
  ],
  'somebody else publishes there': [
    'rejected',
    '[rtmp @ 0x5563f3d4a2c0] [error] Server error: Already publishing',
    '[error] rtmp://127.0.0.1:19370/live: Operation not permitted',
  ],
  'certificate of nobody we trust': [
    'certificate',
    '[tls @ 0x55c29b23d340] [error] Peer certificate failed verification',
    '[rtmps @ 0x55c29b23c0c0] [error] Cannot open connection tls://localhost:19443',
    '[error] rtmps://localhost:19443/live: Input/output error',
  ],
  'certificate of another host': [
    'certificate',
    "[tls @ 0x5582d18e6f80] [error] The certificate's owner does not match hostname localhost",
    '[rtmps @ 0x5582d1927300] [error] Cannot open connection tls://localhost:19444',
    '[error] rtmps://localhost:19444/live: Input/output error',
  ],
  'TLS, and nobody listens': [
    'refused',
    '[tcp @ 0x55d0ef9ad140] [error] Connection to tcp://127.0.0.1:1 failed: Connection refused',
    '[rtmps @ 0x55d0ef9bc300] [error] Cannot open connection tls://127.0.0.1:1',
    '[error] rtmps://127.0.0.1:1/live: Connection refused',
  ],
  'TLS to something that does not speak it': [
    'unknown',
    '[rtmps @ 0x557b28056300] [error] Cannot open connection tls://127.0.0.1:19350',
    '[error] rtmps://127.0.0.1:19350/live: Input/output error',
  ],
  'accepts and says nothing': [
    'timeout',
    '[rtmp @ 0x563859be62c0] [error] Cannot read RTMP handshake response',
    '[error] rtmp://127.0.0.1:19352/live: Connection timed out',
  ],
  'accepts and hangs up': [
    'refused',
    '[rtmp @ 0x56266d4582c0] [error] Cannot read RTMP handshake response',
    '[error] rtmp://127.0.0.1:19354/live: Connection reset by peer',
  ],
  'no way there': [
    'timeout',
    '[tcp @ 0x558830482ac0] [error] Connection to tcp://[2001:db8::1]:1935?tcp_nodelay=0 failed: No route to host',
    '[rtmp @ 0x5588304842c0] [error] Cannot open connection tcp://[2001:db8::1]:1935?tcp_nodelay=0',
    '[error] rtmp://[2001:db8::1]/live: No route to host',
  ],
  'SRT, and nobody listens': [
    'timeout',
    '[srt @ 0x5570c7b20480] [error] Connection to srt://127.0.0.1:19999 failed: Input/output error',
    '[error] srt://127.0.0.1:19999: Input/output error',
  ],
  'SRT with a wrong passphrase': [
    'rejected',
    '14:57:30.148024/SRT:RcvQ:w1!W:SRT.cn: processAsyncConnectRequest: REJECT reported from HS processing: Incorrect passphrase - not processing further',
    '[srt @ 0x56218ff86480] [error] Connection to srt://127.0.0.1:19990 failed: Input/output error',
    '[error] srt://127.0.0.1:19990: Input/output error',
  ],
  'SRT with a stream id that is refused': [
    'rejected',
    '14:57:23.812479/SRT:RcvQ:w1!W:SRT.cn: processAsyncConnectRequest: REJECT reported from HS processing: Application-defined rejection reason - not processing further',
    '[srt @ 0x55db7aca6480] [error] Connection to srt://127.0.0.1:19991 failed: Input/output error',
  ],
  'SRT to a name that is not there': [
    'unresolved',
    '[srt @ 0x55c6cb6b4480] [error] Failed to resolve hostname no-such.invalid: Name or service not known',
    '[error] srt://no-such.invalid:19999: Input/output error',
  ],
  'wrong Icecast password': [
    'unauthorized',
    '[http @ 0x5597427d6c00] [warning] No trailing CRLF found in HTTP header. Adding it.',
    '[http @ 0x5597427d6c00] [warning] HTTP error 401 Authentication Required',
    '[error] http://127.0.0.1:19360/am.mp3: Server returned 401 Unauthorized (authorization failed)',
  ],
  'Icecast mount in use': [
    'mountTaken',
    '[http @ 0x5597427d6c00] [warning] No trailing CRLF found in HTTP header. Adding it.',
    '[http @ 0x5597427d6c00] [warning] HTTP error 403 Forbidden',
    '[error] http://127.0.0.1:19360/am.mp3: Server returned 403 Forbidden (access denied)',
  ],
} as const;

test.each(Object.entries(before))('before publishing: %s', (_, [cause, ...lines]) => {
  expect(classify({ lines, published: false }).cause).toBe(cause);
});

const after = {
  'ended by the platform': ['kicked', 'av_interleaved_write_frame(): Broken pipe'],
  'its server died': ['kicked', 'av_interleaved_write_frame(): Connection reset by peer'],
  'took nothing any more': ['stalled', 'av_interleaved_write_frame(): Connection timed out'],
} as const;

test.each(Object.entries(after))('after publishing: %s', (_, [cause, line]) => {
  const lines = [`[error] ${line}`, '[error] Error closing file rtmp://h/live: Broken pipe'];
  expect(classify({ lines, published: true })).toEqual({ cause, detail: line });
});

test('SRT broken after it was live: closed when it was flowing, stalled after a silence', () => {
  const lines = ['[error] av_interleaved_write_frame(): Input/output error'];
  expect(classify({ lines, published: true, stuckMs: 100 }).cause).toBe('kicked');
  expect(classify({ lines, published: true, stuckMs: 3000 }).cause).toBe('stalled');
});

test('libsrt’s words are shown without its clock and thread', () => {
  const lines = [before['SRT with a wrong passphrase'][1]];
  expect(classify({ lines, published: false }).detail).toBe(
    'REJECT reported from HS processing: Incorrect passphrase - not processing further',
  );
});

test('without a telling line the last one is shown, and silence is said', () => {
  expect(classify({ lines: ['[x @ 0x1] [warning] odd'], published: true })).toEqual({
    cause: 'unknown',
    detail: 'odd',
  });
  expect(classify({ lines: [], published: false }).cause).toBe('unknown');
});
