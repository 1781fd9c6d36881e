// What the editor's results are compared with, written apart from it: RFC 7396 on JavaScript values, and a token list that
// shows what of a document must still be there.

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const put = (object, key, value) => Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });

/** Equal values; 0 and -0 are, the order of keys does not matter. */
export function equal(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a !== a && b !== b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

const unique = (items, seen = []) => {
  const out = [...seen];
  for (const item of items) if (!out.some((old) => equal(old, item))) out.push(item);
  return out.slice(seen.length);
};

/** RFC 7396, arrays united or replaced. Changes nothing given. */
export function merge(target, patch, arrays) {
  if (Array.isArray(patch) && arrays === 'union') {
    return Array.isArray(target) ? [...target, ...unique(patch, target)] : unique(patch);
  }
  if (!isObject(patch)) return patch;
  const out = {};
  if (isObject(target)) for (const key of Object.keys(target)) put(out, key, target[key]);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete out[key];
    else put(out, key, merge(Object.hasOwn(out, key) ? out[key] : undefined, patch[key], arrays));
  }
  return out;
}

const TOKEN = /(?<blank>[\s\ufeff]+)|(?<comment>\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)|"(?:\\(?:\r\n|[^])|[^"\\])*"|'(?:\\(?:\r\n|[^])|[^'\\])*'|[{}[\]:,]|[^\s\ufeff{}[\]:,"'/]+/gy;

/** The tokens of a valid document, comments among them, blanks not, and its tree over them. */
export function tokenize(text, parse) {
  const tokens = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (!match.groups.blank) tokens.push({ text: match[0], comment: match.groups.comment !== undefined });
    end = match.index + match[0].length;
  }
  if (end !== text.length) throw new Error(`no token at ${end}`);
  let at = 0;
  const skip = () => { while (tokens[at]?.comment) at++; };
  const node = () => {
    skip();
    const start = at;
    const open = tokens[at++].text;
    if (open !== '{' && open !== '[') return { start, end: at };
    const items = [];
    let trailing = false;
    for (;;) {
      skip();
      if (tokens[at].text === '}' || tokens[at].text === ']') break;
      const first = at;
      let key;
      if (open === '{') {
        key = Object.keys(parse(`{${tokens[at++].text}:0}`))[0];
        skip();
        at++;
      }
      const value = node();
      items.push({ key, start: first, end: at, value });
      skip();
      trailing = tokens[at].text === ',';
      if (trailing) at++;
    }
    return { start, end: ++at, open, items, trailing };
  };
  const tree = node();
  return { tokens, tree };
}

/** The last member of each key. */
const last = (node) => new Map(node.items.map((item) => [item.key, item]));

/** What `merge(old value, patch)` makes of the text `before` in `after` that it must not: a sentence, or null. */
export function harm(before, after, value, patch, arrays, parse) {
  const old = tokenize(before, parse);
  const now = tokenize(after, parse);
  const gone = new Set();
  const drop = ({ start, end }) => { for (let i = start; i < end; i++) gone.add(i); };
  let complaint = null;
  const walk = (node, changed, value, patch) => {
    if (node.items === undefined) return;
    if (changed.items?.length > 0 && changed.trailing !== node.trailing) complaint ??= 'a trailing comma came or went';
    if (node.open === '[') {
      node.items.forEach((item, i) => walk(item.value, changed.items[i].value, value[i], undefined));
      return;
    }
    const members = last(changed);
    for (const [key, item] of last(node)) {
      if (!isObject(patch) || !Object.hasOwn(patch, key)) {
        walk(item.value, members.get(key).value, value[key], undefined);
      } else if (patch[key] === null) {
        node.items.filter((other) => other.key === key).forEach(drop);
      } else if ((isObject(patch[key]) && isObject(value[key])) || (arrays === 'union' && Array.isArray(patch[key]) && Array.isArray(value[key]))) {
        walk(item.value, members.get(key).value, value[key], patch[key]);
      } else if (!equal(value[key], merge(undefined, patch[key], arrays))) {
        drop(item.value);
      }
    }
  };
  if (isObject(patch) && isObject(value)) walk(old.tree, now.tree, value, patch);
  else drop(old.tree);
  const kept = old.tokens.filter((token, i) => token.text !== ',' && !gone.has(i));
  let next = 0;
  for (const token of now.tokens) if (next < kept.length && kept[next].text === token.text) next++;
  if (next < kept.length) complaint ??= `lost: ${kept[next].text}`;
  if (now.tokens.filter((token) => token.comment).length > old.tokens.filter((token) => token.comment).length) complaint ??= 'a new comment';
  if (before.startsWith('\ufeff') !== after.startsWith('\ufeff')) complaint ??= 'the BOM came or went';
  if (/\r\n/.test(before) && !/(^|[^\r])\n/.test(before) && /(^|[^\r])\n/.test(after)) complaint ??= 'a bare LF among CRLF';
  return complaint;
}
