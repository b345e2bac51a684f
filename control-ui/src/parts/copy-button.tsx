// Copies a text to the clipboard.
import { Check, Copy } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Nothing where the page may not write to the clipboard: only one served securely may. */
export function CopyButton({ value }: { readonly value: string }): ReactNode {
  const { t } = useTranslation();
  const [done, setDone] = useState<boolean | null>(null);
  if (typeof navigator.clipboard?.writeText !== 'function') return null;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setDone(true);
    } catch {
      // Refused by the browser: the text itself can still be selected.
      setDone(false);
    }
  };
  return (
    <button
      type="button"
      className="press icon"
      aria-label={t(done ? 'do.copied' : 'do.copy')}
      onClick={() => void copy()}
    >
      {done ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
    </button>
  );
}
