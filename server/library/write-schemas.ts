// Run by hand after the contract changes: writes profiles/schemas/*.json (`node server/library/write-schemas.ts`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { jsonSchemas } from './schemas.ts';

const folder = join(import.meta.dirname, '../../profiles/schemas');
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) {
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
  writeFileSync(join(folder, name), text);
}
