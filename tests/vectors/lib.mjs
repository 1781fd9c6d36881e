// Vectors: what an operation makes of options and inputs. README.md says what is in the files.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('plan/', import.meta.url));

/** All vectors, each with the defaults of its file filled in. */
export function vectors() {
  return readdirSync(folder).filter((name) => name.endsWith('.json')).sort().flatMap((name) => {
    const { defaults, vectors } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8'));
    return vectors.map((vector) => ({ ...vector, name: `${name.replace('.json', '')}: ${vector.name}`, inputs: { ...defaults, ...vector.inputs } }));
  });
}

/** Bytes of a file as a vector writes it: text, `{hex}`, or pieces of text that repeat. */
export function bytes(file) {
  if (typeof file === 'string') return Buffer.from(file);
  if ('hex' in file) return Buffer.from(file.hex, 'hex');
  return Buffer.from(file.pieces.map(([text, times]) => text.repeat(times)).join(''));
}

/** The inputs of the JavaScript bindings. */
export function inputsOf({ files, entropy, ...rest }) {
  const content = (file) => (file === null || typeof file === 'object' && 'kind' in file ? file : new Uint8Array(bytes(file)));
  return {
    ...rest,
    files: Object.fromEntries(Object.entries(files ?? {}).map(([path, file]) => [path, content(file)])),
    entropy: new Uint8Array(Buffer.from(entropy, 'hex')),
  };
}

/** Options: `{$hex}` stands for bytes. */
export function optionsOf(options) {
  return JSON.parse(JSON.stringify(options ?? {}), (key, value) => (
    value && typeof value === 'object' && typeof value.$hex === 'string' ? new Uint8Array(Buffer.from(value.$hex, 'hex')) : value
  ));
}

/** Content of a step as a vector writes it: text, or a digest where that would be long or no text. */
export function written(content) {
  const buffer = Buffer.from(content);
  const text = buffer.toString();
  if (buffer.length <= 8192 && Buffer.from(text).equals(buffer)) return text;
  return { sha256: createHash('sha256').update(buffer).digest('hex'), bytes: buffer.length };
}

/** What a vector expects, of what a JavaScript binding gave. */
export function outcomeOf(call) {
  let json;
  try {
    json = call();
  } catch (error) {
    if (!error.code?.startsWith('ERR_PREPAIR_')) throw error;
    const { name, ...rest } = JSON.parse(JSON.stringify(error));
    return { error: rest };
  }
  if (json.missing) return { missing: json.missing };
  return json;
}

/** Asks a binding through the package's own bridge. */
export function ask({ operate, unpackSteps }, binding, vector) {
  return outcomeOf(() => {
    const { json, blobs } = operate(binding, 'plan', vector.operation, optionsOf(vector.options), inputsOf(vector.inputs));
    if (json.missing) return json;
    const steps = unpackSteps(json.steps, blobs).map((step) => ('content' in step ? { ...step, content: written(step.content) } : step));
    return { steps, report: json.report, bases: json.bases };
  });
}

/** A key pair by its seed, made by node:crypto. */
export function identity(seed) {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    seed, raw,
    deviceId: createHash('sha256').update(raw).digest('hex'),
    publicKey: raw.toString('base64url'),
    publicKeyPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }),
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }),
  };
}

export const sha256 = (content) => createHash('sha256').update(content).digest('hex');
