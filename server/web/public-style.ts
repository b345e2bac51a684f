// The style sheet of the public pages: light, readable, no fonts to fetch, the station's own colours.

/** Colours of the station, `#rrggbb`. */
export interface PublicColors {
  readonly brand: string;
  readonly onBrand: string;
}

/** CSS for /programacion. Every pair of text and background it sets itself passes WCAG AA. */
export function publicStyle({ brand, onBrand }: PublicColors): string {
  return `:root { --brand: ${brand}; --on-brand: ${onBrand}; --ink: #1b2430; --soft: #4a5565;
  --line: #d5dae1; --paper: #ffffff; --today: #f1f5f9; --now: #fff1c9; --link: #0b4f8a; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
a { color: var(--link); text-underline-offset: 0.2em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.top { background: var(--brand); color: var(--on-brand); }
.top a { color: inherit; }
.top a:focus-visible { outline-color: currentcolor; }
.wrap { max-width: 60rem; margin: 0 auto; padding: 1rem; }
.top .wrap { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; }
.station { margin: 0; font-weight: 700; flex: 1 1 auto; }
h1 { margin: 0.5rem 0 0; font-size: 1.75rem; line-height: 1.2; }
.note, .zone { color: var(--soft); margin: 0.5rem 0; max-width: 46rem; }
.on-now { margin: 1rem 0; padding: 0.75rem 1rem; background: var(--now); border-left: 0.375rem solid #8a5a00; }
.on-now p { margin: 0; }
.weeks { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; margin: 1rem 0; padding: 0; list-style: none; }
.weeks a, .feeds a, .top a { display: inline-block; padding: 0.25rem 0; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 700; font-size: 1.25rem; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid var(--line); }
tbody th.day { padding: 1.25rem 0.5rem 0.375rem; border-top: 0; font-size: 1.125rem; }
tbody th.day::first-letter { text-transform: uppercase; }
tbody.today th.day { background: var(--brand); color: var(--on-brand); padding-top: 0.375rem; }
tbody.today td { background: var(--today); }
tbody tr.now td { background: var(--now); }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; padding-left: 0.5rem; }
.title { font-weight: 600; }
.mark { display: inline-block; padding: 0 0.5rem; border: 1px solid var(--soft); border-radius: 0.25rem;
  font-size: 0.875rem; margin: 0 0.25rem 0.25rem 0; }
.mark.live { background: #8a5a00; border-color: #8a5a00; color: #ffffff; font-weight: 700; }
.more { display: block; color: var(--soft); font-size: 0.9375rem; }
.empty { color: var(--soft); padding-left: 0.5rem; }
.feeds { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; padding: 0; list-style: none; }
footer { border-top: 1px solid var(--line); margin-top: 2rem; }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, td, th.day { display: block; }
  tbody tr { border-top: 1px solid var(--line); }
  td { border: 0; padding: 0 0.5rem; }
  td:first-child { padding-top: 0.5rem; }
  td:last-child { padding-bottom: 0.5rem; }
  h1 { font-size: 1.5rem; }
}
@media print { .weeks, .feeds, .top a { display: none; } }
`;
}
