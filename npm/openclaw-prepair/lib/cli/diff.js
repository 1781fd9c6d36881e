'use strict';

// What a dry run would change, line by line, without a secret in it.

// Rather a harmless value too many than a secret: what a name holds that is like one of these is not shown, nor anything below it.
const SECRET_PART = /key|token|secret|passw|passphrase|passcode|credential|authori[sz]ation|bearer|cookie|signature|mnemonic|private|encrypt|webhook/i;
/** Only as words: these are parts of other names too, like bypass or environment. */
const SECRET_WORD = /^(auth|oauth|env|pass|pwd|pw|seed|otp|pin|cred|creds|jwt|dsn)$/i;
/** Names whose long values are public. */
const PUBLIC_NAME = /^(deviceId|publicKey|publicKeyPem|requestId)$/;
/** What a record says of a token beside the token itself. */
const OF_TOKEN = /^(role|scopes|issuer|\w+AtMs)$/;
const LONG = /[A-Za-z0-9_\-+/=]{20,}/g;
const MASK = '<hidden>';

const words = (name) => name.replace(/([a-z\d])(?=[A-Z])/g, '$1 ').split(/[^A-Za-z\d]+/);
const isSecret = (name) => !PUBLIC_NAME.test(name) && (SECRET_PART.test(name) || words(name).some((word) => SECRET_WORD.test(word)));

/** Masks who logs in to an address, what a secret's name is set to, and runs of letters and digits mixed: those look like keys and tokens. */
const maskText = (text) =>
  text
    .replace(/\/\/[^\s/?#"']+@/g, `//${MASK}@`)
    .replace(/\b(bearer|basic)(\s+)[^\s"']+/gi, `$1$2${MASK}`)
    .replace(/([\w.-]+)=[^\s&"'#]+/g, (whole, name) => (isSecret(name) ? `${name}=${MASK}` : whole))
    .replace(LONG, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? MASK : run));

/** What a name or a string of JSON5 stands for. */
const unescape = (text) =>
  text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(\r\n|[\s\S]))/gi, (_, wide, narrow, char) =>
    char === undefined ? String.fromCharCode(Number.parseInt(wide ?? narrow, 16)) : /^[\r\n\u2028\u2029]/.test(char) ? '' : char,
  );

/** A comment with a text in quotes, or with the name of a secret set to something, may be a setting that was commented out. */
const maskComment = (comment) => {
  const named = () => [...comment.matchAll(/([\w$\\-]+)["']?\s*[:=]/g)].some(([, name]) => isSecret(unescape(name)));
  if (!/["`]|(?<!\w)'/.test(comment) && !named()) return maskText(comment);
  const [, open, inside, close = ''] = /^(\/[/*])([\s\S]*?)(\*\/)?$/.exec(comment);
  return open + inside.replace(/\S[^\n\r\u2028\u2029]*/g, MASK) + close;
};

const TOKEN = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[{}[\],:]|\s+|[^\s{}[\],:"'/]+|[\s\S]/g;

/** JSON or JSON5 with the values of secret names, and what looks like a secret, masked. */
function redact(text) {
  const tokens = text.match(TOKEN) ?? [];
  // Of a file that is cut off nobody can tell what its names are.
  if (tokens.some((token) => /^["'/]$/.test(token))) return text.replace(/[^\r\n]+/g, MASK);
  const path = [];
  let name = '';
  let flag = false;
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
      const quote = /^["']/.test(token) ? token[0] : '';
      const plain = unescape(quote ? token.slice(1, -1) : token);
      if (isName(at + 1)) {
        name = plain;
        flag = false;
        return token;
      }
      if (!quote && /^(true|false|null)$/.test(token)) return token;
      // A word of a command line may name what follows it.
      const flagged = flag && path.at(-1)?.array;
      flag = /^-/.test(plain) && !plain.includes('=') && isSecret(plain);
      // A record's `tokens` is an object of roles.
      const above = path.filter((part) => part.array || part.name !== 'tokens' || !OF_TOKEN.test(name));
      const secret = flagged || isSecret(name) || above.some((part) => isSecret(part.name));
      const counted = !quote && /tokens$|AtMs$/i.test(name);
      if (secret && !counted) return `${quote}${MASK}${quote}`;
      if (PUBLIC_NAME.test(name)) return token;
      const shown = maskText(plain);
      return shown === plain ? token : plain === token.slice(quote.length, token.length - quote.length) ? `${quote}${shown}${quote}` : `${quote}${MASK}${quote}`;
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
/** What is there only while a call makes a new identity. */
const CLAIM = '/device.json.prepair';

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
  return steps.filter(({ path }) => !path?.endsWith(CLAIM)).flatMap((step) => {
    if (step.kind === 'sql') {
      // Parameters hold keys and tokens; the columns say enough.
      return [['@', step.db], ...step.statements.map(({ sql, changes }) => ['+', `${sql}  -- ${changes} row(s), values hidden`])];
    }
    const before = files[step.path] instanceof Uint8Array ? files[step.path] : null;
    return fileDiff(step.path, before, step.kind === 'remove' ? null : blobs[step.blob]);
  });
}

module.exports = { planDiff, redact };
