// A line of the log for a person at a terminal: the time on the wall, a mark, what happened, and the facts. Pure.

const marks: Readonly<Record<number, string>> = { 20: ' ', 30: '·', 40: '!', 50: '✗', 60: '✗' };
/** Of every line, and of no use to who looks at the terminal it stands in. */
const known: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg']);
const errorLevel = 50;

/**
 * `  20:16:28 ! what happened · folder=x` of one line of JSON; an error brings where it came from in
 * lines below. The zone is this machine's. What is no JSON comes back as it is.
 */
export function logLine(json: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  const level = Number(fields['level']);
  const time = new Date(Number(fields['time'])).toTimeString().slice(0, 8);
  const err = fields['err'] as { message?: unknown; stack?: unknown } | undefined;
  const facts = Object.entries(fields).flatMap(([name, value]) =>
    known.has(name)
      ? []
      : [`${name}=${name === 'err' ? text(err?.message ?? value) : text(value)}`],
  );
  const head = `  ${time} ${marks[level] ?? '·'} ${text(fields['msg'] ?? '')}`;
  const stack = level >= errorLevel && typeof err?.stack === 'string' ? err.stack : '';
  const lines = stack
    .split('\n')
    .slice(1)
    .map((line) => `      ${plain(line.trim())}`);
  return `${[[head, ...facts].join(' · '), ...lines].join('\n')}\n`;
}

/** Words as they are, the rest as JSON: what a stranger sent cannot move the cursor. */
function text(value: unknown): string {
  return plain(typeof value === 'string' ? value : JSON.stringify(value));
}

function plain(value: string): string {
  return value.replaceAll(/\p{Cc}+/gu, ' ');
}
