// A QR code drawn here, as one SVG path: no image leaves or enters the page.
import { create } from 'qrcode';
import type { ReactNode } from 'react';

/** White modules a reader needs around the code. */
const quiet = 4;

/** The dark modules of `text` as an SVG path in units of one module, and the side with its quiet zone. */
export function qrPath(text: string): { readonly path: string; readonly side: number } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  let path = '';
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (modules.get(y, x)) path += `M${x + quiet} ${y + quiet}h1v1h-1z`;
    }
  }
  return { path, side: size + 2 * quiet };
}

/** The code, black on white in every theme. */
export function Qr({ text, label }: { readonly text: string; label: string }): ReactNode {
  const { path, side } = qrPath(text);
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
