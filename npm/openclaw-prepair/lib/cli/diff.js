'use strict';

// What a dry run would change, line by line, without a secret in it.

const SECRET_NAME = /token|secret|passw|passphrase|api[-_]?key|private|credential|authorization|bearer|cookie|signature/i;
/** Names whose long values are public. */
const PUBLIC_NAME = /^(deviceId|publicKey|publicKeyPem|requestId)$/;
const LONG = /[A-Za-z0-9_\-+/=]{20,}/g;
const MASK = '<hidden>';

/** Runs of letters and digits mixed are what keys and tokens look like. */
const maskRuns = (text) => text.replace(LONG, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? MASK : run));

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[{}[\],:]|\s+|[^\s{}[\],:"'/]+|[\s\S]/g;

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
      if (/^\/[/*]/.test(token)) return maskRuns(token);
      if (isName(at + 1)) {
        name = token.replace(/^["']|["']$/g, '');
        return token;
      }
      // A record's `tokens` is an object of roles; what it holds that is secret is named `token`.
      const names = path.filter((part) => part.array || !/^tokens$/i.test(part.name)).map((part) => part.name);
      const secret = [...names, name].some((part) => SECRET_NAME.test(part));
      const quote = /^["']/.test(token) ? token[0] : '';
      if (secret && (quote || !/tokens$/i.test(name))) return `${quote}${MASK}${quote}`;
      return PUBLIC_NAME.test(name) ? token : maskRuns(token);
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
