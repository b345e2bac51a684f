// A check of XMLTV documents against the content models of its DTD, for machines without xmllint.

/** The declarations of xmltv.dtd for every element the guide uses, content models whole. */
export const dtdText = `
<!ELEMENT tv (channel*, programme*)>
<!ATTLIST tv date CDATA #IMPLIED source-info-url CDATA #IMPLIED source-info-name CDATA #IMPLIED source-data-url CDATA #IMPLIED generator-info-name CDATA #IMPLIED generator-info-url CDATA #IMPLIED>
<!ELEMENT channel (display-name+, icon*, url*)>
<!ATTLIST channel id CDATA #REQUIRED>
<!ELEMENT display-name (#PCDATA)>
<!ATTLIST display-name lang CDATA #IMPLIED>
<!ELEMENT programme (title+, sub-title*, desc*, credits?, date?, category*, keyword*, language?, orig-language?, length?, icon*, url*, country*, episode-num*, video?, audio?, previously-shown?, premiere?, last-chance?, new?, subtitles*, rating*, star-rating*, review*, image*)>
<!ATTLIST programme start CDATA #REQUIRED stop CDATA #IMPLIED channel CDATA #REQUIRED clumpidx CDATA "0/1">
<!ELEMENT title (#PCDATA)>
<!ATTLIST title lang CDATA #IMPLIED>
<!ELEMENT desc (#PCDATA)>
<!ATTLIST desc lang CDATA #IMPLIED>
<!ELEMENT category (#PCDATA)>
<!ATTLIST category lang CDATA #IMPLIED>
<!ELEMENT language (#PCDATA)>
<!ATTLIST language lang CDATA #IMPLIED>
<!ELEMENT subtitles (language?)>
<!ATTLIST subtitles type (teletext|onscreen|deaf-signed) #IMPLIED>
`;

/** What a DTD says of one element. */
export interface DtdElement {
  /** Child names joined by spaces must match; null for text. */
  readonly children: RegExp | null;
  readonly attributes: ReadonlyMap<string, { required: boolean; values: readonly string[] | null }>;
}

/** The declarations as something to check with. */
export function dtdElements(): Map<string, DtdElement> {
  const out = new Map<string, DtdElement>();
  for (const [, name, model] of dtdText.matchAll(/<!ELEMENT (\S+) \(([^)]*)\)>/g)) {
    if (!name || !model) continue;
    const pattern = model
      .split(',')
      .map((part) => part.trim().replace(/^([\w-]+)([*+?]?)$/, '(?:$1 )$2'))
      .join('');
    const list = new RegExp(`<!ATTLIST ${name} ([^>]*)>`).exec(dtdText)?.[1] ?? '';
    const attributes = new Map<string, { required: boolean; values: string[] | null }>();
    for (const [, attribute, type, rule] of list.matchAll(
      /([\w-]+) (CDATA|\([^)]*\)) (#\w+|"[^"]*")/g,
    )) {
      if (!attribute || !type) continue;
      const values = type.startsWith('(') ? type.slice(1, -1).split('|') : null;
      attributes.set(attribute, { required: rule === '#REQUIRED', values });
    }
    out.set(name, {
      children: model === '#PCDATA' ? null : new RegExp(`^${pattern}$`),
      attributes,
    });
  }
  return out;
}

interface Open {
  readonly name: string;
  readonly children: string[];
  text: string;
}

/** What is wrong with a document: not well-formed, an unknown element or attribute, children out of order. */
export function xmlProblems(xml: string, dtd: ReadonlyMap<string, DtdElement>): string[] {
  const problems: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>\s*/, '').replace(/^<!DOCTYPE[^>]*>\s*/, '');
  const stack: Open[] = [{ name: '', children: [], text: '' }];
  for (const [token, close, name, attributes, empty] of body.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|[^<]+|</g,
  )) {
    const top = stack.at(-1);
    if (!top) return [...problems, 'more ends than starts'];
    if (!name) {
      if (token === '<' || /&(?!(?:amp|lt|gt|quot|#39);)/.test(token))
        problems.push(`bad text ${token.slice(0, 40)}`);
      top.text += token;
      continue;
    }
    if (!close) {
      top.children.push(name);
      problems.push(...attributeProblems(name, attributes ?? '', dtd));
      stack.push({ name, children: [], text: '' });
    }
    if (close || empty) {
      const ended = stack.pop();
      if (ended?.name !== name) problems.push(`</${name}> ends <${ended?.name}>`);
      else problems.push(...contentProblems(ended, dtd));
    }
  }
  if (stack.length !== 1 || stack[0]?.children.join() !== 'tv') problems.push('not one <tv>');
  return problems;
}

function contentProblems(element: Open, dtd: ReadonlyMap<string, DtdElement>): string[] {
  const rule = dtd.get(element.name);
  if (!rule) return [`unknown <${element.name}>`];
  const children = element.children.map((c) => `${c} `).join('');
  if (rule.children === null) return children === '' ? [] : [`<${element.name}> has children`];
  if (element.text.trim() !== '') return [`<${element.name}> has text`];
  return rule.children.test(children) ? [] : [`<${element.name}> holds ${children}`];
}

function attributeProblems(
  name: string,
  text: string,
  dtd: ReadonlyMap<string, DtdElement>,
): string[] {
  const known = dtd.get(name)?.attributes ?? new Map<string, never>();
  const given = new Map(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
  );
  const out: string[] = [];
  for (const [attribute, value] of given) {
    const rule = known.get(attribute);
    if (!rule) out.push(`unknown ${name}/@${attribute}`);
    else if (rule.values && !rule.values.includes(value))
      out.push(`${name}/@${attribute}="${value}"`);
  }
  for (const [attribute, rule] of known) {
    if (rule.required && !given.has(attribute)) out.push(`${name}/@${attribute} missing`);
  }
  return out;
}
