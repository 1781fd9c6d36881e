'use strict';

// What a dry run would change, line by line, without a secret in it.

const SECRET_NAME =
  /token|secret|passw|passphrase|api[-_]?key|encrypt(ion)?[-_]?key|private|credential|authorization|bearer|cookie|signature|mnemonic/i;
/** Only as words: these are parts of other names too, like bypass. */
const SECRET_WORD = /^(pass|pwd|seed|otp|pin)$/i;
/** Only where it names a text: as an object it says how to log in. */
const SECRET_TEXT = /^(auth|key)$/i;
/** Names whose long values are public. */
const PUBLIC_NAME = /^(deviceId|publicKey|publicKeyPem|requestId)$/;
const LONG = /[A-Za-z0-9_\-+/=]{20,}/g;
const MASK = '<hidden>';

const words = (name) => name.replace(/([a-z\d])(?=[A-Z])/g, '$1 ').split(/[^A-Za-z\d]+/);
const isSecret = (name) => SECRET_NAME.test(name) || words(name).some((word) => SECRET_WORD.test(word));

/** Masks who logs in to an address, secret parts of its query, and runs of letters and digits mixed: those look like keys and tokens. */
const maskText = (text) =>
  text
    .replace(/\/\/[^\s/?#"']+@/g, `//${MASK}@`)
    .replace(/([?&]([^=?&\s"']+)=)[^&\s"'#]+/g, (whole, head, name) => (isSecret(name) || SECRET_TEXT.test(name) ? head + MASK : whole))
    .replace(LONG, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? MASK : run));

/** A setting that was commented out: the rest of the line behind a secret's name. */
const maskComment = (comment) =>
  comment.replace(/[^\n\r\u2028\u2029]+/g, (line) => {
    const end = line.endsWith('*/') ? '*/' : '';
    for (const { 0: head, 1: name, index } of line.matchAll(/(?<![\w\\-])([\w\\-]+)["']?\s*[:=]\s*/g)) {
      const value = line.slice(index + head.length, line.length - end.length).trimEnd();
      const plain = unescape(name);
      if (value !== '' && (isSecret(plain) || (SECRET_TEXT.test(plain) && !/^[{[]/.test(value)))) {
        return `${maskText(line.slice(0, index))}${head}${MASK}${end && ` ${end}`}`;
      }
    }
    return maskText(line);
  });

/** What a name or a string of JSON5 stands for. */
const unescape = (text) =>
  text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(\r\n|[\s\S]))/gi, (_, wide, narrow, char) =>
    char === undefined ? String.fromCharCode(Number.parseInt(wide ?? narrow, 16)) : /^[\r\n\u2028\u2029]/.test(char) ? '' : char,
  );

const TOKEN = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[{}[\],:]|\s+|[^\s{}[\],:"'/]+|[\s\S]/g;

/** JSON or JSON5 with the values of secret names, and what looks like a secret, masked. */
function redact(text) {
  const path = [];
  let name = '';
  const tokens = text.match(TOKEN) ?? [];
  const isName = (from) => {
    for (let i = from; i < tokens.length; i += 1) {
      if (!/^\s|^\/[/*]/.test(tokens[i])) return tokens[i] === ':';
    }
    return false;
  };
  return tokens
    .map((token, at) => {
      if (token === '{' || token === '[') path.push({ name, array: token === '[' });
      if (token === '}' || token === ']') name = path.pop()?.name ?? '';
      if (token === ',' && path.length > 0) name = path.at(-1).name;
      if (/^[{}[\]:,\s]/.test(token)) return token;
      if (/^\/[/*]/.test(token)) return maskComment(token);
      if (isName(at + 1)) {
        name = unescape(token.replace(/^["']|["']$/g, ''));
        return token;
      }
      // A record's `tokens` is an object of roles; what it holds that is secret is named `token`.
      const names = path.filter((part) => part.array || !/^tokens$/i.test(part.name)).map((part) => part.name);
      const secret = [...names, name].some(isSecret);
      const quote = /^["']/.test(token) ? token[0] : '';
      const hidden = `${quote}${MASK}${quote}`;
      if (quote ? secret || SECRET_TEXT.test(name) : secret && !/tokens$/i.test(name)) return hidden;
      if (PUBLIC_NAME.test(name)) return token;
      const plain = unescape(token);
      return plain !== token && maskText(plain) !== plain ? hidden : maskText(token);
    })
    .join('');
}

/** Lines with a sign in front: ' ' stays, '-' goes, '+' comes. */
function compare(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let [endA, endB] = [before.length, after.length];
  while (endA > start && endB > start && before[endA - 1] === after[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  const [a, b] = [before.slice(start, endA), after.slice(start, endB)];
  const middle = a.length * b.length > 4e6 ? [...a.map((line) => ['-', line]), ...b.map((line) => ['+', line])] : common(a, b);
  return [...before.slice(0, start).map((line) => [' ', line]), ...middle, ...before.slice(endA).map((line) => [' ', line])];
}

/** The longest common subsequence. */
function common(a, b) {
  const size = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) size[i][j] = a[i] === b[j] ? size[i + 1][j + 1] + 1 : Math.max(size[i + 1][j], size[i][j + 1]);
  }
  const out = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) out.push([' ', a[(j += 1, (i += 1)) - 1]]);
    else if (i < a.length && (j === b.length || size[i + 1][j] >= size[i][j + 1])) out.push(['-', a[(i += 1) - 1]]);
    else out.push(['+', b[(j += 1) - 1]]);
  }
  return out;
}

const CONTEXT = 2;

/** `[sign, line]` pairs of a file's change: '@' starts a file or stands for lines left out. */
function fileDiff(path, before, after) {
  const lines = (bytes) => (bytes === null ? [] : redact(new TextDecoder().decode(bytes)).replace(/\r?\n$/, '').split(/\r?\n/));
  const [old, fresh] = [lines(before), lines(after)];
  const all = compare(old, fresh);
  const near = all.map((_, i) => all.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(([sign]) => sign !== ' '));
  const out = [['@', `${path}${before === null ? ' (new)' : after === null ? ' (removed)' : ''}`]];
  all.forEach((pair, i) => {
    if (near[i]) out.push(pair);
    else if (i === 0 || near[i - 1]) out.push([' ', '…']);
  });
  return out;
}

/** The same for a whole plan of the driver. */
function planDiff({ steps, blobs, files }) {
  return steps.flatMap((step) => {
    if (step.kind === 'sql') {
      // Parameters hold keys and tokens; the columns say enough.
      return [['@', step.db], ...step.statements.map(({ sql, changes }) => ['+', `${sql}  -- ${changes} row(s), values hidden`])];
    }
    const before = files[step.path] instanceof Uint8Array ? files[step.path] : null;
    return fileDiff(step.path, before, step.kind === 'remove' ? null : blobs[step.blob]);
  });
}

module.exports = { planDiff, redact };
