// @ts-check
'use strict';

// Reports for people.

const { flagOf } = require('./args.js');

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

/** What the texts say of the API, as it is on the command line. */
const SPOKEN = [
  [/\bdevice\.publicKey\b/g, '--device'],
  [/^trustedProxies(?=: )/, '--trusted-proxy'],
  [/\boptions profile and stateDir\b/g, 'flags --profile and --state-dir'],
  [/\b(?:requestId or deviceId|deviceId or requestId)\b/g, '--request-id or --device-id'],
  [/\bboth secret and label\b/g, 'both --secret-env and --label'],
  [/\bGive \{ secret: (.+), label: (.+) \}/g, 'Name a variable that holds $1 by --secret-env, and give $2 by --label'],
  [/\bLeave out scopes\b/g, 'Leave out --scopes'],
  [/\bLeave out identity\b/g, 'Name no identity'],
  [/\brole: 'node'/g, '--role node'],
  [/\bdevices\.list\(\)/g, '`npx openclaw-prepair devices list`'],
  [/\bconnection\.origin\b/g, "--header 'Origin: …'"],
  [/\bconnection\.host\b/g, "--header 'Host: …'"],
  [/\bidentity: 'new', onConflict: 'replace'/g, '--new-identity --on-conflict replace'],
  [/\bonConflict: 'replace'/g, '--on-conflict replace'],
  [/`owner`/g, '--owner UID:GID'],
  [/\bdevice: \{ publicKey \}/g, '--device KEY'],
  [/merge: \{ gateway: \{ mode: 'local' \} \}/g, '--set gateway.mode=local'],
  [/\bconfig: false\b/g, '--no-config'],
  [/\bprePair\(\)/g, 'pre-pair'],
  [/\bsetup\(\)/g, 'setup'],
  [/The package's types describe every option\./g, 'See --help of the command.'],
  // of a merge patch people know the settings, which --set names
  [/\b([Tt]he )option merge\./g, '$1setting '],
  [/\bmerge\.(?=\w)/g, ''],
];
/** An option where a text names it as one: behind that word, within `connection`, or by a name that is no word or setting. */
const OPTION = /\b(?:[Tt]he option (?:(?:config|connection)\.)?(\w+)|connection\.(\w+)|(\w+): true|(stateDir|configPath|gatewayVersion|openclawDir|proxyPeers))\b(?!\.\w)/g;
const inFlags = (text) =>
  SPOKEN.reduce((out, [said, here]) => out.replace(said, here), text)
    .replace(OPTION, (whole, ...names) => flagOf(names.slice(0, 4).find(Boolean)) ?? whole);

const notice = ({ code, message, place, hint }, c, mark) => [
  { first: `${mark} ${c.bold(code)} `, text: safe(inFlags(message)), indent: 4, taken: code.length + 3 },
  ...(place ? [c.dim(`    in ${safe([place.path, place.line, place.column].filter((part) => part !== undefined).join(':'))}`)] : []),
  ...(hint ? [{ first: `    ${c.cyan('→')} `, text: safe(inFlags(hint)), indent: 6 }] : []),
];
const notices = (list, c, mark = c.yellow('!')) => list.flatMap((item) => notice(item, c, mark));

/** Words in lines, broken between words alone: `[begin, width]` is where a line begins and ends, `taken` where the first one begins. */
function wrapped(words, [begin, width], taken) {
  const lines = [[]];
  let used = taken;
  for (const part of words) {
    const size = part.replace(STYLES, '').length;
    if (lines.at(-1).length > 0 && used + 1 + size > width) {
      lines.push([]);
      used = begin;
    }
    used += size + (lines.at(-1).length > 0 ? 1 : 0);
    lines.at(-1).push(part);
  }
  return lines.map((line) => line.join(' '));
}

const STYLES = /\x1b\[\d*m/g;
/** A line that is too long goes on below its second word's place, whatever styles it has. */
function plainly(line, width) {
  if (line.replace(STYLES, '').length <= width) return [line];
  const [, pad, rest] = /^((?:\x1b\[\d*m)* *)(.*)$/s.exec(line);
  const indent = pad.replace(STYLES, '').length;
  return wrapped(rest.split(' '), [indent + 2, width], indent).map((part, at) => `${at === 0 ? pad : ' '.repeat(indent + 2)}${part}`);
}

/** Lines fit for a terminal of this width; `Infinity` where nobody looks at one. A line is a text, or `{ first, text, indent }`. */
function laidOut(lines, width) {
  return lines.flatMap((line) => {
    if (line.raw !== undefined) return [line.raw];
    if (typeof line === 'string') return plainly(line, width);
    const { first = '', text, words, indent, style = (same) => same } = line;
    const pad = ' '.repeat(indent);
    // A command stays one that can be copied.
    if (words) return wrapped(words, [indent + 2, width - 2], indent).map((part, at, all) => `${at === 0 ? pad : `${pad}  `}${part}${at < all.length - 1 ? ' \\' : ''}`);
    return wrapped(text.split(' '), [indent, width], line.taken ?? indent).map((part, at) => `${at === 0 ? first : pad}${style(part)}`);
  });
}

function changes(list, c) {
  return list.map(({ path, action, bytes, rows }) => {
    const size = rows === undefined ? (bytes === undefined ? '' : ` (${bytes} bytes)`) : ` (${plural(rows, 'row')})`;
    return `  ${action.padEnd(8)} ${safe(path)}${c.dim(size)}`;
  });
}

const diffLines = (pairs, c) =>
  pairs.map(([sign, line]) => {
    if (sign === '@') return { raw: c.bold(`--- ${safe(line)}`) };
    const text = `${sign} ${safe(line)}`;
    return { raw: sign === '+' ? c.green(text) : sign === '-' ? c.red(text) : c.dim(text) };
  });

/** The report of an operation that changes something, and the folders that were not there before. */
function done(report, c, { dry, made }) {
  const would = dry ? 'would be ' : '';
  const lines = [];
  if ('deviceId' in report) {
    const same = report.changes.length === 0;
    // The key of a dry run is made anew by the call that writes it.
    const who = dry && ['created', 'replaced'].includes(report.identity) ? 'A new device' : `Device ${report.deviceId}`;
    const paired = report.paired === 'unchanged';
    lines.push(`${c.green('✔')} ${who} ${dry && !paired ? 'would be' : 'is'} paired${same ? '; nothing to do' : ''}.`);
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
  for (const { path, what } of made) lines.push(`  ${'made'.padEnd(8)} ${safe(path)}${c.dim(` (there was no ${what})`)}`);
  lines.push(...changes(report.changes, c));
  lines.push(...notices(report.warnings, c));
  return lines;
}

const VERDICTS = {
  open: 'open: the gateway lets this client in',
  'silent-approval': 'open: the gateway approves this connection silently',
  'pairing-required': 'closed (1008): pairing required',
  rejected: 'refused',
  unknown: 'unknown: what is here does not tell',
  'no-gateway': 'no gateway here',
};
const isWall = ({ verdict }) => verdict === 'pairing-required' || verdict === 'rejected';
const isOpen = ({ verdict }) => verdict === 'open' || verdict === 'silent-approval';

const SOURCES = { option: 'as named', package: 'as installed', unknown: 'the newest known: none was found' };
const PROGRAMS = { 'openclaw-prepair': ['npx', 'openclaw-prepair'], openclaw: ['openclaw'], hand: [] };

/** A step of a remedy as it is copied into a shell; null where the text says all. */
const command = ({ by, argv }) => (argv === undefined ? null : [...PROGRAMS[by], ...argv].map(word));

/** What a diagnosis stands on, in three lines. */
function standsOn({ stateDir, configPath, gateway, store, client, connection }, c) {
  const version = gateway.version === null || gateway.version === gateway.rules ? gateway.rules : `${gateway.version} by the rules of ${gateway.rules}`;
  return [
    ['State', `${safe(stateDir)} (${store === 'json' ? 'files' : 'database'}), config ${safe(configPath)}`],
    ['Gateway', `OpenClaw ${safe(version)}, ${SOURCES[gateway.source]}`],
    ['Client', `${safe(client)}. ${safe(inFlags(connection))}`],
  ].map(([name, text]) => ({ first: `${c.dim(name.padEnd(8))} `, text, indent: 9 }));
}

/** One finding for each path, the others of that path behind it. */
function told(findings, c, mark) {
  const known = new Set();
  const first = findings.filter(({ path }) => path === undefined || (!known.has(path) && known.add(path)));
  const others = findings.filter((finding) => !first.includes(finding));
  return [...first.flatMap((finding, at) => notice(finding, c, at === 0 ? mark : c.yellow('!'))), ...others.flatMap((finding) => notice(finding, c, c.dim('·')))];
}

/**
 * The steps of a remedy: commands to copy, each with what it does.
 * @returns {any[]}
 */
const stepsOf = ({ steps }, c) =>
  steps.flatMap((step) => {
    const words = command(step);
    /** @type {any} */
    const text = { first: words ? '    ' : '  ', text: safe(inFlags(step.text)), indent: words ? 4 : 2, ...(words && { style: c.dim }) };
    return words ? [{ words, indent: 2 }, text] : [text];
  });

/** What waits for an owner, each with who asks, from where and for what. Nothing here approves it. */
function waits(list, c) {
  if (list.length === 0) return [];
  const line = ({ requestId, kind, deviceId, clientId, platform, remoteIp, roles, scopes, commands = [], ageMs, expired }) => ({
    first: '  ',
    text: safe([requestId, kind === 'node-surface' ? `wants commands (${commands.join(' ')}),` : '', `device ${deviceId.slice(0, 12)}…`, clientId, platform, remoteIp && `from ${remoteIp}`, roles.join(' '), scopes.join(' '), `${Math.round(ageMs / 1000)} s old${expired ? ', expired' : ''}`].filter(Boolean).join(' ')),
    indent: 4,
  });
  return ['', c.bold(`${plural(list.length, 'request')} waiting`), ...list.map(line), { first: '  ', text: 'If you know the device, approve it by `npx openclaw-prepair devices approve` with the id of its request.', indent: 2, style: c.dim }];
}

function diagnosis(report, c, { why }) {
  const { verdict, reason, steps, findings, remedy } = report;
  const wall = isWall(report);
  const [color, mark] = wall ? [c.red, '✘'] : isOpen(report) ? [c.green, '✔'] : [c.yellow, '?'];
  /** @type {any[]} */
  const lines = [...standsOn(report.assumed, c), ''];
  if (why) {
    lines.push(c.bold("The gateway's decision"));
    for (const { question, answer, because } of steps) {
      lines.push(`├─ ${safe(question)} ${c.bold(safe(answer))}`, { first: c.dim('│    '), text: safe(because), indent: 5, style: c.dim });
    }
    lines.push(`└─ ${color(`${mark} ${VERDICTS[verdict]}${reason ? ` (${reason})` : ''}`)}`);
  } else {
    lines.push(color(`${mark} ${VERDICTS[verdict]}${reason ? ` (${reason})` : ''}`));
    const cause = isOpen(report) ? undefined : steps.at(-1);
    if (cause) lines.push({ first: '  ', text: `${safe(cause.question)} ${safe(cause.answer)}: ${safe(cause.because).replace(/\.$/, '')}.`, indent: 2 });
  }
  if (remedy) {
    lines.push('', c.bold(remedy.opens ? 'This opens it:' : wall ? 'Nothing here opens it for sure:' : 'What to do:'));
    lines.push(...stepsOf(remedy, c));
  }
  lines.push(...waits(report.waiting, c));
  if (findings.length > 0) lines.push('', c.bold(isOpen(report) ? plural(findings.length, 'remark') : plural(findings.length, 'finding')), ...told(findings, c, wall ? c.red('✘') : c.yellow('!')));
  if (verdict !== 'no-gateway') {
    lines.push('', { first: '', text: 'This judged one connection. `npx openclaw-prepair doctor --all` shows every client from every place.', indent: 0, style: c.dim });
  }
  return lines;
}

/** Who gets in from where: a line for each client, a column for each place. */
function matrix({ assumed, cells, findings }, c, columns = Infinity) {
  const places = [...new Set(cells.map(({ place }) => place))];
  const clients = [...new Set(cells.map(({ client }) => client))];
  const said = (cell) => (isOpen(cell) ? 'open' : cell.reason ?? cell.verdict);
  const width = Math.max(...places.map((place) => place.length), ...cells.map((cell) => said(cell).length)) + 4;
  const first = Math.max(...clients.map((client) => client.length)) + 2;
  const paint = (cell) => (isOpen(cell) ? [c.green, '✔'] : isWall(cell) ? [c.red, '✘'] : [c.yellow, '?']);
  const of = (client, place) => cells.find((cell) => cell.client === client && cell.place === place);
  const fits = first + places.length * width - 4 <= columns;
  const shown = (client, place) => {
    const cell = of(client, place);
    const [color, mark] = paint(cell);
    return { color, text: `${mark} ${said(cell)}` };
  };
  /** @type {any[]} */
  const lines = [...standsOn(assumed, c), ''];
  if (fits) {
    const row = (client) => places.map((place) => shown(client, place)).map(({ color, text }) => color(text.padEnd(width))).join('');
    lines.push(c.dim(' '.repeat(first) + places.map((place) => place.padEnd(width)).join('').trimEnd()));
    lines.push(...clients.map((client) => (client.padEnd(first) + row(client)).trimEnd()));
  } else {
    const column = Math.max(...places.map((place) => place.length)) + 2;
    const row = (place, { color, text }) => `  ${place.padEnd(column)}${color(text)}`;
    lines.push(...clients.flatMap((client) => [client, ...places.map((place) => row(place, shown(client, place)))]));
  }
  const absent = clients.filter((client) => cells.every((cell) => cell.client !== client || !cell.counts));
  if (absent.length > 0) lines.push('', { first: '', text: `Not counted for the exit code, since no such client is paired or waits here: ${absent.join(', ')}.`, indent: 0, style: c.dim });
  const nowhere = places.filter((place) => cells.every((cell) => cell.place !== place || !cell.counts));
  if (nowhere.length > 0) lines.push({ first: '', text: `Not counted either, since neither the config nor a request tells of such a place: ${nowhere.join(', ')}.`, indent: 0, style: c.dim });
  // One remedy opens many doors: each is printed once.
  const known = new Set();
  for (const { client, place, remedy } of cells.filter(({ remedy }) => remedy?.opens)) {
    const key = JSON.stringify(remedy.steps);
    if (known.has(key)) continue;
    known.add(key);
    lines.push('', c.bold(`This opens it for ${client}, ${place}:`), ...stepsOf(remedy, c));
  }
  if (cells.some((cell) => !isOpen(cell) && !cell.remedy?.opens)) lines.push('', c.dim('To see why the others stay closed, run doctor with --client and with --header or --remote-address.'));
  if (findings.length > 0) lines.push('', c.bold(plural(findings.length, 'remark')), ...told(findings, c, c.yellow('!')));
  return lines;
}

module.exports = { safe, inFlags, paint, plural, changes, notices, wrapped, laidOut, diffLines, done, diagnosis, matrix, command, isWall, isOpen, VERDICTS };
