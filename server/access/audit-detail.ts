// What of a command's input may stay in the audit log: bounded, and without anything secret.

const secretName = /(key|password|token|secret|passphrase|streamid|authorization|cookie)$/i;
const maxBytes = 8000;

/** JSON of `detail` with secrets replaced, long texts and lists cut, at most 8 kB. */
export function auditDetail(detail: Record<string, unknown>): string {
  const json = JSON.stringify(clean(detail, '', 0));
  return json.length <= maxBytes ? json : JSON.stringify({ truncated: true, length: json.length });
}

function clean(value: unknown, name: string, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value, name);
  if (value === null || typeof value !== 'object') {
    return secretName.test(name) && typeof value === 'number' ? '•••' : value;
  }
  if (depth >= 6) return '…';
  if (Array.isArray(value)) {
    const head = value.slice(0, 20).map((item) => clean(item, name, depth + 1));
    return value.length > 20 ? [...head, `… (${value.length})`] : head;
  }
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value).slice(0, 50)) {
    out[key.slice(0, 100)] = clean(item, key, depth + 1);
  }
  return out;
}

function cleanText(text: string, name: string): string {
  if (secretName.test(name)) return '•••';
  // A stream key is often pasted as the last part of the address: only scheme and host are kept.
  const cleaned = text.replace(
    /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#]*)([^\s]*)/gi,
    (_, scheme: string, host: string, rest: string) =>
      `${scheme}${host}${rest.length > 1 ? '/•••' : rest}`,
  );
  return cleaned.length > 300 ? `${cleaned.slice(0, 300)}…` : cleaned;
}
