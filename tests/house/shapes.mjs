// Shapes as Rust, wit/ and TypeScript declare them: `{ field: { kind, optional, nullable } }`, the fields in kebab-case.

export const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-').replace(/^-/, '');
const bare = (source) => source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

/** The text between the bracket at or after `at` and the one that closes it. */
function block(source, at) {
  const from = source.indexOf('{', at);
  for (let [end, depth] = [from, 0]; end < source.length; end += 1) {
    depth += { '{': 1, '}': -1 }[source[end]] ?? 0;
    if (depth === 0) return source.slice(from + 1, end);
  }
  throw new Error('a brace without an end');
}

/** Split where nothing is open. */
function split(text, separator) {
  const parts = [''];
  let depth = 0;
  for (const [at, char] of [...text].entries()) {
    // `=>` closes nothing
    depth += { '{': 1, '(': 1, '<': 1, '[': 1, '}': -1, ')': -1, '>': text[at - 1] === '=' ? 0 : -1, ']': -1 }[char] ?? 0;
    if (depth === 0 && separator.includes(char)) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

function declared(source, pattern, name) {
  const at = pattern.exec(source);
  if (!at) throw new Error(`${name} is not there`);
  return block(source, at.index + at[0].length - 1);
}

// ------------------------------------------------------------------ Rust

const RUST = [[/^(Zeroizing<)?Vec<u8>>?$|^C$/, 'bytes'], [/^Vec</, 'list'], [/^Named</, 'map'], [/^String$/, 'string'], [/^bool$/, 'boolean'], [/^(u8|u32|u64|usize|i64)$/, 'number']];

function fieldOfRust(part) {
  const attributes = [...part.matchAll(/#\[[^\]]*\]/g)].join('');
  const [, name, type] = /(?:pub )?(\w+):\s*([\s\S]+)$/.exec(part.replace(/#\[[^\]]*\]/g, '').trim());
  const [, inner] = /^Option<([\s\S]+)>$/.exec(type) ?? [];
  // An option that is flattened writes nothing where there is none.
  const left = attributes.includes('skip_serializing_if') || attributes.includes('flatten');
  return [kebab(name), { kind: kindOf(RUST, inner ?? type), optional: inner !== undefined, left, nullable: inner !== undefined && !left }];
}

const kindOf = (kinds, type) => kinds.find(([pattern]) => pattern.test(type))?.[1];

/** Of a struct, or of the variant `Enum.Variant`. */
export function fieldsOfRust(source, name) {
  const text = bare(source);
  const [outer, variant] = name.split('.');
  const body = declared(text, new RegExp(`pub (?:struct|enum) ${outer}\\b(?:<[^>]*>)?\\s*\\{`), outer);
  const inner = variant ? declared(body, new RegExp(`\\b${variant}\\s*\\{`), name) : body;
  return Object.fromEntries(split(inner, ',').map(fieldOfRust));
}

/** The variants of an enum, without what they hold. */
export function wordsOfRust(source, name) {
  const body = declared(bare(source), new RegExp(`pub enum ${name}\\b(?:<[^>]*>)?\\s*\\{`), name);
  return split(body, ',').map((part) => kebab(/(\w+)/.exec(part.replace(/#\[[^\]]*\]/g, ''))[1]));
}

// ------------------------------------------------------------------- wit

const WIT = [[/^list<u8>$/, 'bytes'], [/^list<tuple</, 'map'], [/^list</, 'list'], [/^string$/, 'string'], [/^bool$/, 'boolean'], [/^[us]\d+$/, 'number']];

export function fieldsOfWit(source, name) {
  const body = declared(bare(source), new RegExp(`record ${name} \\{`), name);
  return Object.fromEntries(split(body, ',').map((part) => {
    const [, field, type] = /^%?([\w-]+):\s*([\s\S]+)$/.exec(part);
    const [, inner] = /^option<([\s\S]+)>$/.exec(type) ?? [];
    return [field, { kind: kindOf(WIT, inner ?? type), optional: inner !== undefined }];
  }));
}

export function wordsOfWit(source, name) {
  const body = declared(bare(source), new RegExp(`(?:enum|variant) ${name} \\{`), name);
  return split(body, ',').map((part) => /^%?([\w-]+)/.exec(part)[1]);
}

// ------------------------------------------------------------ TypeScript

const TYPES = [[/^Uint8Array$/, 'bytes'], [/\[\]$/, 'list'], [/^Record</, 'map'], [/^string$/, 'string'], [/^(boolean|true)$/, 'boolean'], [/^number$/, 'number']];

function fieldsOf(body) {
  return Object.fromEntries(split(body, ';').map((part) => {
    const [, name, optional, type] = /^(?:readonly )?(\w+)(\?)?:\s*([\s\S]+)$/.exec(part) ?? [];
    if (name === undefined || type === 'undefined') return null;
    const choices = split(type.replace(/^\|/, ''), '|').filter((choice) => choice !== 'undefined');
    const real = choices.filter((choice) => choice !== 'null');
    const kind = real.length === 1 ? kindOf(TYPES, real[0]) : undefined;
    return [name, { kind, left: optional !== undefined, nullable: real.length < choices.length, type }];
  }).filter(Boolean));
}

function interfaceOf(text, name) {
  // one of a union by the word of its `kind`
  const [, union, word] = /^(\w+)'(.+)'$/.exec(name) ?? [];
  if (union) {
    const [all] = new RegExp(`type ${union} =[\\s\\S]*?;\\n\\n`).exec(text);
    return fieldsOf(block(all, all.indexOf(`{ kind: '${word}'`)));
  }
  const [, alias] = new RegExp(`type ${name} = ([\\s\\S]*?);\\n`).exec(text) ?? [];
  if (alias) return Object.assign({}, ...[...alias.matchAll(/\{([^{}]*)\}/g)].map(([, body]) => fieldsOf(body)));
  const at = new RegExp(`(?:interface|class) ${name}\\b(?:<[^>]*>)?(?: extends ([\\w, ]+?))? \\{`).exec(text);
  if (!at) throw new Error(`${name} is not there`);
  const above = (at[1] ?? '').split(', ').filter((other) => other && !['Target', 'Error'].includes(other));
  return Object.assign({}, ...above.map((other) => interfaceOf(text, other)), fieldsOf(block(text, at.index + at[0].length - 1)));
}

/** Of `A`, of `A+B` together, of what the field `A.b` holds. */
export function fieldsOfTypes(source, path) {
  const text = bare(source);
  const all = Object.assign({}, ...path.split('+').map((one) => {
    const [name, inner] = one.split('.');
    const fields = interfaceOf(text, name);
    return inner ? fieldsOf(block(fields[inner].type, 0)) : fields;
  }));
  return Object.fromEntries(Object.entries(all).map(([name, field]) => [kebab(name), field]));
}

/** The words of a field: `A.b`, or of the field `c` of what it holds: `A.b.c`. */
export function wordsOfTypes(source, path) {
  const [name, ...fields] = path.split('.');
  let type = fieldsOfTypes(source, name)[kebab(fields[0])].type;
  for (const field of fields.slice(1)) type = fieldsOf(block(type, 0))[field].type;
  return [...type.matchAll(/'([\w-]+)'/g)].map(([, word]) => word);
}

/** The names of what a source declares with one of these words. */
export const names = (source, words) => [...bare(source).matchAll(new RegExp(`\\b(?:${words}) ([\\w-]+)`, 'g'))].map(([, name]) => name);

/** In what declarations of one shape differ, as sentences; `out`: what JavaScript is given, where absent and null are told apart. */
export function difference({ rust, wit, types }, out) {
  const said = Object.entries({ rust, wit, types }).filter(([, fields]) => fields);
  const all = new Set(said.flatMap(([, fields]) => Object.keys(fields)));
  return [...all].flatMap((field) => {
    const lacking = said.filter(([, fields]) => !fields[field]).map(([where]) => where);
    if (lacking.length > 0) return [`${field}: not in ${lacking.join(', ')}`];
    const kinds = new Set(said.map(([, fields]) => fields[field].kind).filter(Boolean));
    const found = [];
    if (kinds.size > 1) found.push(`${field}: ${[...kinds].join(' or ')}`);
    if (wit && rust[field].optional !== wit[field].optional) found.push(`${field}: optional or not`);
    if (types && out && ['left', 'nullable'].some((how) => rust[field][how] !== types[field][how])) found.push(`${field}: absent, null or neither`);
    return found;
  });
}
