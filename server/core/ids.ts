// Identifiers and secrets from the system's CSPRNG.
import { randomBytes } from 'node:crypto';

const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';

/** A readable id such as `fb-7k2mq9`: no letters or digits people confuse. */
export function newId(prefix: string, length = 8): string {
  let out = '';
  while (out.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 = 8 × 31: bytes above it would favour the first letters.
      if (byte < 248 && out.length < length) out += alphabet[byte % alphabet.length];
    }
  }
  return `${prefix}-${out}`;
}

/** A secret of `bytes` random bytes in URL-safe base64, without padding. */
export function newSecret(bytes = 18): string {
  return randomBytes(bytes).toString('base64url');
}
