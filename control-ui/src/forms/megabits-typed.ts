// Mb/s as a person types them.

/** kb/s of `12,5`, `12.5` or `12`; null when empty (unknown), undefined when it is not a rate from 0,1 to 10 000. */
export function kbpsOf(typed: string): number | null | undefined {
  const text = typed.replaceAll(/\s|mb\/s/gi, '');
  if (text === '') return null;
  if (!/^\d+([.,]\d+)?$/.test(text)) return undefined;
  const kbps = Math.round(Number(text.replace(',', '.')) * 1000);
  return kbps >= 100 && kbps <= 10_000_000 ? kbps : undefined;
}
