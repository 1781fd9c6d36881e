// @ts-check
'use strict';

// `openclaw-prepair devices …`: what is there, for people, and what they may type for it.

const { refusal } = require('../core/errors.js');
const { safe, changes, notices, wrapped } = require('./show.js');

const SECOND = 1000;
/** @type {[number, string]} */
const SECONDS = [1, 's'];
/** @type {[number, string][]} */
const UNITS = [[86_400, 'd'], [3600, 'h'], [60, 'min'], SECONDS];
const WHOLE = { deviceId: /^[0-9a-f]{64}$/, requestId: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ };
/** How much of an id is shown where all of it does not fit, and how little of one may be typed. */
const SHORT = 16;
const LEAST = 8;
const LONGEST = 60;

/** `3 d`. A clock that was set back makes no age. */
function age(ms) {
  const seconds = Math.max(0, Math.round(ms / SECOND));
  const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? SECONDS;
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** Words in lines of so many columns; a word that is longer is cut. */
const filled = (words, width) =>
  wrapped(words.flatMap((text) => text.split(' ')).flatMap((text) => text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []), [0, width], 0);

/** What a stranger wrote, short and harmless. */
const told = (text) => {
  const shown = safe(text);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
};
const short = (id) => (/^[0-9a-f]{64}$/.test(id) ? id.slice(0, SHORT) : told(id) || '(none)');

/** A heading and facts below it, each wrapped at words. */
function block(heading, facts, c, width) {
  const lines = [`  ${heading}`];
  for (const [name, words] of facts) {
    const text = words.filter((word) => word !== undefined && word !== '');
    if (text.length === 0) continue;
    filled(text, width - 13).forEach((line, i) => lines.push(`    ${c.dim((i === 0 ? name : '').padEnd(8))} ${line}`));
  }
  return lines;
}

const client = ({ clientId, clientMode, platform, deviceFamily }) => [
  clientId && told(clientId), clientMode && clientMode !== clientId && `(${told(clientMode)})`, platform && `on ${told(platform)}`, deviceFamily && `(${told(deviceFamily)})`,
].filter(Boolean);

/** The lines of `devices list`. */
function listed({ store, gateway, paired, waiting, warnings }, c, { columns, now }) {
  const width = Math.max(40, Math.min(columns ?? 80, 80));
  const where = `${store === 'json' ? 'files' : 'database'}, ${gateway.version === null ? 'version unknown' : `OpenClaw ${safe(gateway.version)}`}`;
  const lines = [`${c.bold(`${paired.length} paired, ${waiting.length} waiting`)} (${where})`];
  if (waiting.length > 0) lines.push('', c.bold('Waiting'));
  for (const request of waiting) {
    const { requestId, kind, deviceId, displayName, roles, scopes, commands = [], remoteIp, silent, repair, ageMs, expired } = request;
    lines.push(...block(c.yellow(told(requestId)), [
      ['who', [displayName && told(displayName), `device ${short(deviceId)}`]],
      ['client', client(request)],
      // OpenClaw notes no address of a local client, and none that only a proxy tells which it does not trust.
      ['from', [remoteIp ? told(remoteIp) : 'this machine, or a proxy that is not trusted']],
      ['asks', kind === 'device' ? [...roles.map((role) => `role ${told(role)}`), ...(repair ? ['(has a record)'] : [])] : ['for commands of a node', ...(repair ? ['(has some)'] : [])]],
      ['scopes', scopes.map(told)],
      ['commands', commands.map(told)],
      ['age', [`${age(ageMs)}${expired ? `, ${c.red('expired')}` : ''}`, ...(silent === true ? ['(a gateway may approve it by itself)'] : [])]],
    ], c, width));
  }
  if (paired.length > 0) lines.push('', c.bold('Paired'));
  for (const device of paired) {
    const { deviceId, displayName, roles, scopes, tokens, approvedAtMs, lastSeenAtMs, own } = device;
    lines.push(...block(`${c.green(short(deviceId))}${own ? ' (this state dir itself)' : ''}`, [
      ['who', [displayName && told(displayName)]],
      ['client', client(device)],
      ['roles', roles.map(told)],
      ['scopes', scopes.map(told)],
      ['tokens', tokens.map(({ role, revokedAtMs }) => (revokedAtMs === undefined ? told(role) : `${told(role)} (revoked)`))],
      ['paired', [approvedAtMs !== undefined && `${age(now - approvedAtMs)} ago`].filter(Boolean)],
      ['seen', [lastSeenAtMs === undefined ? 'not noted' : `${age(now - lastSeenAtMs)} ago`]],
    ], c, width));
  }
  if (waiting.length > 0) lines.push('', c.dim('Approve one by `npx openclaw-prepair devices approve ID`.'));
  return [...lines, ...notices(warnings, c)];
}

const DONE = {
  __proto__: null,
  'devices.approve': ['approved', 'is approved'],
  'devices.reject': ['rejected', 'does not wait any more'],
  'devices.remove': ['removed', 'is removed'],
  'devices.revoke': ['revoked', 'has no live token of that role'],
  'devices.rotate': ['given a new token', 'has a new token'],
  'devices.rename': ['renamed', 'has that name'],
};

/** The lines of an operation on one device. */
function changed(operation, report, c, dry) {
  const { deviceId, requestId, granted, roles, scopes, tokenReplaced, revocationLifted } = report;
  const same = report.changes.length === 0;
  const what = requestId === undefined ? `Device ${safe(deviceId)}` : `Request ${safe(requestId)}`;
  const lines = [`${c.green('✔')} ${what} ${same ? `${DONE[operation][1]}; nothing to do` : `${dry ? 'would be' : 'was'} ${DONE[operation][0]}`}.`];
  if (requestId !== undefined) lines.push(c.dim(`  device ${safe(deviceId)}`));
  if (operation === 'devices.approve') {
    if (granted.length > 0) lines.push(c.dim(`  granted: ${granted.map(safe).join(' ')}`));
    lines.push(c.dim(`  it has roles: ${roles.map(safe).join(' ') || 'none'}; scopes: ${scopes.map(safe).join(' ') || 'none'}`));
  }
  if (tokenReplaced) lines.push(c.dim(`  its old token is of no use any more${operation === 'devices.rotate' ? '; `devices token` gives the new one' : ''}`));
  if (revocationLifted) lines.push(c.dim('  its token had been revoked: that is lifted'));
  return [...lines, ...changes(report.changes, c), ...notices(report.warnings, c)];
}

/** An id of which only the beginning was typed, in full. The own device is removed by its whole id alone. */
function completed(operation, options, list) {
  const { id: shown, ...out } = options;
  if (shown !== undefined) {
    const id = shown.replace(/…$/, '');
    const { waiting, paired } = list();
    const begins = (known, name) => known.some((one) => one[name].startsWith(id));
    out[!begins(waiting, 'requestId') && begins([...waiting, ...paired], 'deviceId') ? 'deviceId' : 'requestId'] = id;
  }
  for (const [name, full] of Object.entries(WHOLE)) {
    // As `doctor` shows it: `1254cae308a6…`.
    const typed = typeof out[name] === 'string' ? out[name].replace(/…$/, '') : undefined;
    if (typed === undefined || typed === '' || full.test(typed)) continue;
    const { paired, waiting } = list();
    const among = (known) => [...new Set(known.map((item) => item[name]))].filter((id) => id.startsWith(typed));
    // What was approved before is told apart from what was never there.
    const stores = name === 'requestId' ? [waiting] : operation === 'devices.approve' ? [waiting, paired] : [paired];
    const ids = stores.map(among).find((found) => found.length > 0) ?? [];
    if (ids.includes(typed)) continue;
    const some = `${ids.slice(0, 3).map(short).join(', ')}${ids.length > 3 ? ', …' : ''}`;
    if (typed.length < LEAST && (ids.length > 0 || /^[0-9a-f]+$/.test(typed))) {
      const hint = ids.length === 0 ? 'See `npx openclaw-prepair devices list`.' : `Type more of it: ${some}.`;
      throw refusal('AMBIGUOUS', `Of an id at least its first ${LEAST} characters are needed; ${typed.length} were typed.`, { hint });
    }
    if (ids.length > 1) {
      throw refusal('AMBIGUOUS', `${ids.length} ids begin like that: ${some}.`, { hint: 'Type more of it.' });
    }
    if (ids.length === 0) continue;
    if (operation === 'devices.remove' && paired.some(({ deviceId, own }) => own && deviceId === ids[0])) {
      throw refusal('AMBIGUOUS', 'This is the device of this state dir itself: the command line and the agent on this machine.', { hint: `To remove it all the same, type its whole id: \`npx openclaw-prepair devices remove ${ids[0]}\`.` });
    }
    [out[name]] = ids;
  }
  return out;
}

module.exports = { listed, changed, completed };
