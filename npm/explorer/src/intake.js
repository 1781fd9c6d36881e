'use strict';

// What comes into the page: how much of it is taken, and what must not stay.

/** OpenClaw's files are a few kB; this is far more, and still diagnosed in no time. */
const MAX_BYTES = 1 << 20;

// A PEM frame, the DER in front of an Ed25519 seed (PKCS#8 version 1 and 2) in base64, a field that holds such a key, a JWK.
const PRIVATE = /-----BEGIN [A-Z ]*PRIVATE KEY|M(?:C4C|FEC|FMC)AQ[AE]wBQYDK2VwBCIE|["']?privateKey(?:Pem)?["']?\s*:\s*["'][^"']|"kty"\s*:\s*"OKP"[^}]*"d"\s*:/;

const holdsPrivateKey = (text) => PRIVATE.test(text);

const size = (bytes) => (bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** Why so much isn't taken; null where it is. */
const tooLarge = (bytes) =>
  bytes > MAX_BYTES ? `That is ${size(bytes)}; OpenClaw's own files are a few kB, and this page takes up to ${size(MAX_BYTES)}. Nothing of it was kept. On the machine itself \`npx openclaw-prepair doctor\` takes any size.` : null;

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

/** `{ text, note?, error? }`: what of a text a field may keep. */
function admitted(field, text) {
  const error = tooLarge(text.length);
  if (error) return { text: null, error };
  if (!holdsPrivateKey(text)) return { text };
  const left = field === 'device' ? publicPart(text) : null;
  if (left !== null) return { text: left, note: 'There was a private key in it. It was recognised and not kept: only the public part is here.' };
  return { text: null, error: 'There is a private key in it. It was recognised, and nothing of it was kept. Take the key out, then paste the rest.' };
}

/** The public key in the identity field: a device.json, a PEM, or the raw key. Null where there is none. */
function publicKey(text) {
  if (!text.trim().startsWith('{')) return text.trim();
  const identity = parsed(text);
  const key = identity?.publicKeyPem ?? identity?.publicKey;
  return typeof key === 'string' ? key : null;
}

/** Which field a file belongs to, by its name. */
function fieldOf(name) {
  if (/^(openclaw|clawdbot|moltbot|moldbot)\b.*\.json5?$/i.test(name)) return 'config';
  return /^(paired|pending|device)\b(?!-auth).*\.json$/i.exec(name)?.[1].toLowerCase() ?? null;
}

module.exports = { admitted, decoded, fieldOf, holdsPrivateKey, parsed, publicKey, size, tooLarge };
