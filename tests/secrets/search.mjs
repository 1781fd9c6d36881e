// Keys and tokens in every form in which they could come out.
import assert from 'node:assert/strict';

/** A device token or a gateway's: the text itself, and its bytes in other spellings. */
const ofText = (text) => [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -2)];

/** Bytes of a key: raw, hex, and base64 at each of the three places that they can have in a longer text, without the ends. */
function ofBytes(bytes) {
  const list = [...bytes.subarray(0, 12)].join(',');
  const out = [bytes.toString('latin1'), bytes.toString('utf8'), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), list, list.replaceAll(',', ', ')];
  for (const before of [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '');
    const sure = base64.slice(before === 0 ? 0 : 4, -2);
    out.push(sure, sure.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return out;
}

/** A private key in PEM: its body by line and as one, and the seed in it. */
export function ofKey(pem) {
  const lines = pem.trim().split(/\r?\n/).slice(1, -1);
  // PKCS#8 of version 1 and 2 has the seed at the same place
  return [...lines, lines.join(''), ...ofBytes(Buffer.from(lines.join(''), 'base64').subarray(16, 48))];
}

/** All that must not be shown. */
export class Secrets {
  constructor() {
    this.forms = new Set();
    this.searched = 0;
  }

  key(pem) {
    ofKey(pem).forEach((form) => this.forms.add(form));
  }

  token(text) {
    ofText(text).forEach((form) => this.forms.add(form));
  }

  bytes(bytes) {
    ofBytes(Buffer.from(bytes)).forEach((form) => this.forms.add(form));
  }

  /** Whatever looks like a key or a token in the text of a file. */
  inFile(text) {
    for (const [pem] of text.matchAll(/-----BEGIN PRIVATE KEY-----(?:\\r|\\n|\s|[A-Za-z0-9+/=])+-----END PRIVATE KEY-----/g)) this.key(pem.replaceAll('\\r', '').replaceAll('\\n', '\n'));
    for (const [, token] of text.matchAll(/"?(?:token|privateKey|password|private_key_pem)"?\s*:\s*"([^"\\]{16,})"/g)) this.token(token);
  }

  /** Fails where one of them is in the text. */
  absent(text, where) {
    this.searched += 1;
    for (const form of this.forms) if (form.length >= 12 && text.includes(form)) assert.fail(`${where} shows a secret, as ${form.slice(0, 6)}…: ${text.slice(0, 200)}`);
  }
}
