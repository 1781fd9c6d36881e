// @ts-check
'use strict';

// Reads what others may have laid in our way: nothing but a plain file of a sane size is read, and nothing else is opened.
// A FIFO would be waited for, a device may never end, opening one may have effects. inside/rows.js holds a copy of this.

const fs = require('node:fs');
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = fs.constants;

/** Throws unless this is a plain file of at most `limit` bytes: `code` EINVAL or EFBIG. */
function plain(stat, limit) {
  if (!stat.isFile()) throw Object.assign(new Error('not a plain file'), { code: 'EINVAL' });
  if (stat.size > limit) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
  return stat;
}

/**
 * The content of a plain file, or its first `length` bytes, with `tail` its last. `follow`: it may be reached over a link in its
 * last place.
 * @param {{ __proto__?: null, follow?: boolean, length?: number, tail?: boolean }} [options]
 */
function readPlain(file, limit, options) {
  /** @type {any} */
  const { follow, length, tail } = { __proto__: null, follow: false, length: limit, tail: false, ...options };
  plain(follow ? fs.statSync(file) : fs.lstatSync(file), limit);
  // Whatever took its place since then is not waited for.
  const fd = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
  try {
    const { size } = plain(fs.fstatSync(fd), limit);
    const bytes = Buffer.alloc(Math.min(size, length));
    const from = tail ? size - bytes.length : 0;
    let filled = 0;
    while (filled < bytes.length) {
      const read = fs.readSync(fd, bytes, filled, bytes.length - filled, from + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    fs.closeSync(fd);
  }
}

module.exports = { readPlain };
