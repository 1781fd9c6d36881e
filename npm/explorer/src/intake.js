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
/** A secret by its name and what it is set to; a reference to a variable is none. */
const SECRET = /((?:token|password|secret|api_?key)["']?\s*[:=]\s*["']?|\bbearer\s+)(?!\$\{|made-up-|<hidden>|\[)([^\s"',;&{}[\]]{8,})/gi;

const holdsPrivateKey = (text) => PRIVATE.test(text);
const holdsSecret = (text) => text.search(SECRET) >= 0;

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

/** `{ text, note?, error? }`: what of a text may be kept. */
function admitted(kind, text) {
  const error = tooLarge(text.length);
  if (error) return { text: null, error };
  if (holdsPrivateKey(text)) {
    const left = kind === 'device' ? publicPart(text) : null;
    if (left !== null) return { text: left, note: `There was a private key in it. ${NOT_KEPT}: only the public part is here.` };
    return { text: null, error: 'There is a private key in it. It was recognised, and nothing of it was kept. Take the key out, then give the rest.' };
  }
  if (!holdsSecret(text)) return { text };
  // The edited file is made of these, and would be of no use without its tokens.
  if (['config', 'paired', 'pending'].includes(kind)) return { text, note: 'There are tokens in it. They stay in the memory of this page: no link, diff or command shows them.' };
  if (kind === 'device') return { text: null, error: 'There is a token in it. It was recognised, and nothing of it was kept: a public key is all that is wanted here.' };
  // A bundle keeps the placeholders that everybody knows: a gateway refuses them, and no digit is in any.
  const left = text.replace(SECRET, (whole, name, value) => (kind === 'bundle' && !/\d/.test(value) ? whole : `${name}<hidden>`));
  return left === text ? { text } : { text: left, note: `There was a token in it. ${NOT_KEPT}.` };
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
  if (refusedIn(text.slice(0, MAX_TEXT)) !== undefined && !/^\s*\{/.test(text)) return 'log';
  return SIGNS.find(([, sign]) => sign.test(text.slice(0, MAX_TEXT)))?.[0] ?? kindOfName(name);
}

/** What bytes are: `database`, `wal`, `beside` for what is not needed, `journal`; null where they are none of these. */
function kindOfBytes(bytes, name = '') {
  if (isDatabase(bytes)) return 'database';
  if (isLog(bytes) || (bytes.length === 0 && name.endsWith('-wal'))) return 'wal';
  if (name.endsWith('-shm')) return 'beside';
  return bytes.length >= 8 && bytes[0] === 0xd9 && bytes[1] === 0xd5 && bytes[2] === 0x05 && bytes[3] === 0xf9 ? 'journal' : null;
}

module.exports = { MAX_DATABASE, admitted, decoded, holdsPrivateKey, kindOfBytes, kindOfText, parsed, publicKey, size, tooLarge };
