// Whether a regular expression means in a JSON Schema, run by an engine without backtracking, what it means in JavaScript.

/** `exact`: the same; `wider`: accepts a little more there; `none`: cannot be written there. */
export type Portability = 'exact' | 'wider' | 'none';

/** Products of repetition counts beyond this are left to JavaScript: a linear-time engine unrolls them. */
const MOST_REPETITIONS = 2000;

const ESCAPES =
  /^\\(?:[dDwWsS]|[nrtfv]|x[0-9a-fA-F]{2}|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|[\^$\\.*+?()[\]{}|/-])/;
const UNICODE_ESCAPES = /^\\(?:p|P)\{(?:L|Lu|Ll|Lt|Lm|Lo|M|N|Nd|P|S|Z)\}/;
const PUNCTUATION = /^\\["'#%&,:;=@_`~! ]/;
const COUNT = /^\{(\d+)(?:,(\d*))?\}/;

/** Judges a regular expression. */
export function portability(pattern: RegExp): Portability {
  const flags = pattern.flags.replace(/[dgu]/g, '');
  if (flags !== '') return 'none';
  const unicode = pattern.flags.includes('u');
  const source = pattern.source;
  let exact = true;
  let inClass = false;
  let repetitions = 1;
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const character = rest[0];
    if (character === '\\') {
      const found =
        ESCAPES.exec(rest) ??
        (unicode ? UNICODE_ESCAPES.exec(rest) : unicode ? null : PUNCTUATION.exec(rest));
      if (found === null) return 'none';
      at += found[0].length;
    } else if (inClass) {
      if (character === '[' || /^(?:&&|--|~~)/.test(rest)) return 'none';
      if (character === ']') inClass = false;
      at += 1;
    } else if (character === '[') {
      const open = rest.startsWith('[^') ? 2 : 1;
      if (rest[open] === ']') return 'none';
      inClass = true;
      at += open;
    } else if (character === '(') {
      const group = /^\((?:\?:|\?<[A-Za-z_]\w*>|(?!\?))/.exec(rest);
      if (group === null) return 'none';
      at += group[0].length;
    } else if (character === '{') {
      const count = COUNT.exec(rest);
      if (count === null) return 'none';
      repetitions *= Math.max(1, Number(count[2] || count[1]));
      if (repetitions > MOST_REPETITIONS) return 'none';
      at += count[0].length;
    } else {
      if (character === '.') exact = false;
      at += 1;
    }
  }
  return exact ? 'exact' : 'wider';
}

/** A text as a pattern that matches just it. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
