// Calls the package in one process as often as it is told: a line `{call, options}` in, a line of what came of it out.
// It reads and writes synchronously, so that between two lines its main thread makes no system call but those of the call.
const fs = require('node:fs');
const prepair = require('../../npm/openclaw-prepair');

/** Rows that statements give, each `[sql, …parameters]`. */
function sql({ file, statements }) {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db = new DatabaseSync(file);
  try {
    return statements.map(([text, ...params]) => db.prepare(text).all(...params));
  } finally {
    db.close();
  }
}

const buffer = Buffer.alloc(64 * 1024);
let text = '';
for (;;) {
  const end = text.indexOf('\n');
  if (end < 0) {
    const read = fs.readSync(0, buffer, 0, buffer.length, null);
    if (read === 0) break;
    text += buffer.toString('utf8', 0, read);
    continue;
  }
  const { call, options } = JSON.parse(text.slice(0, end));
  text = text.slice(end + 1);
  let answer;
  try {
    answer = { report: call === 'sql' ? sql(options) : call.split('.').reduce((at, name) => at[name], prepair)(options) };
  } catch (error) {
    answer = { error: { name: error.name, code: error.code, message: error.message, path: error.path, hint: error.hint } };
  }
  // by another system call than files are written with, so that it arrives where those fail
  fs.writevSync(1, [Buffer.from(JSON.stringify(answer)), Buffer.from('\n')]);
}
