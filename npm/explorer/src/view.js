'use strict';

// What the core said, as elements.

const { VERDICTS, command, isOpen, isWall } = require('../../openclaw-prepair/lib/cli/show.js');
const { diffWordsWithSpace } = require('diff');
const { h, prose, shown } = require('./dom.js');

const MARK = { open: '✓', wall: '✕', unknown: '?' };
const TITLE = {
  open: 'Open',
  'silent-approval': 'Open, approved silently',
  'pairing-required': 'The wall: pairing required (1008)',
  rejected: 'Refused',
  unknown: 'Unknown',
  'no-gateway': 'No gateway here',
};
const END = { open: 'open', 'pairing-required': 'closed (1008)', rejected: 'refused', unknown: 'unknown', 'no-gateway': 'no gateway' };

const kindOf = (report) => (isOpen(report) ? 'open' : isWall(report) ? 'wall' : 'unknown');

/** A sentence with a capital. */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function verdict(report) {
  const kind = kindOf(report);
  const { assumed, steps, reason } = report;
  const last = kind === 'open' ? undefined : steps.at(-1);
  return h('div', { className: `verdict ${kind}` },
    h('span', { className: 'mark', 'aria-hidden': 'true' }, MARK[kind]),
    h('div', {},
      h('p', { className: 'title' }, TITLE[report.verdict], reason ? h('span', { className: 'reason' }, shown(reason)) : null),
      h('p', { className: 'sub' }, `OpenClaw ${shown(assumed.gateway.version ?? assumed.gateway.rules)}: ${VERDICTS[report.verdict]}.`),
      last ? h('p', { className: 'why' }, h('strong', {}, `${shown(last.question)} ${shown(last.answer)}: `), ...prose(last.because), '.') : null,
      h('p', { className: 'sub' }, shown(`${assumed.client}. ${assumed.connection}`))));
}

/** A button that copies a text; a reader of the screen hears that it did. */
function copyButton(text, label) {
  const button = h('button', { type: 'button', className: 'copy', on: { click: () => void copy() } }, label);
  const said = h('span', { className: 'hidden', role: 'status' });
  async function copy() {
    const done = await navigator.clipboard.writeText(text).then(() => true, () => byHand(text, button));
    button.textContent = said.textContent = done ? 'Copied' : 'Not copied: select it';
    setTimeout(() => {
      button.textContent = label;
      said.textContent = '';
    }, 2000);
  }
  return [button, said];
}

/** Where the clipboard is not given to a page. */
function byHand(text, button) {
  const area = h('textarea', { value: text, className: 'hidden', readOnly: true });
  button.after(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  button.focus();
  return done;
}

/** What is to be copied: for the shell, and as JavaScript where it is ours. */
function copies(steps, javascript) {
  const shell = steps.map(command).filter(Boolean).map((words) => words.join(' ')).join('\n');
  if (shell === '') return [];
  const block = (name, label, text) => h('div', { className: 'copied' }, h('pre', { tabIndex: 0, role: 'group', 'aria-label': name }, shownLines(text)), ...copyButton(text, label));
  return [block('Shell', 'Copy for the shell', shell), ...(javascript ? [block('JavaScript', 'Copy as JavaScript', javascript)] : [])];
}
const shownLines = (text) => text.split('\n').map(shown).join('\n');

/** The steps of a remedy in words, those without a command among them. */
const stepTexts = (steps) => h(steps.length > 1 ? 'ol' : 'div', { className: 'steps' }, ...steps.map(({ text }) => h(steps.length > 1 ? 'li' : 'p', {}, ...prose(text))));

/** A question; `when` says where the path stands to it: on it, past it, or before it. */
function question(branch, steps, when, kind) {
  const lit = steps.length > 0;
  return h('li', { className: `q ${lit ? 'lit' : ''} ${when} ${when === 'ends' ? kind : ''}` },
    h('span', { className: 'ask' }, branch.question),
    lit ? null : h('span', { className: 'hidden' }, ' (not asked)'),
    ...steps.flatMap((step) => [
      h('strong', { className: step.answer.startsWith('no') ? 'answer no' : 'answer' }, shown(step.answer)),
      h('span', { className: 'because' }, ...prose(step.because)),
    ]),
    !lit && branch.end ? h('span', { className: 'leaf', 'aria-hidden': 'true' }, `else ${END[branch.end]}`) : null);
}

/** The tree, lit along the path that was taken; what was not asked is behind a button. */
function tree(branches, report) {
  const { steps, verdict: end } = report;
  const kind = kindOf(report);
  const asked = (branch) => steps.filter((step) => step.question === branch.question);
  const last = branches.findIndex(({ question: text }) => text === steps.at(-1)?.question);
  const leaf = () => h('li', { className: `end ${kind}` }, h('span', { className: 'mark', 'aria-hidden': 'true' }, MARK[kind]), sentence(VERDICTS[end]));
  const items = (wanted) => branches.flatMap((branch, i) => {
    if (!wanted(branch, i)) return [];
    const item = question(branch, asked(branch), i === last ? 'ends' : i < last ? 'past' : 'beyond', kind);
    return i === last ? [item, leaf()] : [item];
  });
  const side = (device, title) => {
    const wanted = (branch) => branch.device === device;
    const taken = branches.some((branch) => wanted(branch) && asked(branch).length > 0);
    return h('div', { className: taken ? 'side taken' : 'side' }, h('h4', {}, title), h('ol', {}, ...items(wanted)));
  };
  const first = branches.findIndex(({ device }) => device !== null);
  const trunk = (from, to) => items((branch, i) => branch.device === null && i >= from && i < to);
  const through = last > branches.findLastIndex(({ device }) => device !== null) ? 'through' : last >= first ? 'into' : '';
  const list = h('ol', { className: 'tree' },
    ...trunk(0, first),
    h('li', { className: `fork ${through}` }, side(true, 'with its device'), side(false, 'without a device')),
    ...trunk(first, branches.length),
    ...(last < 0 ? [leaf()] : []));
  const toggle = h('button', { type: 'button', 'aria-pressed': 'false', on: { click: () => toggle.setAttribute('aria-pressed', String(list.classList.toggle('all'))) } }, 'Show all questions');
  return [toggle, list];
}

/** A place as editors take it: path, line, column. */
const where = ({ path, line, column }) => [path, line, column].filter((part) => part !== undefined).join(':');

const MAX_SHOWN = 120;
/** The line of a place with a mark below its column; null where the text has no such line. */
function frame(text, { line, column = 1 }) {
  const whole = text?.split(/\r\n|\n|\r/)[line - 1];
  if (whole === undefined) return null;
  const from = Math.max(0, Math.min(column - 1, whole.length) - MAX_SHOWN / 2);
  const part = whole.slice(from, from + MAX_SHOWN);
  const head = `${line} │ `;
  return h('pre', { className: 'frame', tabIndex: 0, role: 'group', 'aria-label': `Line ${line}` }, `${head}${shown(part)}\n${' '.repeat(head.length + shown(part.slice(0, column - 1 - from)).length)}^`);
}

/** `text(path)`: what was given of a file; undefined where it was not. */
function findings(list, text) {
  if (list.length === 0) return h('p', { className: 'quiet' }, 'Nothing is wrong in what was given.');
  return h('ul', { className: 'findings' }, ...list.map(({ code, message, hint, place }) =>
    h('li', {},
      h('code', { className: 'code' }, shown(code)),
      h('p', {}, ...prose(message)),
      place ? h('p', { className: 'path' }, shown(where(place)), text(place.path) === undefined ? ' (not given here)' : '') : null,
      place?.line ? frame(text(place.path), place) : null,
      hint ? h('p', { className: 'hint' }, ...prose(hint)) : null)));
}

/** A line for each client, a column for each place; `choose(client, place)` where a cell is pressed. */
function matrix(cells, chosen, choose) {
  const places = [...new Set(cells.map(({ place }) => place))];
  const clients = [...new Set(cells.map(({ client }) => client))];
  const cell = (client, place) => {
    const found = cells.find((one) => one.client === client && one.place === place);
    if (!found) return h('td', {});
    const kind = kindOf(found);
    const words = isOpen(found) ? 'open' : found.reason ?? found.verdict;
    const at = chosen?.client === client && chosen?.place === place;
    const text = [h('span', { 'aria-hidden': 'true' }, `${MARK[kind]} `), shown(words)];
    return h('td', { className: `${kind}${at ? ' at' : ''}` }, choose
      ? h('button', { type: 'button', 'aria-pressed': String(at), 'aria-label': `${client}, ${place}: ${words}`, on: { click: () => choose(client, place) } }, ...text)
      : h('span', {}, ...text));
  };
  return h('table', { className: 'matrix' },
    h('thead', {}, h('tr', {}, h('td', {}), ...places.map((place) => h('th', { scope: 'col' }, shown(place))))),
    h('tbody', {}, ...clients.map((client) => h('tr', {}, h('th', { scope: 'row' }, shown(client)), ...places.map((place) => cell(client, place))))));
}

/** Who asks for what, in a line. */
const asks = ({ kind, deviceId, clientId, platform, remoteIp, roles, scopes, commands, ageMs, expired }) =>
  [clientId ?? 'a client', platform && `on ${platform}`, remoteIp && `from ${remoteIp}`, `asks for ${kind === 'node-surface' ? `commands of a node: ${(commands ?? []).join(', ')}` : [...roles.map((role) => `role ${role}`), ...scopes].join(', ')};`,
    `device ${deviceId.slice(0, 12)}…, ${Math.round(ageMs / 1000)} s ago${expired ? ', expired' : ''}`].filter(Boolean).map(shown).join(' ');

/** Which versions are open and which are not, as a strip; `at` is the chosen one. */
function strip(kinds, at) {
  return kinds.map((kind, i) => h('span', { className: ['cell', kind ?? 'wait', i === at && 'at'].filter(Boolean).join(' ') }));
}

/** The same in words: runs of versions behind the wall. */
function ranges(versions, kinds) {
  const runs = [];
  kinds.forEach((kind, i) => {
    if (runs.at(-1)?.kind === kind) runs.at(-1).to = i;
    else runs.push({ kind, from: i, to: i });
  });
  const until = (to) => (to + 1 < versions.length ? `to just before ${versions[to + 1]}` : 'to the newest');
  const walls = runs.filter(({ kind }) => kind === 'wall').map(({ from, to }) => `${versions[from]} ${until(to)}`);
  if (kinds.includes('unknown')) return 'Some versions cannot be told.';
  return walls.length === 0 ? 'Open in every version.' : `The wall stands from ${walls.join('; from ')}.`;
}

/** A line of a diff; within it what differs from `other` is marked. */
function line(sign, text, other) {
  const [tag, mark] = sign === '+' ? ['ins', 'added'] : sign === '-' ? ['del', 'removed'] : ['span'];
  const parts = mark === undefined || other === undefined ? [shown(text)]
    : diffWordsWithSpace(...(sign === '+' ? [other, text] : [text, other])).filter((part) => part[mark] || !(part.added || part.removed))
      .map((part) => (part[mark] ? h('mark', {}, shown(part.value)) : shown(part.value)));
  return h(tag, {}, `${sign} `, ...parts, '\n');
}

/** `[sign, line]` pairs as blocks, one a file; lines that take each other's place are compared. */
function diff(pairs) {
  const blocks = [];
  for (let i = 0; i < pairs.length; i += 1) {
    const [sign, text] = pairs[i];
    if (sign === '@') {
      blocks.push(h('div', { className: 'file' }, h('h4', {}, shown(text))), h('pre', { className: 'diff', tabIndex: 0, role: 'group', 'aria-label': `Changes of ${text}` }));
      continue;
    }
    const run = (wanted, from) => {
      let to = from;
      while (pairs[to]?.[0] === wanted) to += 1;
      return pairs.slice(from, to).map(([, one]) => one);
    };
    const gone = sign === '-' ? run('-', i) : [];
    const come = run('+', i + gone.length);
    if (gone.length + come.length === 0) blocks.at(-1).append(line(' ', text));
    else {
      blocks.at(-1).append(...gone.map((one, at) => line('-', one, come[at])), ...come.map((one, at) => line('+', one, gone[at])));
      i += gone.length + come.length - 1;
    }
  }
  return blocks;
}

module.exports = { TITLE, where, frame, verdict, copies, stepTexts, tree, findings, matrix, asks, strip, ranges, diff, kindOf };
