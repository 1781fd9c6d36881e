// @ts-check
'use strict';

// The report of a call that had to plan more than once, or was stopped part-way by another writer. No Node module is
// used here: the remote entry shares it.

const { text } = require('./bridge.js');

const { hasOwn } = Object;

/** What a report says of these files alone, a database among them. */
function partOf(report, files) {
  const has = (name) => [...files].some((file) => file.endsWith(name) || file.endsWith('/state/openclaw.sqlite'));
  const out = { ...report, changes: report.changes.filter(({ path: file }) => files.has(file)) };
  if (hasOwn(out, 'paired') && !has('/devices/paired.json')) Object.assign(out, { paired: 'unchanged', scopesAdded: [] });
  if (hasOwn(out, 'pendingCleared') && !has('/devices/pending.json')) out.pendingCleared = 0;
  if (hasOwn(out, 'cleared') && !has('/devices/pending.json')) out.cleared = [];
  if (hasOwn(out, 'edits') && !files.has(out.path)) Object.assign(out, { edits: [], changed: false });
  if (hasOwn(out, 'config') && out.config) out.config = partOf(out.config, files);
  return out;
}

/** What a later look of the same call is told of its first one. */
const seen = ({ deviceId, roles, granted }) => ({ deviceId, roles, granted, applied: false });

function withAttempts(report, attempts) {
  return hasOwn(report, 'attempts') ? { ...report, attempts } : report;
}

/** The report of a call that had to plan more than once: what was done first, and what was added. */
function joined(first, later, attempts) {
  const union = (a = [], b = [], key) => {
    const known = new Set(a.map(key));
    return [...a, ...b.filter((item) => !known.has(key(item)))];
  };
  const out = withAttempts({ ...first, changes: union(first.changes, later.changes, (change) => change.path) }, attempts);
  out.warnings = union(first.warnings, later.warnings, text);
  if (hasOwn(first, 'cleared')) out.cleared = union(first.cleared, later.cleared, (request) => request.requestId);
  if (hasOwn(first, 'edits')) Object.assign(out, { edits: union(first.edits, later.edits, text), changed: first.changed || later.changed });
  if (hasOwn(first, 'scopesAdded')) {
    if (first.deviceId !== later.deviceId) out.identity = later.identity;
    Object.assign(out, { deviceId: later.deviceId, publicKey: later.publicKey });
    if (first.paired === 'unchanged') out.paired = later.paired;
    out.scopesAdded = union(first.scopesAdded, later.scopesAdded, text);
    out.pendingCleared = first.pendingCleared + later.pendingCleared;
    if (hasOwn(first, 'config') && first.config && later.config) out.config = joined(first.config, later.config, attempts);
  }
  return out;
}

module.exports = { joined, partOf, seen, withAttempts };
