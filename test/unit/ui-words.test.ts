// Every word of the page is in both languages, and none is written in a component.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';
import { describe, expect, it } from 'vitest';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'control-ui', 'src');
const read = (file: string): string => readFileSync(join(source, file), 'utf8');

function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  return new Map(
    Object.entries(value as object).flatMap(([key, inner]) => [
      ...leaves(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}

const es = leaves(JSON.parse(read('locales/es.json')));
const en = leaves(JSON.parse(read('locales/en.json')));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);

/** The values a sentence is filled with. */
const places = (text: string): string[] => (text.match(/{{\w+}}/g) ?? []).toSorted();

describe('locales', () => {
  it('have the same keys', () => {
    expect([...en.keys()].toSorted()).toEqual([...es.keys()].toSorted());
  });

  it('have no empty sentence, and the same places to fill', () => {
    for (const [key, text] of es) {
      expect(text.trim(), key).not.toBe('');
      expect(places(en.get(key) ?? ''), key).toEqual(places(text));
    }
  });

  it('have every plural of Spanish', () => {
    for (const key of es.keys()) {
      const [, stem] = /^(.*)_one$/.exec(key) ?? [];
      if (stem === undefined) continue;
      expect([...es.keys()]).toContain(`${stem}_many`);
      expect([...es.keys()]).toContain(`${stem}_other`);
    }
  });

  it('have every sentence that is used, and no other', () => {
    const code = files.map(read).join('\n');
    const used = [...code.matchAll(/\b(?:t|\('e[sn]'\))\(\s*([`'])(.*?)\1/gs)].map(
      (m) => m[2] ?? '',
    );
    const literals = [...code.matchAll(/'([a-zA-Z]+(?:\.[a-zA-Z]+)+)'/g)].map((m) => m[1] ?? '');
    const plain = new Set([...used, ...literals].filter((key) => !key.includes('${')));
    const patterns = used
      .filter((key) => key.includes('${'))
      .map((key) => new RegExp(`^${key.replaceAll('.', '\\.').replaceAll(/\$\{.*?\}/g, '\\w+')}$`));
    for (const key of es.keys()) {
      const stem = key.replace(/_(one|many|other)$/, '');
      const found = plain.has(stem) || patterns.some((pattern) => pattern.test(stem));
      expect(found, `${key} is used nowhere`).toBe(true);
    }
    const stems = new Set([...es.keys()].map((key) => key.replace(/_(one|many|other)$/, '')));
    for (const key of used.filter((k) => !k.includes('${'))) {
      expect(stems.has(key), `${key} has no sentence`).toBe(true);
    }
  });
});

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Attributes that a person reads or hears. */
const spoken = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'description']);
/** Names of keys on the keyboard: the same in both languages. */
const keyNames = new Set(['F9']);
const hasWords = (text: unknown): boolean =>
  typeof text === 'string' && /\p{L}{2,}/u.test(text) && !keyNames.has(text.trim());

function literalWords(node: unknown, found: string[]): void {
  if (Array.isArray(node)) return node.forEach((inner) => literalWords(inner, found));
  if (typeof node !== 'object' || node === null || !('type' in node)) return;
  const { type, ...rest } = node as Node;
  if (type === 'JSXText' && hasWords(rest['value'])) found.push(String(rest['value']).trim());
  if (type === 'JSXAttribute') {
    const { name, value } = rest as { name: { name?: string }; value?: { value?: unknown } };
    if (spoken.has(String(name.name)) && hasWords(value?.value)) found.push(String(value?.value));
  }
  if (type === 'JSXExpressionContainer') {
    const { expression } = rest as { expression: { type: string; value?: unknown } };
    if (expression.type === 'Literal' && hasWords(expression.value)) {
      found.push(String(expression.value));
    }
  }
  for (const inner of Object.values(rest)) literalWords(inner, found);
}

describe('components', () => {
  it.each(files.filter((file) => file.endsWith('.tsx')))('%s has no words of its own', (file) => {
    const found: string[] = [];
    literalWords(parseAst(read(file), { lang: 'tsx' }), found);
    // Attribute values that are not sentences (class names, ids) never sit in the places looked at.
    expect(found).toEqual([]);
  });

  it('would be caught if they had', () => {
    const found: string[] = [];
    const guilty = `const a = <p title="Hola mundo">{'Otra cosa'} texto suelto <b>{t('x')}</b></p>`;
    literalWords(parseAst(guilty, { lang: 'tsx' }), found);
    expect(found.toSorted()).toEqual(['Hola mundo', 'Otra cosa', 'texto suelto']);
  });
});
