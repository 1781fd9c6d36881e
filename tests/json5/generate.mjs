// Random JSON5 and JSON documents, mutations of them, and patches for them. Everything comes from (seed, number).

/** A generator of random numbers (sfc32) for the document `number` of the run `seed`. */
export function random(seed, number) {
  let [a, b, c, d] = [seed | 0, number | 0, 0x9e3779b9 | 0, 1];
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  const rng = {
    below: (n) => Math.floor(next() * n),
    chance: (p) => next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
  return rng;
}

const SPACES = { space: ' ', tab: '\t', LF: '\n', CR: '\r', CRLF: '\r\n', VT: '\v', FF: '\f', NBSP: '\u00a0', BOM: '\ufeff',
  'U+2028': '\u2028', 'U+2029': '\u2029', 'U+1680': '\u1680', 'U+2003': '\u2003', 'U+202F': '\u202f', 'U+205F': '\u205f', 'U+3000': '\u3000' };
const COMMENTS = { empty: '/**/', slash: '/*/ x */', stars: '/***/', text: '/* one */', brackets: '/* ]}{[ , : */', quote: '/* it\'s "so */',
  lines: '/* a\n   b */', crlf: '/* a\r\n * b */', slashes: '/* // */', wide: '/* ü 😀 \u2028 */' };
const LINE_COMMENTS = { empty: '//', text: '// two', brackets: '// ]}{[ , :', quote: '// it\'s "so', star: '// /* no', backslash: '// \\', wide: '// ü😀' };
const LINE_ENDS = { LF: '\n', CR: '\r', CRLF: '\r\n', 'U+2028': '\u2028', 'U+2029': '\u2029' };
const ESCAPES = { b: '\\b', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v', 0: '\\0', x: '\\x41', u: '\\u00e9', U: '\\u00E9', pair: '\\ud83d\\ude00',
  high: '\\ud83d', low: '\\udc00', 'high-text': '\\ud83dx', 'split pair': '\\ud83d\\\n\\ude00', backslash: '\\\\', slash: '\\/', single: '\\\'', double: '\\"',
  other: '\\q', 'other wide': '\\ü', 'other astral': '\\😀', LF: '\\\n', CR: '\\\r', CRLF: '\\\r\n', 'U+2028': '\\\u2028', 'U+2029': '\\\u2029' };
const PIECES = { ascii: 'ab c', wide: 'üñ', astral: '😀', control: '\u0001', tab: '\t', nul: '\0', 'U+2028': '\u2028', brackets: ']}{[,:', comment: '/* // */',
  del: '\u007f', template: '${HOME}' };
const NUMBERS = { zero: '0', integer: '42', negative: '-7', plus: '+7', 'minus zero': '-0', decimal: '1.25', 'leading point': '.5', 'trailing point': '5.',
  'minus point': '-.5', exponent: '1e3', Exponent: '2E+2', 'minus exponent': '25e-1', 'point exponent': '5.e1', 'zero exponent': '0e0', hex: '0x1F', Hex: '0Xab', 'minus hex': '-0x10',
  'long hex': '0xfffffffffffff7ff01', Infinity: 'Infinity', 'minus Infinity': '-Infinity', 'plus Infinity': '+Infinity', NaN: 'NaN', 'minus NaN': '-NaN',
  huge: '1e999', tiny: '1e-999', long: '0.1234567890123456789', big: '9007199254740993', float: '5e-324' };
const KEYS = { name: 'name', dollar: '$a', underscore: '_b', digits: 'c1', reserved: 'null', wide: 'ключ', astral: '𐊧a', joiner: 'a\u200cb', combining: 'e\u0301',
  'escaped start': '\\u0061b', 'escaped part': 'a\\u0062', 'escaped wide': '\\u00fcx', proto: '__proto__', constructor: 'constructor',
  'double quoted': '"d q"', 'single quoted': '\'s q\'', 'quoted escape': '"\\u0061b"', 'quoted proto': '"__proto__"', 'empty key': '""',
  'lone key': '"\\ud800"', 'number key': '"1"', gateway: 'gateway', dotted: '"a.b"' };
const JSON_ESCAPES = ['b', 'f', 'n', 'r', 't', 'u', 'U', 'pair', 'high', 'low', 'high-text', 'backslash', 'slash', 'double'];
const JSON_PIECES = ['ascii', 'wide', 'astral', 'U+2028', 'brackets', 'comment', 'del', 'template'];
const JSON_NUMBERS = ['zero', 'integer', 'negative', 'minus zero', 'decimal', 'exponent', 'Exponent', 'minus exponent', 'zero exponent', 'huge', 'tiny', 'long', 'big', 'float'];
const JSON_KEYS = ['double quoted', 'quoted escape', 'quoted proto', 'empty key', 'lone key', 'number key', 'dotted'];
const PLACES = ['start', 'end', '{ }', '[ ]', '{ key', 'key :', ': value', 'value ,', ', key', 'value }', ', }', '[ item', 'item ,', ', item', 'item ]', ', ]'];

/** Every kind of token, and every place at which a comment can stand, that a run has to hit. */
export const ALL = [
  ...['object', 'array', 'empty object', 'empty array', 'object comma', 'array comma', 'duplicate key', 'true', 'false', 'null', 'single', 'double', 'end of file comment'],
  ...Object.keys(SPACES).map((name) => `space ${name}`), ...Object.keys(COMMENTS).map((name) => `comment ${name}`),
  ...Object.keys(LINE_COMMENTS).map((name) => `line comment ${name}`), ...Object.keys(LINE_ENDS).map((name) => `line end ${name}`),
  ...Object.keys(ESCAPES).map((name) => `escape ${name}`), ...Object.keys(PIECES).map((name) => `text ${name}`),
  ...Object.keys(NUMBERS).map((name) => `number ${name}`), ...Object.keys(KEYS).map((name) => `key ${name}`),
  ...PLACES.flatMap((place) => [`block comment at ${place}`, `line comment at ${place}`]),
];

/** A valid document. `hits` counts what it is made of. `json`: of strict JSON only. */
export function generate(rng, hits = {}, json = false) {
  const hit = (name) => { hits[name] = (hits[name] ?? 0) + 1; };
  const of = (kind, table, names = Object.keys(table)) => {
    const name = rng.pick(names);
    hit(`${kind} ${name}`);
    return table[name];
  };
  // Some documents are laid out like hand-written ones, some have no blanks at all, some have anything anywhere.
  const mood = rng.pick(['dense', 'lines', 'lines', 'wild', 'wild']);
  const unit = rng.pick(['  ', '  ', '\t', '    ', ' ']);
  const eol = rng.pick(['\n', '\n', '\n', '\r\n', '\r']);
  const commented = rng.chance(0.6);
  const blank = (place, depth) => {
    let out = '';
    if (mood === 'lines') {
      if (/^([{[,] (key|item)|(value|item) [}\]]|, [}\]])$/.test(place)) out += eol + unit.repeat(depth);
      else if (place === ': value') out += ' ';
    } else if (mood === 'wild') {
      for (let n = rng.below(3); n > 0; n--) out += json ? rng.pick([' ', '\t', '\n', '\r']) : of('space', SPACES, rng.chance(0.7) ? ['space', 'tab', 'LF', 'CRLF'] : undefined);
    }
    if (json || !commented || rng.chance(mood === 'dense' ? 0.97 : 0.85)) return out;
    if (rng.chance(0.5)) {
      hit(`block comment at ${place}`);
      return out + (rng.chance(0.5) ? ' ' : '') + of('comment', COMMENTS) + (rng.chance(0.5) ? ' ' : '');
    }
    hit(`line comment at ${place}`);
    out += (rng.chance(0.5) ? ' ' : '') + of('line comment', LINE_COMMENTS);
    if (place === 'end' && rng.chance(0.5)) {
      hit('end of file comment');
      return out;
    }
    return out + (mood === 'lines' ? eol + unit.repeat(depth) : of('line end', LINE_ENDS));
  };
  const string = () => {
    const quote = json || rng.chance(0.5) ? '"' : '\'';
    hit(quote === '"' ? 'double' : 'single');
    let out = quote;
    for (let n = rng.below(5); n > 0; n--) {
      out += rng.chance(0.5) ? of('text', PIECES, json ? JSON_PIECES : undefined)
        : rng.chance(0.1) ? (quote === '"' ? '\'' : '\\"') : of('escape', ESCAPES, json ? JSON_ESCAPES : undefined);
    }
    return out + quote;
  };
  const key = (used) => {
    if (used.length > 0 && rng.chance(0.12)) {
      hit('duplicate key');
      return rng.pick(used);
    }
    const out = rng.chance(0.1) ? string() : of('key', KEYS, json ? JSON_KEYS : undefined);
    used.push(out);
    return out;
  };
  const value = (depth) => {
    const kind = rng.below(depth > 4 ? 6 : 10);
    if (kind < 2) return of('number', NUMBERS, json ? JSON_NUMBERS : undefined);
    if (kind < 4) return string();
    if (kind < 6) {
      const word = rng.pick(['true', 'false', 'null']);
      hit(word);
      return word;
    }
    return container(depth, kind < 8);
  };
  const container = (depth, object) => {
    const [open, close, item, after] = object ? ['{', '}', 'key', 'value'] : ['[', ']', 'item', 'item'];
    const name = object ? 'object' : 'array';
    const count = rng.below(5);
    if (count === 0) {
      hit(`empty ${name}`);
      return open + blank(`${open} ${close}`, depth) + close;
    }
    hit(name);
    const used = [];
    let out = open;
    for (let i = 0; i < count; i++) {
      if (i > 0) out += `${blank(`${after} ,`, depth + 1)},`;
      out += blank(`${i > 0 ? ',' : open} ${item}`, depth + 1);
      if (object) out += `${key(used)}${blank('key :', depth + 1)}:${blank(': value', depth + 1)}`;
      out += value(depth + 1);
    }
    if (!json && rng.chance(0.3)) {
      hit(`${name} comma`);
      return `${out}${blank(`${after} ,`, depth + 1)},${blank(`, ${close}`, depth)}${close}`;
    }
    return out + blank(`${after} ${close}`, depth) + close;
  };
  const start = (json || rng.chance(0.95) ? '' : '\ufeff') + blank('start', 0);
  const top = rng.chance(0.85) ? container(0, true) : value(0);
  return start + top + blank('end', 0);
}

const SCRAPS = ['{', '}', '[', ']', ',', ':', '"', '\'', '/', '*', '/*', '*/', '//', '/*/', '\\', '\\u', '\\x4', '\\u12', '0', '1', '.', '-', '+', 'e', 'x', 'NaN',
  'Infinity', 'true', 'null', 'a', '$', 'ü', '😀', ' ', '\n', '\r', '\u2028', '\ufeff', '\u0085', '\u180e', '\u200b', '\0', '\u001f', '\u007f', '\u00a0', '\u2003', '//x\n', '/**/', 'a:1,', '1,', '\\\n', '\ud7ff', '\ue000'];

/** The document with one to three small changes. */
export function mutate(rng, text) {
  let chars = [...text];
  for (let n = 1 + rng.below(rng.chance(0.3) ? 3 : 1); n > 0; n--) {
    const at = rng.below(chars.length + 1);
    const to = Math.min(chars.length, at + 1 + rng.below(rng.chance(0.2) ? 12 : 2));
    switch (rng.below(9)) {
      case 0: chars.splice(at, 1); break;
      case 1: chars.splice(at, to - at); break;
      case 2: chars.splice(at, 0, ...chars.slice(at, to)); break;
      case 3: chars.splice(at, 1, rng.pick(SCRAPS)); break;
      case 4: if (rng.chance(0.2)) chars = chars.slice(0, at); break;
      case 5: if (at + 1 < chars.length) [chars[at], chars[at + 1]] = [chars[at + 1], chars[at]]; break;
      default: chars.splice(at, 0, rng.pick(SCRAPS));
    }
    chars = [...chars.join('')];
  }
  return chars.join('');
}

/** A JSON value that JSON.stringify gives back as it is. */
export function jsonValue(rng, depth = 0) {
  switch (rng.below(depth > 2 ? 6 : 9)) {
    case 0: return rng.pick([0, 1, -7, 42, 1.5, 0.1, 1e21, 1.7976931348623157e308, 5e-324, 1e-7, 123456789012345680000, 0.000001, 9007199254740993, rng.below(1e9) / 7, -rng.below(1e9) * 1e30, 1e16, 31]);
    case 1: return rng.pick([true, false]);
    case 2: return null;
    case 3: case 4: case 5: return rng.pick(['', 'a', '10.0.0.0/8', 'ü😀', '"\\\b\f\n\r\t\u0001\u001f\u007f', '\u2028\u2029', '//', '/* */', '${HOME}', '\ufeff']);
    case 6: return Array.from({ length: rng.below(4) }, () => jsonValue(rng, depth + 1));
    default: return Object.fromEntries(Array.from({ length: rng.below(4) }, () => [jsonKey(rng), jsonValue(rng, depth + 1)]));
  }
}

function jsonKey(rng) {
  return rng.pick(['name', '$a', '_b', 'c1', 'null', 'ключ', 'ab', 'd q', 's q', '__proto__', 'constructor', '', 'new', 'gateway', 'a.b', 'é"', 'ü', 'trustedProxies']);
}

/** A merge patch which often meets what `value`, a parsed document, holds. */
export function patchFor(rng, value, depth = 0) {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || depth > 4) return jsonValue(rng, depth);
  const patch = {};
  const put = (key, value) => Object.defineProperty(patch, key, { value, enumerable: true, configurable: true, writable: true });
  for (let n = rng.below(4); n > 0; n--) {
    const keys = Object.keys(value).filter((key) => key.isWellFormed());
    const key = keys.length > 0 && rng.chance(0.7) ? rng.pick(keys) : jsonKey(rng);
    const old = Object.hasOwn(value, key) ? value[key] : undefined;
    const same = JSON.parse(JSON.stringify(old ?? null));
    if (rng.chance(0.2)) put(key, null);
    else if (Array.isArray(old) && rng.chance(0.6) && allWellFormed(same)) put(key, [...same.slice(0, 1 + rng.below(3)), jsonValue(rng, depth + 1)]);
    else if (rng.chance(0.15) && allWellFormed(same)) put(key, same);
    else if (old !== null && typeof old === 'object' && rng.chance(0.8)) put(key, patchFor(rng, old, depth + 1));
    else put(key, jsonValue(rng, depth + 1));
  }
  return patch;
}

function allWellFormed(value) {
  return !/\\ud[89a-f]/.test(JSON.stringify(value)); // the escapes that JSON.stringify writes for halves of pairs
}
