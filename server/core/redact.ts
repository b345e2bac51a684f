// Takes known secrets out of free text (worker output, error messages, addresses).

/** Replaces each of `secrets` (and its percent-encoded form) in `text` by `•••`. */
export function redactText(text: string, secrets: Iterable<string | null | undefined>): string {
  let out = text;
  for (const secret of secrets) {
    if (!secret || secret.length < 4) continue;
    out = out.replaceAll(secret, '•••').replaceAll(encodeURIComponent(secret), '•••');
  }
  return out;
}

/** An address fit to show: no user info, and query values replaced; unparsable text shows nothing. */
export function redactUrl(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return '';
  }
  const user = url.username || url.password ? '•••@' : '';
  const query = url.search ? '?•••' : '';
  return `${url.protocol}//${user}${url.host}${url.pathname}${query}`;
}
