// Encryption of secrets at rest: AES-256-GCM under a key file of mode 0600.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StudioError } from './errors.ts';
import { createFileOnce } from './atomic-file.ts';

export interface SecretBox {
  /** Text → `v1.<iv>.<tag>.<ciphertext>` in base64url. `context` binds it to its place. */
  seal(plain: string, context: string): string;
  /** The text again; throws `internal` when the key file, the text or the context is not the one it was sealed with. */
  open(sealed: string, context: string): string;
}

/** Opens (or makes, once) the 32-byte key file and returns the box that uses it. */
export function openSecretBox(keyFile: string): SecretBox {
  createFileOnce(keyFile, randomBytes(32).toString('base64'));
  const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'base64');
  if (key.length !== 32) throw keyError();
  return {
    seal(plain, context) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return ['v1', iv, cipher.getAuthTag(), body]
        .map((p) => (typeof p === 'string' ? p : p.toString('base64url')))
        .join('.');
    },
    open(sealed, context) {
      const [version, iv, tag, body] = sealed.split('.');
      if (version !== 'v1' || !iv || !tag || body === undefined) throw keyError();
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), {
          authTagLength: 16,
        })
          .setAAD(Buffer.from(context))
          .setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([
          decipher.update(Buffer.from(body, 'base64url')),
          decipher.final(),
        ]).toString('utf8');
      } catch (cause) {
        throw keyError(cause);
      }
    },
  };
}

function keyError(cause?: unknown): StudioError {
  return new StudioError(
    'internal',
    {
      es: 'Un secreto guardado no se puede leer: el archivo secret.key no es el que lo cifró. Restaure el respaldo o escriba la clave otra vez.',
      en: 'A stored secret cannot be read: secret.key is not the one that encrypted it. Restore the backup or enter the key again.',
    },
    { cause },
  );
}
