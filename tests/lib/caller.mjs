// Another process that calls the package, by the binding of one's choice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('caller.cjs', import.meta.url));

export const BINDINGS = ['native', 'wasm'];

/** `call()` as often as needed, then `stop()`. */
export class Caller {
  constructor(binding, { env, node = process.execPath } = {}) {
    this.child = spawn(node, ['--no-warnings', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, PREPAIR_BINDING: binding, ...env } });
    this.child.stdin.on('error', () => {});
    this.pid = this.child.pid;
    this.exit = once(this.child, 'exit').then(() => null);
    this.waiting = [];
    let text = '';
    this.child.stdout.setEncoding('utf8').on('data', (piece) => {
      const lines = (text + piece).split('\n');
      text = lines.pop();
      for (const line of lines) this.waiting.shift()(JSON.parse(line));
    });
  }

  /** `{report}` or `{error}`; null where the process died of it. */
  async call(name, options) {
    const answer = new Promise((resolve) => this.waiting.push(resolve));
    this.child.stdin.write(`${JSON.stringify({ call: name, options })}\n`);
    return await Promise.race([answer, this.exit]);
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
