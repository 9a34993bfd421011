// URI templates (RFC 6570): what they are made of, filling them in, and reading values back.

/** The values of a template's variables, decoded; a list for an exploded one. */
export type Variables = Record<string, string | string[]>;

interface Variable {
  name: string;
  isList: boolean;
  /** How many characters of the value count. */
  prefix: number | undefined;
}

interface Expression {
  operator: string;
  variables: Variable[];
}

/** What each operator puts first and between, whether it writes names, and whether reserved characters stay as they are. */
const OPERATORS: Record<string, { first: string; between: string; named?: boolean; reserved?: boolean }> = {
  '': { first: '', between: ',' },
  '+': { first: '', between: ',', reserved: true },
  '#': { first: '#', between: ',', reserved: true },
  '.': { first: '.', between: '.' },
  '/': { first: '/', between: '/' },
  ';': { first: ';', between: ';', named: true },
  '?': { first: '?', between: '&', named: true },
  '&': { first: '&', between: '&', named: true },
};

/** A URI template. */
export class UriTemplate {
  private readonly parts: (string | Expression)[];

  /** @throws TypeError when it is none; the message says where. */
  constructor(private readonly text: string) {
    this.parts = partsOf(text);
  }

  /** Whether text has a variable in it. */
  static isTemplate(text: string): boolean {
    return /\{[^{}\s]+\}/.test(text);
  }

  /** The names of the variables, in order. */
  get variableNames(): string[] {
    const names = this.expressions.flatMap(({ variables }) => variables.map(({ name }) => name));
    return [...new Set(names)];
  }

  /** The URI with these values; a variable without one is left out. */
  expand(values: Variables): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : expanded(part, values))).join('');
  }

  /** The values of a URI of this template, decoded; null where it is none. */
  match(uri: string): Variables | null {
    const found = new RegExp(`^${this.parts.map(pattern).join('')}$`, 's').exec(uri);
    if (found === null) return null;
    const values: Variables = {};
    const variables = this.expressions.flatMap((each) =>
      each.variables.map((variable) => ({ ...each, variable })),
    );
    for (const [index, { operator, variable }] of variables.entries()) {
      const text = found[index + 1];
      if (text === undefined) continue;
      const { between, named } = OPERATORS[operator] ?? { between: ',' };
      const list = variable.isList
        ? text.split(between).map((item) => decoded(named ? item.slice(item.indexOf('=') + 1) : item))
        : undefined;
      values[variable.name] = list ?? decoded(text);
    }
    return values;
  }

  toString(): string {
    return this.text;
  }

  private get expressions(): Expression[] {
    return this.parts.filter((part) => typeof part !== 'string') as Expression[];
  }
}

function partsOf(text: string): (string | Expression)[] {
  const wrong = (what: string) => new TypeError(`URI template ${JSON.stringify(text)}: ${what}`);
  const parts: (string | Expression)[] = [];
  let rest = text;
  while (rest !== '') {
    const open = rest.search(/[{}]/);
    if (open === -1) break;
    if (rest[open] === '}') throw wrong('a } without its {');
    const close = rest.indexOf('}', open);
    const inside = rest.slice(open + 1, close);
    if (close === -1 || inside.includes('{')) throw wrong('a { is not closed');
    const [, operator = '', list = ''] = /^([+#./;?&]?)(.*)$/s.exec(inside) ?? [];
    const variables = list.split(',').map((each): Variable => {
      const [, name, length, star] = /^([^*:\s=,!@|]+)(?::(\d{1,4})|(\*))?$/.exec(each) ?? [];
      if (name === undefined) throw wrong(`{${inside}} names no variable`);
      return { name, isList: star !== undefined, prefix: length === undefined ? undefined : Number(length) };
    });
    parts.push(rest.slice(0, open), { operator, variables });
    rest = rest.slice(close + 1);
  }
  parts.push(rest);
  return parts;
}

function expanded({ operator, variables }: Expression, values: Variables): string {
  const {
    first,
    between,
    named = false,
    reserved = false,
  } = OPERATORS[operator] ?? { first: '', between: ',' };
  const said = variables.flatMap(({ name, isList, prefix }) => {
    const value = values[name];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return [];
    const items = (Array.isArray(value) ? value : [value]).map((item) => {
      const text = String(item);
      return encoded(prefix === undefined ? text : [...text].slice(0, prefix).join(''), reserved);
    });
    const withName = (item: string): string =>
      !named ? item : item === '' && operator === ';' ? name : `${name}=${item}`;
    return isList ? items.map(withName) : [withName(items.join(','))];
  });
  return said.length === 0 ? '' : first + said.join(between);
}

function encoded(text: string, reserved: boolean): string {
  const strict = (part: string): string =>
    encodeURIComponent(part).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  if (!reserved) return strict(text);
  return text.replace(/%[0-9A-Fa-f]{2}|[\w.~:/?#[\]@!$&'()*+,;=-]+|./gsu, (part) =>
    /^(?:%[0-9A-Fa-f]{2}|[\w.~:/?#[\]@!$&'()*+,;=-]+)$/.test(part) ? part : strict(part),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a part of the template looks like in a URI, with a group for each variable. */
function pattern(part: string | Expression): string {
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  if (typeof part === 'string') return literal(part);
  const { operator, variables } = part;
  const { first, between, named, reserved } = OPERATORS[operator] ?? { first: '', between: ',' };
  const patterns = variables.map(({ name, isList }) => {
    const one = reserved ? '.+?' : named ? '[^&;#]*' : `[^/?#${isList || operator === '' ? '' : between}]+?`;
    if (!isList) return named ? `${literal(name)}=(${one})` : `(${one})`;
    const item = named ? `${literal(name)}=${one}` : reserved ? one : '[^/?#]+?';
    return `(${item}(?:${literal(between)}${item})*)`;
  });
  const all = literal(first) + patterns.join(literal(between));
  return named ? `(?:${all})?` : all;
}
