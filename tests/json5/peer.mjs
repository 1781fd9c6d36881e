// Builds crates/core/examples/json5-peer.rs and talks to it: one process for all documents.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The path of the built peer. With `bugs`, a list of {file, from, to} in crates/core/src/base/json5, it is built from a copy of
 * the core into which they were put, so that the product's own source needs no switch for them.
 */
export function buildPeer(bugs = [], name = '') {
  if (bugs.length === 0) {
    return build(root, path.join(root, 'target'));
  }
  const copy = mkdtempSync(path.join(tmpdir(), 'prepair-json5-'));
  try {
    // The core alone is built; its build script reads the others.
    cpSync(path.join(root, 'crates'), path.join(copy, 'crates'), { recursive: true });
    cpSync(path.join(root, 'Cargo.lock'), path.join(copy, 'Cargo.lock'));
    const manifest = readFileSync(path.join(root, 'Cargo.toml'), 'utf8');
    writeFileSync(path.join(copy, 'Cargo.toml'), manifest.replace(/^members = .*$/m, 'members = ["crates/core"]'));
    for (const { file, from, to } of bugs) {
      const at = path.join(copy, 'crates/core/src/base/json5', file);
      const source = readFileSync(at, 'utf8');
      if (source.split(from).length !== 2) throw new Error(`${file} no longer holds exactly one ${JSON.stringify(from)}`);
      writeFileSync(at, source.replace(from, () => to));
    }
    return build(copy, path.join(root, 'target/planted-bugs', name));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function build(cwd, target) {
  const args = ['build', '--quiet', '--package', 'prepair-core', '--example', 'json5-peer', '--target-dir', target];
  execFileSync('cargo', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  return path.join(target, 'debug/examples/json5-peer');
}

export class Peer {
  #child;
  #waiting = [];
  #buffer = Buffer.alloc(0);

  constructor(binary) {
    this.#child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (chunk) => this.#receive(chunk));
    this.#child.stdin.on('error', () => {}); // `close` tells
    this.#child.on('close', (code, signal) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the peer ended: ${signal ?? code}`));
    });
  }

  /** Sends one request about `text` (string or bytes); resolves to the reply, its bytes as `text`. */
  ask(request, text) {
    const head = Buffer.from(`${JSON.stringify(request)}\n`);
    const body = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length + body.length);
    this.#child.stdin.write(Buffer.concat([length, head, body]));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #receive(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      if (this.#buffer.length < 4) return;
      const end = 4 + this.#buffer.readUInt32LE(0);
      if (this.#buffer.length < end) return;
      const line = this.#buffer.indexOf(10, 4);
      const reply = JSON.parse(this.#buffer.toString('utf8', 4, line));
      reply.text = this.#buffer.toString('utf8', line + 1, end);
      this.#buffer = this.#buffer.subarray(end);
      this.#waiting.shift().resolve(reply);
    }
  }

  close() {
    this.#child.stdin.end();
  }
}
