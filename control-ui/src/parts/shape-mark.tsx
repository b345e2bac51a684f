// A state's shape, so that it never depends on colour.
import { Circle, CircleDotDashed, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Shape } from '../on-air/output-face.ts';

/** Full, half or empty circle; a triangle when a person must look. */
export function ShapeMark({ shape }: { readonly shape: Shape }): ReactNode {
  const common = { 'aria-hidden': true, size: 20, className: `shape shape-${shape}` };
  if (shape === 'warning') return <TriangleAlert {...common} />;
  if (shape === 'half') return <CircleDotDashed {...common} />;
  return <Circle {...common} fill={shape === 'full' ? 'currentColor' : 'none'} />;
}
