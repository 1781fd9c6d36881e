// @ts-check
'use strict';

// What a dry run would change, line by line, without a secret in it.

// Rather a harmless value too many than a secret: what a name holds that is like one of these is not shown, nor anything below it.
const SECRET_PART =
  /key|token|secret|(?<!by|com)pass(?!ive|thr)|kennwort|pwd|psk|pem|pfx|totp|otp$|(?<!com)pat$|credential|auth(?!or)|authori[sz]ation|bearer|cookie|signature|mnemonic|private|encrypt|webhook|(?:join|access|pair|pairing|setup|pin|invite)[-_]?code/i;
/** Only as words: these are parts of other names too. */
const SECRET_WORD = /^(env|envs|envvars?|environ|environment|dotenv|vars|pw|seed|otp|pin|pat|cred|creds|jwt|dsn)$/i;
/** Names whose long values are public. */
const PUBLIC_NAME = /^(deviceId|publicKey|publicKeyPem|requestId)$/;
/** How a gateway authenticates is public: `gateway.auth.mode`. */
const AUTH_MODE = /^(token|password|trusted-proxy|none)$/;
/** What a record says of a token beside the token itself. */
const OF_TOKEN = /^(role|scopes|issuer|\w+AtMs)$/;
/** Numbers of tokens; `tokens` itself and these hold some. */
const HELD_TOKENS = /^tokens$|(access|refresh|auth|api|bot|secret)_?tokens$/i;
/** Below `headers` all is hidden but these. */
const PLAIN_HEADER = /^(accept(-\w+)?|cache-control|connection|content-(type|length|encoding|language)|host|user-agent)$/i;
/** Members of an object that name what its others hold: `{ name: 'Authorization', value: … }`. */
const NAMING = /^(name|key|header|variable|field|id)$/i;
const NAMED = /^(value|val|content|default|data|text)$/i;
/** Parameters of an address that hold secrets under names that are like those of others. */
const SECRET_PARAMETER = /^(\w*sig|code|state|session\w*|sid|ticket|hash|hmac|nonce|[kt])$/i;
const LONG = /[A-Za-z0-9_\-+/=]{20,}/g;
const MASK = '<hidden>';
/** No name of a setting is longer. */
const MAX_NAME = 200;

const words = (name) => name.replace(/([a-z\d])(?=[A-Z])/g, '$1 ').split(/[^A-Za-z\d]+/);
const known = new Map();
function isSecret(given) {
  const name = given.slice(-MAX_NAME);
  const before = known.get(name);
  if (before !== undefined) return before;
  const like = name.normalize('NFKC');
  const secret = !PUBLIC_NAME.test(like) && (SECRET_PART.test(like) || words(like).some((word) => SECRET_WORD.test(word)));
  if (known.size > 10_000) known.clear();
  known.set(name, secret);
  return secret;
}

/** Whatever characters a login holds: all up to the last at sign. */
function maskLogin(text) {
  const plain = text.replace(/\/\/[^\s/?#"']+@/g, `//${MASK}@`).replace(/\S+/g, (word) => {
    const at = word.lastIndexOf('@');
    const from = word.indexOf('//') + 1;
    const start = from > 0 && from < at ? from + 1 : 0;
    return at > 0 && word.slice(start, at).includes(':') ? `${word.slice(0, start)}${MASK}${word.slice(at)}` : word;
  });
  const [head, end] = [/\/\/[^\s/:@]*:/.exec(plain), plain.lastIndexOf('@')];
  return head !== null && head.index < end ? `${plain.slice(0, head.index + 2)}${MASK}${plain.slice(end)}` : plain;
}

/** A parameter of an address is shown only where it and its name are short and plain. */
const maskParameter = (whole, sign, name, value) =>
  (/^[\w.-]{1,40}$/.test(name) && /^[\w.,-]{0,16}$/.test(value) && !isSecret(name) && !SECRET_PARAMETER.test(name) ? whole : `${sign}${name}=${MASK}`);

// Each run of these is looked at once, however long it is.
const RUN = /[\p{L}\p{N}_$.%[\]\\-]+/gu;
const SETS = /["'`]?\s{0,8}[:=]>?\s{0,8}/y;
const FOLLOWS = /\s{1,8}/y;
const LINE = /[^\n\r\u2028\u2029]+/y;
const VALUE = /"[^"]*"?|'[^']*'?|[^\s&#]+/y;
const stuck = (pattern, text, at) => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** Masks what a secret's name is set to: `KEY=value`, `Name: value` up to the end of the line, `--api-key value`. */
function maskNamed(text) {
  let [out, done] = ['', 0];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (index < done || !isSecret(run)) continue;
    const end = index + run.length;
    const sign = stuck(SETS, text, end) ?? (run.startsWith('-') ? stuck(FOLLOWS, text, end) : undefined);
    if (sign === undefined) continue;
    const value = stuck(sign.includes(':') ? LINE : VALUE, text, end + sign.length);
    if (value === undefined) continue;
    out += `${text.slice(done, end)}${sign}${MASK}`;
    done = end + sign.length + value.length;
  }
  return out + text.slice(done);
}

/** Masks logins and parameters of addresses, what a secret's name is set to, and runs of letters and digits mixed: those look like keys and tokens. */
const maskText = (text) =>
  maskNamed(
    maskLogin(text.replace(/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*/, MASK))
      .replace(/([?&#])([^\s=&#?]{1,200})=([^\s&#]*)/g, maskParameter)
      .replace(/\b(bearer|basic)(\s{1,8})[^\s"']+/gi, `$1$2${MASK}`),
  ).replace(LONG, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? MASK : run));

/** What a name or a string of JSON5 stands for. */
const unescape = (text) =>
  text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(\r\n|[\s\S]))/gi, (_, wide, narrow, char) =>
    char === undefined ? String.fromCharCode(Number.parseInt(wide ?? narrow, 16)) : /^[\r\n\u2028\u2029]/.test(char) ? '' : char,
  );

const hideLines = (text) => text.replace(/\S[^\n\r\u2028\u2029]*/g, MASK);
const partsOf = (comment) => {
  const close = comment.startsWith('/*') ? '*/' : '';
  return { open: comment.slice(0, 2), inside: comment.slice(2, comment.length - close.length), close };
};

/**
 * A comment with a text in quotes, or with the name of a secret set to something, may be a setting that was commented out; behind a
 * word like token the token may stand. `{ shown, named }`: `named` where the next comment may go on with it.
 */
function maskComment(comment, { hidden, goesOn }) {
  const { open, inside, close } = partsOf(comment);
  const all = `${open}${hideLines(inside)}${close}`;
  const runs = [...inside.matchAll(RUN)].filter(([run]) => isSecret(run.includes('\\') ? unescape(run) : run));
  const named = runs.length > 0;
  const set = runs.some(({ 0: run, index }) => stuck(SETS, inside, index + run.length) !== undefined);
  if (hidden || set || (goesOn && /^\s*\S+\s*$/.test(inside)) || /["`]|(?<!\w)'/.test(comment)) return { shown: all, named };
  if (!named) return { shown: maskText(comment), named };
  const end = runs[0].index + runs[0][0].length;
  return { shown: `${open}${maskText(inside.slice(0, end))}${hideLines(inside.slice(end))}${close}`, named };
}

// What has no end goes to the end of the file: so each character is looked at once.
const TOKEN = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?(?:\*\/|$)|"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|'[^'\\]*(?:\\[\s\S][^'\\]*)*(?:'|\\?$)|[{}[\],:]|\s+|[^\s{}[\],:"'/]+|[\s\S]/g;
const WHOLE = /^(?:\/\*[\s\S]*\*\/|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'|[^/"'][\s\S]*|\/\/.*)$/;

/** JSON or JSON5 with the values of secret names, and what looks like a secret, masked: each token with what is shown of it. */
function masked(text) {
  const tokens = text.match(TOKEN) ?? [];
  // Of a file that is cut off nobody can tell what its names are.
  if (tokens.some((token) => /^["'/]$/.test(token)) || (tokens.length > 0 && !WHOLE.test(tokens.at(-1)))) {
    return text.split(/(?<=\n)/).map((line) => [line, line.replace(/[^\r\n]+/g, MASK)]);
  }
  // Objects that name, in a member of theirs, a secret that another member holds; it may come first.
  const naming = new Set();
  pass(tokens, naming);
  const shown = pass(tokens, naming);
  return tokens.map((token, at) => [token, shown[at]]);
}

const redact = (text) => masked(text).map(([, shown]) => shown).join('');

function pass(tokens, naming) {
  const path = [];
  let [name, own, flag, behind, goesOn] = ['', false, false, false, false];
  const named = (text) => ([name, own] = [text, isSecret(text)]);
  const isName = (from) => {
    for (let i = from; i < tokens.length; i += 1) {
      if (!/^\s|^\/[/*]/.test(tokens[i])) return tokens[i] === ':';
    }
    return false;
  };
  return tokens.map((token, at) => {
    const inside = path.at(-1);
    if (/^\/[/*]/.test(token)) {
      const comment = maskComment(token, { hidden: behind || own || inside?.hides || inside?.headers, goesOn });
      goesOn = comment.named;
      return comment.shown;
    }
    if (/^\s/.test(token)) {
      if (/[\n\r\u2028\u2029]/.test(token)) behind = false;
      return token;
    }
    goesOn = false;
    if (token === '{' || token === '[') {
      // A record's `tokens` is an object of roles.
      path.push({
        name, own, at, array: token === '[', hides: (inside?.hides ?? false) || own,
        beside: (inside?.beside ?? false) || (own && (token === '[' || name !== 'tokens')), headers: (inside?.headers ?? false) || /headers$/i.test(name),
      });
      [name, own] = token === '[' ? [name, own] : ['', false];
    }
    if (token === '}' || token === ']') {
      const part = path.pop();
      behind ||= part?.hides || part?.headers;
      [name, own] = [part?.name ?? '', part?.own ?? false];
    }
    if (token === ',' && path.length > 0) [name, own] = inside.array ? [inside.name, inside.own] : ['', false];
    if (/^[{}[\]:,]/.test(token)) return token;
    const quote = /^["']/.test(token) ? token[0] : '';
    const plain = unescape(quote ? token.slice(1, -1) : token);
    if (isName(at + 1)) {
      named(plain);
      flag = false;
      return token;
    }
    if (!quote && /^(true|false|null)$/.test(token)) return token;
    // A word of a command line, or the first of a pair, may name what follows it.
    const flagged = flag && inside?.array;
    flag = !flagged && (plain === '-e' || (/^[-/]{0,2}[\w.-]+[=:]?$/.test(plain) && isSecret(plain)));
    if (quote && inside && !inside.array && NAMING.test(name) && isSecret(plain)) naming.add(inside.at);
    if (quote && name === 'mode' && AUTH_MODE.test(plain) && inside?.name === 'auth' && path.at(-2)?.name === 'gateway') return token;
    const below = OF_TOKEN.test(name) ? inside?.beside : inside?.hides;
    const header = inside?.headers && (inside.array || !PLAIN_HEADER.test(name));
    const counted = !quote && /tokens$|AtMs$/i.test(name) && !HELD_TOKENS.test(name);
    const value = naming.has(inside?.at) && NAMED.test(name) && (quote || /^[-+.\d]/.test(token));
    if (flagged || below || header || value || (own && !counted)) {
      behind = true;
      return `${quote}${MASK}${quote}`;
    }
    if (PUBLIC_NAME.test(name) || /^[-+]?[\d.]+$/.test(token)) return token;
    const shown = maskText(plain);
    behind ||= shown !== plain;
    return shown === plain ? token : plain === token.slice(quote.length, token.length - quote.length) ? `${quote}${shown}${quote}` : `${quote}${MASK}${quote}`;
  });
}

const CONTEXT = 2;
/** What is there only while a call makes a new identity. */
const CLAIM = '/device.json.prepair';

/** Stores in which each secret stands beside its own name: of a large one only the lines around the change are looked at. */
const STORE = /[/](devices|nodes)[/](paired|pending)\.json$/;
const LARGE = 1 << 20;

/** The lines of a part of a file as they are shown, each with the byte at which it begins. */
function linesOf(bytes, [from, to] = [0, bytes.length]) {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to));
  const size = text.length === to - from ? (part) => part.length : (part) => new TextEncoder().encode(part).length;
  const lines = [{ at: from, text: '' }];
  let at = from;
  for (const [token, shown] of masked(text)) {
    const [first, ...rest] = shown.split('\n');
    lines.at(-1).text += first;
    // What is masked over lines may have other ones than these; it is one piece.
    let begin = at;
    for (const part of rest) {
      begin = shown === token ? bytes.indexOf(10, begin) + 1 : at;
      lines.push({ at: begin, text: part });
    }
    at += size(token);
  }
  if (lines.at(-1).text === '') lines.pop();
  return lines.map((line) => ({ at: line.at, text: line.text.replace(/^\ufeff|\r$/g, '') }));
}

/** The whole lines that the splices of a step change, in the old file and in the new one. */
function regionsOf(before, splices) {
  const regions = [];
  let grown = 0;
  for (const { at, remove, insert } of splices) {
    const end = at + remove;
    const from = at === 0 ? 0 : before.lastIndexOf(10, at - 1) + 1;
    const stop = before.indexOf(10, end);
    const to = stop < 0 ? before.length : stop + 1;
    const region = { from, to, newFrom: from + grown, newTo: to + grown + insert - remove };
    grown += insert - remove;
    const last = regions.at(-1);
    if (last && from < last.to) Object.assign(last, { to: Math.max(to, last.to), newTo: region.newTo });
    else regions.push(region);
  }
  return regions;
}

/**
 * Some lines more before and behind a part.
 * @returns {[number, number]}
 */
function around(bytes, from, to) {
  for (let i = 0; i < CONTEXT && from > 0; i += 1) from = from === 1 ? 0 : bytes.lastIndexOf(10, from - 2) + 1;
  for (let i = 0; i < CONTEXT && to < bytes.length; i += 1) to = (bytes.indexOf(10, to) + 1) || bytes.length;
  return [from, to];
}

/** Old lines and new ones with a sign in front: ' ' stays, '-' goes, '+' comes. What both begin and end with stays. */
function signed(a, b) {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let rest = 0;
  while (rest < Math.min(a.length, b.length) - start && a.at(-1 - rest) === b.at(-1 - rest)) rest += 1;
  const as = (sign, lines) => lines.map((line) => [sign, line]);
  return [...as(' ', a.slice(0, start)), ...as('-', a.slice(start, a.length - rest)), ...as('+', b.slice(start, b.length - rest)), ...as(' ', a.slice(a.length - rest))];
}

/** All lines of both, where outside of the regions they are the same. */
function merged(old, fresh, regions) {
  const out = [];
  let [i, j] = [0, 0];
  for (const { from, to, newFrom, newTo } of regions) {
    while (old[i]?.at < from) out.push([' ', old[i++].text]);
    while (fresh[j]?.at < newFrom) j += 1;
    const [a, b] = [[], []];
    while (old[i]?.at < to) a.push(old[i++].text);
    while (fresh[j]?.at < newTo) b.push(fresh[j++].text);
    for (const pair of signed(a, b)) out.push(pair);
  }
  while (i < old.length) out.push([' ', old[i++].text]);
  return out;
}

/** Those that change, and some around them. */
function near(all) {
  const out = [];
  all.forEach((pair, i) => {
    if (all.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(([sign]) => sign !== ' ')) out.push(pair);
    else if (out.at(-1)?.[1] !== '…') out.push([' ', '…']);
  });
  return out;
}

/** `[sign, line]` pairs of a file's change: '@' starts a file or stands for lines left out. */
function fileDiff(path, before, after, splices = []) {
  if (!before || !after) return [['@', `${path} (${after ? 'new' : 'removed'})`], ...linesOf(before ?? after).map(({ text }) => [after ? '+' : '-', text])];
  const regions = regionsOf(before, splices.length > 0 ? splices : [{ at: 0, remove: before.length, insert: after.length }]);
  const head = ['@', path];
  if (!STORE.test(path) || before.length < LARGE) return [head, ...near(merged(linesOf(before), linesOf(after), regions))];
  const changed = regions.reduce((sum, { from, to, newFrom, newTo }) => sum + to - from + newTo - newFrom, 0);
  if (changed > LARGE) return [head, [' ', `… the change is too long to be shown: ${before.length} bytes become ${after.length}`]];
  const each = regions.flatMap((region) => {
    const { from, to, newFrom, newTo } = region;
    return [[' ', '…'], ...merged(linesOf(before, around(before, from, to)), linesOf(after, around(after, newFrom, newTo)), [region])];
  });
  return [head, ...each, [' ', '…']];
}

/** The same for a whole plan of the driver. */
function planDiff({ steps, blobs, files }) {
  return steps.filter(({ path }) => !path?.endsWith(CLAIM)).flatMap((step) => {
    if (step.kind === 'sql') {
      // Parameters hold keys and tokens; the columns say enough.
      return [['@', step.db], ...step.statements.map(({ sql, changes }) => ['+', `${sql}  -- ${changes} row(s), values hidden`])];
    }
    const before = files[step.path] instanceof Uint8Array ? files[step.path] : null;
    return fileDiff(step.path, before, step.kind === 'remove' ? null : blobs[step.blob], step.splices);
  });
}

module.exports = { planDiff, redact };
