'use strict';

// What the core said, as elements.

const { VERDICTS } = require('../../openclaw-prepair/lib/cli/show.js');
const { h, prose, shown } = require('./dom.js');

const KIND = { open: 'open', 'silent-approval': 'open', 'pairing-required': 'wall', rejected: 'wall', unknown: 'unknown', 'no-gateway': 'unknown' };
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

const kindOf = ({ verdict }) => KIND[verdict];

/** A sentence with a capital. */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function verdict(diagnosis, version) {
  const kind = kindOf(diagnosis);
  const last = diagnosis.steps.at(-1);
  const why = kind === 'wall' && last ? [h('p', { className: 'why' }, h('strong', {}, `${last.question} ${shown(last.answer)}: `), ...prose(last.because), '.')] : [];
  return h('div', { className: `verdict ${kind}` },
    h('span', { className: 'mark', 'aria-hidden': 'true' }, MARK[kind]),
    h('div', {},
      h('p', { className: 'title' }, TITLE[diagnosis.verdict], diagnosis.reason ? h('span', { className: 'reason' }, diagnosis.reason) : null),
      h('p', { className: 'sub' }, `OpenClaw ${version}: ${VERDICTS[diagnosis.verdict]}.`),
      ...why));
}

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

/** The whole tree, lit along the path that was taken up to what it came to. */
function tree(branches, { steps, verdict: end }) {
  const kind = KIND[end];
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
  return h('ol', { className: 'tree' },
    ...trunk(0, first),
    h('li', { className: `fork ${through}` }, side(true, 'with its device'), side(false, 'without a device')),
    ...trunk(first, branches.length),
    ...(last < 0 ? [leaf()] : []));
}

/** A place as editors take it: path, line, column. */
const where = ({ path, line, column }) => [path, line, column].filter((part) => part !== undefined).join(':');

/** `given(path)`: whether the user gave that file. */
function findings(list, given) {
  if (list.length === 0) return h('p', { className: 'quiet' }, 'Nothing is wrong in these files.');
  return h('ul', { className: 'findings' }, ...list.map(({ code, message, hint, place }) =>
    h('li', {},
      h('code', { className: 'code' }, code),
      h('p', {}, ...prose(message)),
      place ? h('p', { className: 'path' }, shown(where(place)), given(place.path) ? '' : ' (not given here, so taken as absent)') : null,
      hint ? h('p', { className: 'hint' }, ...prose(hint)) : null)));
}

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
  if (kinds.includes('unknown')) return 'Some versions cannot be told: a file cannot be read.';
  return walls.length === 0 ? 'Open in every version.' : `The wall stands from ${walls.join('; from ')}.`;
}

function diff(lines) {
  const blocks = [];
  for (const [sign, line] of lines) {
    if (sign === '@') blocks.push(h('div', { className: 'file' }, h('h4', {}, shown(line))), h('pre', { tabIndex: 0, role: 'group', 'aria-label': `Changes of ${line}` }));
    else {
      const kind = { '+': 'ins', '-': 'del' }[sign] ?? 'span';
      blocks.at(-1).append(h(kind, {}, `${sign} ${shown(line)}\n`));
    }
  }
  return blocks;
}

module.exports = { TITLE, where, verdict, tree, findings, strip, ranges, diff, kindOf };
