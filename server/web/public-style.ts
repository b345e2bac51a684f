// The style sheet of the public pages: the same house as /en-vivo, dark, in the station's own colours.

/** Colours of the station, `#rrggbb`. */
export interface PublicColors {
  readonly brand: string;
  readonly onBrand: string;
}

/**
 * CSS for /programacion; `font` is the address of the player's font, null where there is none. Every
 * pair of text and background it sets itself passes WCAG AA.
 */
export function publicStyle({ brand, onBrand }: PublicColors, font: string | null): string {
  const face =
    font === null
      ? ''
      : `@font-face { font-family: "Inter Variable"; font-weight: 100 900; font-display: swap;
  src: url("${font}") format("woff2-variations"); }
`;
  return `${face}:root { --brand: ${brand}; --on-brand: ${onBrand}; --ground: #0b0e12; --surface: #151a21;
  --line: #2b3440; --text: #eef2f7; --text-2: #aab6c4; --red: #d81e2c; --focus: #8fb8ff; --cell: 0.75rem;
  color-scheme: dark; }
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--text); -webkit-text-size-adjust: 100%;
  font: 1rem/1.45 "Inter Variable", system-ui, sans-serif; }
body { margin: 0; }
a { color: inherit; text-underline-offset: 0.25em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.top { display: flex; align-items: center; gap: 0.75rem; min-height: 3.5rem; padding: 0 1rem;
  background: var(--brand); color: var(--on-brand); }
.top :focus-visible { outline-color: currentcolor; }
.logo { flex: none; }
.station { margin: 0; flex: 1 1 auto; min-width: 0; font-size: 1.125rem; font-weight: 650;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.links { display: flex; gap: 0.25rem; font-size: 0.9375rem; white-space: nowrap; }
.links a { display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0 0.75rem; text-decoration: none; }
.links a:hover { text-decoration: underline; }
.wrap { max-width: 64rem; margin: 0 auto; padding: 1rem; }
h1 { margin: 0.5rem 0 0; font-size: 1.75rem; font-weight: 680; line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin: 1rem 0 0.5rem; font-size: 1.125rem; font-weight: 650; }
.note, .zone { color: var(--text-2); margin: 0.5rem 0; max-width: 46rem; }
.on-now { margin: 1rem 0; padding: 0.75rem 1rem; background: var(--surface); border-radius: 0.625rem;
  border-left: 0.375rem solid var(--line); }
.on-now.present { border-left-color: var(--red); }
.on-now p { margin: 0; }
.watch { font-weight: 650; }
.weeks, .feeds { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0.5rem 0; padding: 0; list-style: none; }
.weeks a, .feeds a { display: inline-block; padding: 0.625rem 0; }
.watch { display: inline-block; padding: 0.5rem 0 0.25rem; }
summary { padding: 0.625rem 0; color: var(--text-2); cursor: pointer; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem var(--cell); border-top: 1px solid var(--line); }
thead th { border-top: 0; font-size: 0.8125rem; font-weight: 650; letter-spacing: 0.06em;
  text-transform: uppercase; color: var(--text-2); }
thead th:nth-child(1) { width: 11rem; }
thead th:nth-child(3) { width: 26%; }
thead th:nth-child(4) { width: 11rem; }
tbody th.day { padding-top: 1.25rem; border-top: 0; font-size: 1.125rem; font-weight: 650; }
.date { display: inline-block; }
.date::first-letter { text-transform: uppercase; }
tbody.today th.day { padding-top: 0.5rem; background: var(--brand); color: var(--on-brand); }
tbody.today td { background: var(--surface); }
tbody tr.now td { background: #33171b; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.title { font-weight: 650; }
.mark { display: inline-block; padding: 0 0.5rem; border: 1px solid var(--line); border-radius: 0.375rem;
  font-size: 0.875rem; margin: 0 0.25rem 0.25rem 0; }
.mark.live { background: var(--red); border-color: var(--red); color: #ffffff; font-weight: 700; }
.mark.today { margin: 0 0.375rem 0 0; border-color: currentcolor; text-transform: uppercase;
  font-size: 0.8125rem; letter-spacing: 0.05em; }
.more { display: block; color: var(--text-2); font-size: 0.9375rem; }
.empty { color: var(--text-2); }
footer { border-top: 1px solid var(--line); margin-top: 1rem; }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td, th.day { display: block; }
  tbody tr { border-top: 1px solid var(--line); }
  td { border: 0; padding: 0 var(--cell); }
  td:first-child { padding-top: 0.5rem; }
  td:last-child { padding-bottom: 0.5rem; }
  h1 { font-size: 1.5rem; }
  .top { gap: 0.625rem; padding-right: 0.25rem; }
  .station { font-size: 1rem; }
  .links { gap: 0; font-size: 0.875rem; }
  .links a { padding: 0 0.5rem; }
}
@media print {
  html { background: #ffffff; color: #000000; }
  .weeks, .feeds, .links, .watch, footer { display: none; }
  tbody.today td, tbody tr.now td, .on-now { background: none; }
  .note, .zone, .more, .empty, thead th { color: #333333; }
}
`;
}
