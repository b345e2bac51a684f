// Which text source is the lower third, and which texts it remembers.
import { describe, expect, it } from 'vitest';
import {
  lowerThirdOf,
  lowerThirds,
  rememberText,
} from '../../control-ui/src/on-air/lower-third-text.ts';

describe('lower third', () => {
  const texts = (...names: string[]) => names.map((name) => ({ name, text: '' }));
  const offered = (...names: string[]) => lowerThirds(texts(...names)).map(({ name }) => name);
  it('offers the station’s own and what is named like one, not the scenes’ titles', () => {
    expect(offered('Rótulo', 'Nombre de la estación', 'Título campo')).toEqual(['Rótulo']);
    expect(offered('Reloj', 'Rótulo', 'Rótulo abajo')).toEqual(['Rótulo', 'Rótulo abajo']);
    // Before a name that sorts earlier: the state put it there because it is the station's.
    expect(offered('Quién habla', 'Cintillo', 'Reloj')).toEqual(['Quién habla', 'Cintillo']);
  });
  it('offers everything where nothing says which it is', () => {
    expect(offered('Letrero', 'Reloj')).toEqual(['Letrero', 'Reloj']);
    expect(offered('Letrero')).toEqual(['Letrero']);
    expect(offered()).toEqual([]);
  });
  it('is what a person chose of those, else the first of them', () => {
    const some = texts('Reloj', 'Rótulo', 'Rótulo abajo');
    expect(lowerThirdOf(some, 'Rótulo abajo')?.name).toBe('Rótulo abajo');
    expect(lowerThirdOf(some, 'Reloj')?.name).toBe('Rótulo');
    expect(lowerThirdOf(some, 'gone')?.name).toBe('Rótulo');
    expect(lowerThirdOf(texts('Otro'), null)?.name).toBe('Otro');
    expect(lowerThirdOf([], null)).toBeUndefined();
  });
  it('remembers the last dozen without repeats', () => {
    expect(rememberText(['a', 'b'], 'b')).toEqual(['b', 'a']);
    const many = Array.from({ length: 20 }, (_, i) => String(i));
    expect(rememberText(many, 'x')).toHaveLength(12);
  });
});
