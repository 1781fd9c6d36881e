'use strict';

// Reports for people.

/** Nothing from a file may move the cursor, hide text or turn its direction. */
const safe = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);

const paint = (on) => {
  const style = (code) => (text) => (on ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { bold: style(1), dim: style(2), red: style(31), green: style(32), yellow: style(33), cyan: style(36) };
};

/** A word for the shell. */
const word = (text) => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const plural = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

function notices(list, c, mark = c.yellow('!')) {
  return list.flatMap(({ code, message, place, hint }) => [
    `${mark} ${c.bold(code)} ${safe(message)}`,
    ...(place ? [c.dim(`    in ${safe([place.path, place.line, place.column].filter((part) => part !== undefined).join(':'))}`)] : []),
    ...(hint ? [`    ${c.cyan('→')} ${safe(hint)}`] : []),
  ]);
}

function changes(list, c) {
  return list.map(({ path, action, bytes, rows }) => {
    const size = rows === undefined ? (bytes === undefined ? '' : ` (${bytes} bytes)`) : ` (${plural(rows, 'row')})`;
    return `  ${action.padEnd(8)} ${safe(path)}${c.dim(size)}`;
  });
}

const diffLines = (pairs, c) =>
  pairs.map(([sign, line]) => {
    if (sign === '@') return c.bold(`--- ${safe(line)}`);
    const text = `${sign} ${safe(line)}`;
    return sign === '+' ? c.green(text) : sign === '-' ? c.red(text) : c.dim(text);
  });

/** The report of an operation that changes something. */
function done(operation, report, c, dry) {
  const would = dry ? 'would be ' : '';
  const lines = [];
  if ('deviceId' in report) {
    const same = report.changes.length === 0;
    lines.push(`${c.green('✔')} Device ${report.deviceId} ${dry && !same ? 'would be' : 'is'} paired${same ? '; nothing to do' : ''}.`);
    const scopes = report.scopesAdded.length > 0 ? `, ${would}granted ${report.scopesAdded.map(safe).join(' ')}` : '';
    lines.push(c.dim(`  identity ${report.identity}, record ${report.paired}${scopes}; ${plural(report.pendingCleared, 'pending request')} removed`));
  } else if ('cleared' in report) {
    lines.push(`${c.green('✔')} ${plural(report.cleared.length, 'pending request')} ${would}removed.`);
    for (const { requestId, deviceId, silent, ageMs } of report.cleared) {
      lines.push(c.dim(`  ${safe(requestId)} of device ${safe(deviceId)}, ${silent === true ? 'silent' : 'not silent'}, ${Math.round(ageMs / 1000)} s old`));
    }
  } else {
    lines.push(`${c.green('✔')} ${report.changed ? `The config ${dry ? 'would change' : 'was changed'}` : 'The config stays as it is'}: ${safe(report.path)}`);
  }
  for (const { path, action } of report.edits ?? report.config?.edits ?? []) lines.push(`  ${action.padEnd(8)} ${safe(path)}`);
  lines.push(...changes(report.changes, c));
  lines.push(...notices(report.warnings, c));
  return lines;
}

const VERDICTS = {
  open: 'open: the gateway lets this connection in',
  'silent-approval': 'open: the gateway approves this connection silently',
  'pairing-required': 'closed (1008): pairing required',
  rejected: 'refused',
  unknown: 'unknown: something here cannot be read',
};
const isWall = ({ verdict }) => verdict === 'pairing-required' || verdict === 'rejected';

/** The one command that mends the wall, if there is one. */
function mend({ verdict, reason, findings }, connection, given) {
  const has = (code) => findings.some((finding) => finding.code === `W_${code}`);
  const ours = (...words) => ['npx', 'openclaw-prepair', ...words, ...given].map(word).join(' ');
  switch (reason) {
    case 'sticky-pending':
      return ours('clear-pending');
    case 'revoked':
      return ours('setup', '--reinstate');
    case 'unattributable-proxy':
      return has('PROXY_UNLISTED') ? ours('patch-config', '--proxy-peer', connection?.remoteAddress ?? '127.0.0.1') : null;
    case 'bind-custom':
      return 'openclaw config set gateway.bind loopback';
    case 'bind-lan':
      return verdict === 'rejected' ? 'openclaw config set gateway.bind loopback' : ours('setup');
    case 'identity':
      return has('IDENTITY_SHAPE') ? ours('setup') : null;
    case 'not-paired':
    case 'role-upgrade':
    case 'scope-upgrade':
      return ours('setup');
    default:
      return null;
  }
}

function diagnosis(report, c, { connection, given }) {
  const wall = isWall(report);
  const color = wall ? c.red : report.verdict === 'unknown' ? c.yellow : c.green;
  const lines = [c.bold("The gateway's decision")];
  for (const { question, answer, because } of report.steps) {
    lines.push(`├─ ${safe(question)} ${c.bold(safe(answer))}`, c.dim(`│    ${safe(because)}`));
  }
  lines.push(`└─ ${color(`${wall ? '✘' : report.verdict === 'unknown' ? '?' : '✔'} ${VERDICTS[report.verdict]}${report.reason ? ` (${report.reason})` : ''}`)}`);
  if (report.findings.length > 0) {
    lines.push('', c.bold(plural(report.findings.length, 'finding')), ...notices(report.findings, c, wall ? c.red('✘') : undefined));
  }
  const command = wall ? mend(report, connection, given) : null;
  if (command) lines.push('', c.bold('This mends it:'), `  ${safe(command)}`);
  return lines;
}

module.exports = { safe, paint, plural, changes, notices, diffLines, done, diagnosis, isWall, mend, VERDICTS };
