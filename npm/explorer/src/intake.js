'use strict';

// What comes into the page: what it is, told by its content, how much of it is taken, and what must not stay.

const { isDatabase, isLog } = require('./wal.js');
const { refusedIn } = require('../../openclaw-prepair/lib/cli/connections.js');

/** OpenClaw's files are a few kB; this is far more, and still diagnosed in no time. */
const MAX_TEXT = 1 << 20;
/** A database is copied twice while it is read. */
const MAX_DATABASE = 256e6;

// A PEM frame, the DER in front of an Ed25519 seed (PKCS#8 version 1 and 2) in base64, a field that holds such a key, a JWK.
const PRIVATE = /-----BEGIN [A-Z ]*PRIVATE KEY|M(?:C4C|FEC|FMC)AQ[AE]wBQYDK2VwBCIE|["']?privateKey(?:Pem)?["']?\s*:\s*["'][^"']|"kty"\s*:\s*"OKP"[^}]*"d"\s*:/;
/** A secret by its name and what it is set to, in quotes or bare. */
const SECRET = /((?:token|password|secret|api_?key)["']?\s*[:=]\s*|\bbearer\s+)(?:(["'])((?:(?!\2)[^\n\\]|\\.){8,}?)\2|([^\s"',;&{}[\]]{8,}))/gi;
/** A reference to a variable, and what stands where a secret should: everybody knows these, and a gateway refuses some. */
const KNOWN = /^(\$\{|\[|<|\*|change-me|made-up-)/;
const holdsPrivateKey = (text) => PRIVATE.test(text);
/** No address or scope is one word so long: what may be a token gets into no link. */
const mayBeSecret = (text) => holdsPrivateKey(text) || /[\w+/=-]{32,}/.test(text);
/** The text without its secrets; no column moves. */
const masked = (text) =>
  text.replace(SECRET, (whole, name, quote = '', quoted, plain) => {
    const value = quoted ?? plain;
    return KNOWN.test(value) ? whole : `${name}${quote}${'<hidden>'.padEnd(value.length, '-')}${quote}`;
  });

const size = (bytes) => (bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** Why so much isn't taken; null where it is. */
const tooLarge = (bytes, most = MAX_TEXT) =>
  bytes > most ? `That is ${size(bytes)}; this page takes up to ${size(most)} of such a file. Nothing of it was kept. On the machine itself \`npx openclaw-prepair doctor\` takes any size.` : null;

/** The text of a file, or null where it is binary. */
function decoded(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** The end of a large text. */
const end = (bytes) => new TextDecoder().decode(bytes.subarray(-MAX_TEXT));

const parsed = (text) => {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
};

/** An identity without its private half; null where that can't be told apart. */
function publicPart(text) {
  const identity = parsed(text);
  if (identity === null || typeof identity !== 'object' || Array.isArray(identity)) return null;
  const { privateKeyPem, privateKey, d, ...rest } = identity;
  const left = `${JSON.stringify(rest, null, 2)}\n`;
  return holdsPrivateKey(left) ? null : left;
}

const NOT_KEPT = 'It was recognised and not kept';

/** `{ text, masked?, note?, error? }`: what of a text may be kept. */
function admitted(kind, text) {
  const error = tooLarge(text.length);
  if (error) return { text: null, error };
  if (holdsPrivateKey(text)) {
    const left = kind === 'device' ? publicPart(text) : null;
    if (left !== null) return { text: left, note: `There was a private key in it. ${NOT_KEPT}: only the public part is here.` };
    return { text: null, error: 'There is a private key in it. It was recognised, and nothing of it was kept. Take the key out, then give the rest.' };
  }
  const left = masked(text);
  if (left === text) return { text };
  if (kind === 'device') return { text: null, error: 'There is a token in it. It was recognised, and nothing of it was kept: a public key is all that is wanted here.' };
  return { text: left, masked: true, note: `There was a token in it. ${NOT_KEPT}.` };
}

/** The public key in the identity field: a device.json, a PEM, or the raw key. Null where there is none. */
function publicKey(text) {
  if (!text.trim().startsWith('{')) return text.trim();
  const identity = parsed(text);
  const key = identity?.publicKeyPem ?? identity?.publicKey;
  return typeof key === 'string' ? key : null;
}

// Names that only one kind of file holds. The order counts: a request has some of a record's.
const SIGNS = [
  ['bundle', /^\s*\{\s*"bundle"\s*:/],
  ['report', /^\s*\{(?=[\s\S]*"assumed"\s*:)(?=[\s\S]*"(?:verdict|cells)"\s*:)/],
  ['pending', /["']?requestId["']?\s*:/],
  ['cached', /^\s*\{\s*"version"\s*:[\s\S]*"tokens"\s*:/],
  ['paired', /["']?(?:tokens|approvedAtMs|approvedScopes)["']?\s*:/],
  ['config', /["']?(?:gateway|\$include|agents|channels|plugins|models|meta)["']?\s*:\s*[{["']/],
  ['device', /publicKeyPem|"publicKey"|PRIVATE KEY|BEGIN PUBLIC KEY|^\s*[\w+/-]{43}=?\s*$/],
];

/** The kind of a file by its name: for one whose content fits several. */
function kindOfName(name) {
  if (/^(openclaw|clawdbot|moltbot|moldbot)\b.*\.json5?$/i.test(name)) return 'config';
  return /^(paired|pending|device)\b(?!-auth).*\.json$/i.exec(name)?.[1].toLowerCase() ?? null;
}

/** What a text is; null where nothing tells. */
function kindOfText(text, name = '') {
  if (refusedIn(text.slice(0, MAX_TEXT)) !== undefined && !/^\s*\{(?!"0":)/.test(text)) return 'log';
  return SIGNS.find(([, sign]) => sign.test(text.slice(0, MAX_TEXT)))?.[0] ?? kindOfName(name);
}

/** What bytes are: `database`, `wal`, `beside` for what is not needed, `journal`; null where they are none of these. */
function kindOfBytes(bytes, name = '') {
  if (isDatabase(bytes)) return 'database';
  if (isLog(bytes) || (bytes.length === 0 && name.endsWith('-wal'))) return 'wal';
  if (name.endsWith('-shm')) return 'beside';
  return bytes.length >= 8 && bytes[0] === 0xd9 && bytes[1] === 0xd5 && bytes[2] === 0x05 && bytes[3] === 0xf9 ? 'journal' : null;
}

module.exports = { MAX_DATABASE, admitted, decoded, end, holdsPrivateKey, kindOfBytes, kindOfText, masked, mayBeSecret, parsed, publicKey, size, tooLarge };
