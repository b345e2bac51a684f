// The page's elements by id: they stand in en-vivo.html, and a missing one is a mistake in it.

/** The element with this id, of this class. */
export function element<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`en-vivo.html has no #${id}`);
  return found;
}

/** Writes `text` only where it changed, so that screen readers are told once. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** As `write`, for an attribute. */
export function mark(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}
