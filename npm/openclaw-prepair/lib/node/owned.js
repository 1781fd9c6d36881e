// @ts-check
'use strict';

const { lstatSync } = require('node:fs');

/** Whose the path is that this user may not open, and what gives it back: the system says neither. */
function owned(error) {
  if (error?.code !== 'ERR_PREPAIR_PERMISSION' || typeof error.path !== 'string' || !process.getuid) return error;
  const [own, stat] = [process.getuid(), statOf(error.path)];
  // Root is stopped by something else than owner and mode; so is who may open it by both.
  if (stat === undefined || own === 0 || (stat.uid === own && (stat.mode & 0o600) === 0o600)) return error;
  error.hint = stat.uid === own
    ? `It belongs to this user (uid ${own}), but its mode ${(stat.mode & 0o777).toString(8).padStart(3, '0')} forbids it: run \`chmod u+rwX\` on it.`
    : `It belongs to uid ${stat.uid}, and this runs as uid ${own}. Run this as uid ${stat.uid}; or, where uid ${own} runs the gateway, give all of it back: run \`chown -R ${own}\` on the state dir, as root.`;
  return error;
}

function statOf(path) {
  try {
    return lstatSync(path, { __proto__: null, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

module.exports = { owned };
