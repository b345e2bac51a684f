// How the benches speak: headings, aligned tables and one sentence per figure, Spanish first.

/** One line as it is. */
export function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A title in both languages. */
export function heading(es: string, en: string): void {
  line(`\n━━ ${es} · ${en}`);
}

/** A sentence in Spanish, and the same in English below it. */
export function both(es: string, en: string): void {
  line(`  ${es}`);
  line(`  (${en})`);
}

/** Prints an aligned table: the first column to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const show = (row: readonly string[]): string =>
    row
      .map((cell, i) => {
        const room = ' '.repeat(Math.max(0, (widths[i] ?? 0) - cell.length));
        return i === 0 ? cell + room : room + cell;
      })
      .join('  ')
      .trimEnd();
  line(`\n  ${show(head)}`);
  line(`  ${widths.map((w) => '─'.repeat(w)).join('──')}`);
  for (const row of rows) line(`  ${show(row)}`);
  line('');
}
