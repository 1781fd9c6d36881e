'use strict';

// The page: what was given, what was chosen, and when to ask the core again.

const { CLIENTS, PLACES, refusedIn } = require('../../openclaw-prepair/lib/cli/connections.js');
const { isOpen } = require('../../openclaw-prepair/lib/cli/show.js');
const core = require('./core.js');
const database = require('./database.js');
const { byId, h, prose, say, shown } = require('./dom.js');
const { NO_FOLDER, bytesOf, dropped, itemsOf } = require('./drop.js');
const { EXAMPLES, SCHEMA } = require('./examples.js');
const { BASICS, DETAILS, FIELDS, FILES, NAMES } = require('./fields.js');
const foreign = require('./foreign.js');
const intake = require('./intake.js');
const { javascript } = require('./javascript.js');
const link = require('./link.js');
const view = require('./view.js');

/** The user_version of the first database with pairing: whatever came later takes it. */
const FIRST_SCHEMA = 15;

/** `sources`: of a text whose tokens were not kept, where it can be read again; null where nowhere. */
const nobody = () => ({ texts: { config: null, paired: null, pending: null, device: null }, sources: {}, log: null, report: null, rows: null, database: null, wal: null, whole: true });
/** What the user gave; an example stands before it and leaves it as it is. */
let own = nobody();
let example = null;
/** What is judged: `own`, or what the example gives. */
let held = own;
/** What the intake had to say of a kind, until it changes. */
const messages = {};
let map;
/** Counts changes: what was begun for an older state gives up. */
let turn = 0;
let timer;
let urls = [];
/** The database of `held.rows`, ready to be asked. */
let store = null;

const field = (name) => byId(`detail-${name}`);
const detail = (name) => field(name).value.trim();
const version = () => byId('version').value.trim();
const newest = () => map.versions.at(-1);

/** The connection as `diagnose` takes it. */
function connection() {
  const place = PLACES[detail('place')] ?? {};
  const given = Object.fromEntries(['client', 'method', 'auth', 'remoteAddress', 'host', 'origin'].map((name) => [name, detail(name)]).filter(([, value]) => value));
  const scopes = detail('scopes').split(/[\s,]+/).filter(Boolean);
  return {
    ...place, ...given,
    ...(detail('device') && { presentsDevice: detail('device') === 'yes' }),
    ...(detail('forwardedFor') && { headers: { 'X-Forwarded-For': detail('forwardedFor') } }),
    ...(scopes.length > 0 && { scopes }),
    ...(held.log && { log: held.log }),
  };
}

const encoder = new TextEncoder();
/** The state that the core looks at. The identity is judged by its public key alone. */
const given = () => ({
  files: Object.fromEntries(['config', 'paired', 'pending'].filter((name) => held.texts[name] !== null).map((name) => [core.PLACES[name], encoder.encode(held.texts[name])])),
  store,
});

/** What was given of a file; undefined where it was not. A database has no lines. */
const textOf = (path) => (path === core.DATABASE && store ? '' : held.texts[Object.keys(core.PLACES).find((name) => core.PLACES[name] === path)] ?? undefined);

/** `{ key?, error?, place? }` of the identity's field. */
function identity() {
  const text = held.texts.device;
  if (text === null) return {};
  const key = intake.publicKey(text);
  if (key === null) {
    // The core says where JSON breaks off; that the private key is missing is as it should be.
    if (intake.parsed(text) !== undefined) return { error: 'There is no publicKeyPem or publicKey in it.' };
    const path = core.PLACES.device;
    const { findings } = core.diagnose({ files: { [path]: encoder.encode(text) }, store: null }, newest(), {});
    const found = placed(findings, path);
    return { error: found?.message ?? 'That is no JSON.', place: found?.place };
  }
  try {
    core.diagnose({ files: {}, store: null }, newest(), {}, key);
    return { key };
  } catch (error) {
    if (error.code !== 'ERR_PREPAIR_KEY') throw error;
    return { error: `${error.message} ${error.hint}` };
  }
}

/** What the core found in a file at a line. */
const placed = (findings, path) => findings.find(({ place }) => place?.path === path && place.line !== undefined);

/** The message at a file's field, with the line that it is about. */
function tell(name, { error, note, place } = {}) {
  say(`error-${name}`, error ? `${error}${place ? ` (line ${place.line}, column ${place.column})` : ''}` : '');
  say(`note-${name}`, note ?? '');
  byId(`frame-${name}`).replaceChildren(...[place && view.frame(held.texts[name], place)].filter(Boolean));
  byId(`field-${name}`).setAttribute('aria-invalid', String(Boolean(error)));
  byId('given').querySelector(`[data-kind=${name}]`)?.classList.toggle('bad', Boolean(error));
}

/** Shows in the fields and in the list what is held. */
function showHeld() {
  for (const name of Object.keys(FILES)) {
    const text = held.texts[name];
    const area = byId(`field-${name}`);
    if (area.value !== (text ?? '').replace(/\r\n?/g, '\n')) area.value = text ?? '';
    byId(`state-${name}`).textContent = text === null ? 'not given' : intake.size(encoder.encode(text).length);
  }
  const items = [
    ...Object.keys(FILES).filter((name) => held.texts[name] !== null).map((name) => [name, FILES[name].name]),
    ...['database', 'wal', 'log', 'report'].filter((name) => (name === 'database' ? held.database ?? held.rows : held[name]) !== null).map((name) => [name, NAMES[name]]),
  ];
  byId('given').replaceChildren(...items.map(([name, title]) => h('li', { 'data-kind': name }, h('code', {}, title), ' ',
    example ? null : h('button', { type: 'button', className: 'plain', 'aria-label': `Remove ${title}`, on: { click: () => remove(name) } }, '✕'))));
  byId('exampled').hidden = example === null;
  byId('no-wal-row').hidden = held.database === null;
  for (const button of byId('symptoms').querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.example === example));
}

function remove(name) {
  delete messages[name];
  if (Object.hasOwn(own.texts, name)) own.texts[name] = null;
  else if (name === 'database') own.database = own.rows = own.wal = null;
  else own[name] = null;
  say('noted', '');
  say('dropped', '');
  void update();
}

/** The user's own takes the place of an example. */
function leaveExample() {
  if (example === null) return;
  example = null;
  held = own;
}

/** Puts a text that was let in to the rest. */
function put(kind, text) {
  leaveExample();
  own.texts[kind] = text.trim() === '' ? null : text;
}

/** Takes a text: one of the files (`source`: where it can be read again), a log line, a report. Gives a message where it is refused. */
function take(kind, text, source = null) {
  const { text: left, masked, error, note } = intake.admitted(kind, text);
  messages[kind] = { error, note };
  if (note) say('noted', note);
  if (left === null) return error;
  if (Object.hasOwn(own.texts, kind)) {
    put(kind, left);
    own.sources[kind] = masked ? source : undefined;
    return undefined;
  }
  leaveExample();
  if (kind === 'log') {
    own.log = refusedIn(left).trim();
    return undefined;
  }
  const value = intake.parsed(left);
  const report = foreign.report(kind === 'bundle' ? value?.report : value);
  if (report === null) return 'That is not a report of `openclaw-prepair doctor --json`.';
  own.report = report;
  if (kind === 'bundle') unbundle(value);
  return undefined;
}

/** What a bundle holds beside its report. Its tokens stayed on the machine, so no edited file can be made of it. */
function unbundle(value) {
  const { texts, tables, connection: described } = foreign.bundle(value, own.report);
  Object.assign(own.texts, texts);
  own.whole = false;
  if (tables) own.rows = { userVersion: FIRST_SCHEMA, schema: SCHEMA, tables };
  for (const name of Object.keys(FIELDS)) field(name).value = described[name] ?? '';
  byId('version').value = own.report.assumed.gateway.version ?? newest();
}

const NONE = 'is none of the files that this page reads: the gateway’s four files, its database with the -wal, a line of its log, a report of `openclaw-prepair doctor --json`.';

/** One thing that came in: bytes, or the text that was pasted. Gives a message where it is refused. */
async function receive({ name, source }, bytes, kind) {
  const binary = kind ? null : intake.kindOfBytes(bytes, name);
  if (binary === 'beside') return undefined;
  if (binary === 'journal') return `${name} is what a killed writer left unfinished. Start the gateway once, stop it, and give its database again.`;
  if (binary === 'database') {
    leaveExample();
    Object.assign(own, { database: bytes, rows: null });
    return undefined;
  }
  if (binary === 'wal') {
    leaveExample();
    own.wal = bytes;
    return undefined;
  }
  if (bytes.length === 0) return `${name} is empty.`;
  const large = intake.tooLarge(bytes.length);
  if (large) {
    // of a log that is as long as logs are, its end is looked at
    const line = kind ? undefined : refusedIn(intake.end(bytes));
    return line === undefined ? large : take('log', line);
  }
  const text = intake.decoded(bytes);
  if (text === null) return `${name} is no text in UTF-8 and no database. Nothing of it was kept.`;
  const what = kind ?? intake.kindOfText(text, name);
  if (what === 'cached') return `${name} holds the tokens of a client. Nothing of it was kept.`;
  return what === null ? `${name} ${intake.holdsPrivateKey(text) ? 'holds a private key. It was recognised, and nothing of it was kept' : NONE.replace(/\.$/, '')}.` : take(what, text, source);
}

/** Several things at once: `{ name, size, bytes(), source? }`. `alone`: all that a folder holds, so that a -wal that isn't among them isn't there. */
async function receiveAll(items, { kind, alone = false } = {}) {
  atRest(false);
  say('dropped', '');
  say('noted', '');
  const problems = [];
  for (const item of items) {
    const problem = intake.tooLarge(item.size, intake.MAX_DATABASE) ?? await item.bytes().then((bytes) => receive(item, bytes, kind), () => `${item.name} cannot be read.`);
    if (problem) problems.push(problem);
  }
  problems.push(...await openDatabase(alone));
  say('dropped', problems.join(' '));
  await update();
}

/** Reads the database once all is there that tells what it holds; then its bytes are let go. */
async function openDatabase(alone) {
  if (own.database === null) return own.wal === null ? [] : ['A -wal says nothing without its database: give `openclaw.sqlite` too.'];
  if (own.wal === null && !alone && database.wantsLog(own.database, null)) return [];
  try {
    const { data, store: opened } = await database.opened(own.database, own.wal);
    opened.close();
    own.rows = data;
    return [];
  } catch (error) {
    return [`${error.message} ${error.hint ?? ''}`];
  } finally {
    own.database = own.wal = null;
  }
}

/** Whether what is shown belongs to what was given. */
const atRest = (rests) => {
  document.documentElement.dataset.ready = String(rests);
};

/** Asks again when the hand rests. */
function soon() {
  atRest(false);
  clearTimeout(timer);
  timer = setTimeout(() => void update(), 120);
}

/** The state as a link; `push`: as a step to go back to. */
function remember(push) {
  const connection = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, intake.mayBeSecret(detail(name)) ? '' : detail(name)]));
  const hash = link.written({ version: version() === newest() || intake.mayBeSecret(version()) ? '' : version(), example, connection: example ? differing(connection) : connection }, Object.keys(FIELDS));
  if (hash === location.hash) return;
  history[push ? 'pushState' : 'replaceState'](null, '', hash || location.pathname + location.search);
}

/** Of an example's connection what was changed. */
const differing = (connection) => Object.fromEntries(Object.entries(connection).map(([name, value]) => [name, value === (EXAMPLES[example].connection[name] ?? '') ? '' : value]));

const known = (name, value) => (name === 'example' ? Object.hasOwn(EXAMPLES, value) : FIELDS[name]?.options ? Object.hasOwn(FIELDS[name].options, value) : true);

/** Goes where a link says. */
async function follow() {
  const state = link.read(location.hash, Object.keys(FIELDS), known);
  if (state.example) choose(state.example);
  else {
    example = null;
    held = own;
    for (const name of Object.keys(FIELDS)) field(name).value = '';
  }
  for (const [name, value] of Object.entries(state.connection)) if (value) field(name).value = value;
  if (state.version) byId('version').value = state.version;
  else if (!state.example) byId('version').value = newest();
  byId('more').open = Object.keys(DETAILS).some((name) => state.connection[name]);
  await update({ linked: true });
}

/** Takes an example's place. */
function choose(id) {
  const { version: named, connection: described, given: made } = EXAMPLES[id];
  const { database: rows = null, ...texts } = made(Date.now());
  example = id;
  held = { ...nobody(), texts: { ...nobody().texts, ...texts }, rows };
  byId('version').value = named ?? newest();
  for (const name of Object.keys(FIELDS)) field(name).value = described[name] ?? '';
  say('dropped', '');
  say('noted', '');
}

const forget = () => {
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
};

/** Shows nothing but this. */
function clearAnswer({ nothing = false } = {}) {
  forget();
  byId('nothing').hidden = !nothing;
  byId('said').hidden = true;
  byId('brief').hidden = true;
  for (const id of ['verdict', 'remedy', 'waiting', 'findings', 'matrix', 'strip', 'tree']) byId(id).replaceChildren();
  say('ranges', '');
}

/** A report alone tells nothing of another connection or version. */
const onlyReport = () => held.report !== null && Object.values(held.texts).every((text) => text === null) && held.rows === null;

const nothingGiven = () => Object.values(held.texts).every((text) => text === null) && [held.log, held.report, held.rows, held.database].every((one) => one === null);

async function update({ push = false, linked = false } = {}) {
  clearTimeout(timer);
  const mine = (turn += 1);
  store?.close();
  store = null;
  if (held.rows) {
    const opened = await database.stored(held.rows);
    if (turn !== mine) return opened.close();
    store = opened;
  }
  showHeld();
  if (!linked) remember(push);
  const { key, error, place } = identity();
  for (const name of Object.keys(FILES)) tell(name, { ...messages[name], ...(name === 'device' && error && { error, place }) });
  say('version-error', '');
  say('connection-error', '');
  byId('version').setAttribute('aria-invalid', 'false');
  atRest(true);
  // A version that is none is said even where nothing else is given.
  try {
    core.diagnose({ files: {}, store: null }, version() || 'auto', {});
    if (version() === '') throw Object.assign(new Error('Which version?'), { hint: 'Give it as `openclaw --version` prints it.' });
  } catch (refused) {
    byId('version').setAttribute('aria-invalid', 'true');
    say('version-error', `${refused.message} ${refused.hint ?? ''}`);
    return clearAnswer();
  }
  if (nothingGiven()) return clearAnswer({ nothing: true });
  if (held.database !== null) {
    clearAnswer();
    byId('verdict').replaceChildren(h('div', { className: 'verdict unknown' }, h('span', { className: 'mark', 'aria-hidden': 'true' }, '?'), h('div', {},
      h('p', { className: 'title' }, 'Its -wal is missing'),
      h('p', {}, ...prose('This database is in write-ahead mode, and nothing here tells whether what was written last is in it. Give `openclaw.sqlite-wal` from the same folder too.')))));
    return undefined;
  }
  if (error) return clearAnswer();
  const described = connection();
  let diagnosis;
  try {
    diagnosis = held.report && (!held.touched || onlyReport()) ? held.report : core.diagnose(given(), version(), described, key);
  } catch (refused) {
    say('connection-error', [refused.message, refused.hint].filter(Boolean).join(' '));
    return clearAnswer();
  }
  for (const name of ['config', 'paired', 'pending']) {
    const found = placed(diagnosis.findings, core.PLACES[name]);
    if (found) tell(name, { ...messages[name], error: found.message, place: found.place });
  }
  render(diagnosis, { described, key });
  if (!onlyReport()) void fill(mine, described, key);
  return undefined;
}


/** The answer, from its verdict to the path that led there. */
function render(diagnosis, asked) {
  forget();
  const pasted = diagnosis === held.report;
  byId('nothing').hidden = true;
  byId('said').hidden = false;
  byId('verdict').replaceChildren(...(diagnosis.verdict === null ? [] : [view.verdict(diagnosis)]));
  const brief = byId('brief');
  brief.className = `brief ${diagnosis.verdict === null ? 'unknown' : view.kindOf(diagnosis)}`;
  brief.textContent = diagnosis.verdict === null ? 'A report' : view.TITLE[diagnosis.verdict];
  remedy(byId('remedy'), diagnosis, { ...asked, pasted });
  waiting(diagnosis.waiting, { ...asked, pasted });
  byId('findings-part').hidden = diagnosis.findings.length === 0;
  byId('findings').replaceChildren(view.findings(diagnosis.findings, textOf));
  byId('tree-part').hidden = diagnosis.steps.length === 0;
  byId('tree').replaceChildren(...(diagnosis.steps.length === 0 ? [] : view.tree(map.tree, diagnosis)));
  byId('matrix-part').hidden = byId('versions-part').hidden = onlyReport();
  if (pasted && diagnosis.cells.length > 0) {
    byId('matrix-part').hidden = false;
    byId('matrix').replaceChildren(view.matrix(diagnosis.cells, null, null));
  }
}

/** A command for the machine itself: without the state dir that this page stands for. */
const bare = (argv) => argv.filter((word, at) => !(word === '--state-dir' && argv[at + 1] === core.STATE_DIR) && !(argv[at - 1] === '--state-dir' && word === core.STATE_DIR));
const elsewhere = (steps) => steps.map((step) => (step.argv ? { ...step, argv: bare(step.argv) } : step));
const ours = (steps) => steps.filter(({ by, argv }) => by === 'openclaw-prepair' && argv !== undefined).map(({ argv }) => argv);

function remedy(box, diagnosis, asked) {
  const found = diagnosis.remedy;
  box.hidden = !found;
  box.replaceChildren();
  if (!found) return;
  box.append(h('h3', { id: 'remedy-title' }, found.opens ? 'This opens it' : view.kindOf(diagnosis) === 'wall' ? 'Nothing here opens it for sure' : 'What to do'), ...commands(found.steps, asked, found.opens));
}

/** What to copy, in words, and the files as these commands would leave them. */
function commands(steps, asked, opens) {
  const shortened = elsewhere(steps);
  const mine = ours(steps);
  const out = h('div', { className: 'edited', tabIndex: -1 });
  const whole = mine.length > 0 && mine.length === steps.length && !asked.pasted && held.whole;
  return [
    ...view.copies(shortened, mine.length > 0 && javascript(ours(shortened), core.meant)),
    view.stepTexts(shortened),
    whole && opens !== false ? h('p', {}, h('button', { type: 'button', on: { click: () => void edit(out, mine, asked) } }, 'Show the edited files')) : null,
    out,
  ].filter(Boolean);
}

function waiting(list, asked) {
  const box = byId('waiting');
  box.hidden = list.length === 0;
  box.replaceChildren(h('h3', { id: 'waiting-title' }, 'Waiting for approval'), h('ul', { className: 'waiting' }, ...list.map((request) => {
    const out = h('div', { tabIndex: -1 });
    const step = { by: 'openclaw-prepair', text: 'Approves this request, as its owner would. Do it only if you know the device.', argv: ['devices', 'approve', request.requestId, ...(asked.pasted ? [] : ['--state-dir', core.STATE_DIR, '--gateway-version', version()])] };
    const open = () => {
      out.replaceChildren(...commands([step], asked));
      out.focus();
    };
    return h('li', {}, h('p', {}, view.asks(request)), h('button', { type: 'button', 'aria-label': `Approve ${shown(request.requestId)}`, on: { click: open } }, 'Approve…'), out);
  })));
}

function download({ path, content }) {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  urls.push(url);
  const name = path.split('/').at(-1);
  return h('a', { className: 'button', href: url, download: name }, `Download ${name}`);
}

/** The files with their tokens, read again from where they were given; `lost`: those that cannot be. */
async function originals() {
  const { files } = given();
  const lost = [];
  for (const [name, source] of Object.entries(held.sources)) {
    if (source === undefined) continue;
    if (source === null) {
      lost.push(core.PLACES[name]);
      continue;
    }
    const text = intake.decoded(await bytesOf(source));
    if (text === null || intake.masked(text) !== held.texts[name]) throw new Error(`${FILES[name].name} has changed since it was given. Give it again.`);
    files[core.PLACES[name]] = encoder.encode(text);
  }
  return { files, lost };
}

/** Lets the page answer before more is done. */
const breath = () => new Promise((resolve) => { setTimeout(resolve); });

/** The state after these commands, as a diff and as files. */
async function edit(box, list, { described, key }) {
  forget();
  let trial = null;
  try {
    trial = held.rows && await database.stored(held.rows);
    const { files, lost } = await originals();
    const { after, plans, written, reports } = core.play({ files, store: trial }, list);
    await breath();
    const diff = core.diff(plans);
    await breath();
    const named = reports.map(({ publicKey }) => publicKey).findLast(Boolean);
    const verdict = core.diagnose(after, version(), described, key ?? (held.rows ? undefined : named));
    const saved = written.filter(({ path }) => !lost.includes(path));
    const secret = saved.some(({ path }) => path === core.PLACES.device);
    const warnings = reports.flatMap((report) => report.warnings);
    box.replaceChildren(
      ...(isOpen(verdict) ? [h('p', { className: 'note' }, 'With these edits the connection is open.')] : []),
      ...(diff.length === 0 ? [h('p', {}, 'There is nothing to change.')] : [h('p', { className: 'quiet' }, 'Keys and tokens are hidden here, not in the files.'), ...view.diff(diff)]),
      ...(saved.length < written.length ? [h('p', { className: 'note' }, 'A text that was pasted had tokens, which were not kept. For its edited form give the file itself, or run the command.')] : []),
      ...(saved.length > 0 ? [
        h('p', { className: 'row' }, ...saved.map(download)),
        h('p', { className: 'quiet' }, ...prose(`Put them back into \`~/.openclaw\`, readable by their owner alone (mode 600).${secret ? ' device.json holds the new private key: it was made here and is nowhere else.' : ''}`)),
        h('p', {}, h('button', { type: 'button', on: { click: () => adopt(after.files) } }, 'Go on with these files')),
      ] : []),
      ...(warnings.length > 0 ? [h('h4', {}, 'Good to know'), view.findings(warnings, textOf)] : []),
    );
  } catch (error) {
    box.replaceChildren(h('p', { className: 'error', role: 'alert' }, ...prose([error.message, error.place && `(${view.where(error.place)})`, error.hint].filter(Boolean).join(' '))));
  } finally {
    trial?.close();
  }
  box.focus();
}

/** Puts the edited files into the fields. */
function adopt(files) {
  own = { ...held, texts: { ...held.texts }, sources: {} };
  example = null;
  held = own;
  for (const [name, path] of Object.entries(core.PLACES)) {
    if (files[path]) take(name, new TextDecoder('utf-8', { ignoreBOM: true }).decode(files[path]));
    else if (name !== 'device') own.texts[name] = null;
  }
  void update({ push: true });
  byId('answer').focus();
}

/** Asks for every client and place, then for every version, in slices that leave the page free. */
async function fill(mine, described, key) {
  let since = performance.now();
  const free = async () => {
    if (performance.now() - since >= 12) {
      await breath();
      since = performance.now();
    }
    return turn === mine;
  };
  // What is typed meanwhile belongs to the next turn.
  const [state, asked] = [given(), version()];
  const judged = (at, how) => core.diagnose(state, at, how, key);
  const place = detail('place') || (held.log || detail('remoteAddress') || detail('forwardedFor') ? null : 'direct');
  const chosen = place && { client: detail('client') || 'agent', place };
  const cells = [];
  for (const client of CLIENTS) {
    for (const [from, how] of Object.entries(PLACES)) {
      const { verdict, reason } = judged(asked, chosen?.client === client && chosen?.place === from ? described : { client, ...how });
      cells.push({ client, place: from, verdict, reason });
      if (!await free()) return;
    }
  }
  byId('matrix').replaceChildren(view.matrix(cells, chosen, (client, from) => {
    for (const name of Object.keys(FIELDS)) field(name).value = '';
    field('client').value = client;
    field('place').value = from;
    held.touched = true;
    void update({ push: true });
    byId('answer').focus();
  }));
  const { at } = core.map(asked);
  byId('slider').value = String(at);
  const kinds = [];
  for (const one of map.versions) {
    kinds.push(view.kindOf(judged(one, described)));
    if (!await free()) return;
  }
  byId('slider').setAttribute('aria-valuetext', `${asked}: ${kinds[at]}`);
  byId('strip').replaceChildren(...view.strip(kinds, at));
  say('ranges', view.ranges(map.versions, kinds));
}

function pasted(event, kind) {
  const { files } = event.clipboardData;
  // Looked at before it gets into a field: what must not stay would otherwise stay in its history.
  event.preventDefault();
  if (files.length > 0) return void receiveAll(itemsOf(files), { kind });
  const area = event.target;
  const text = event.clipboardData.getData('text/plain');
  if (text === '') return undefined;
  const whole = kind === undefined || example !== null || area.value === '' || (area.selectionStart === 0 && area.selectionEnd === area.value.length);
  const inserted = whole ? text : `${area.value.slice(0, area.selectionStart)}${text}${area.value.slice(area.selectionEnd)}`;
  return void receiveAll([{ name: 'That', size: 0, bytes: async () => encoder.encode(inserted) }], { kind });
}

/** What is typed into a field. */
function edited(kind) {
  const area = byId(`field-${kind}`);
  const error = area.value === '' ? undefined : take(kind, area.value);
  if (area.value === '') put(kind, '');
  if (error) {
    // What is still being typed of a key goes nowhere.
    own.texts[kind] = null;
    area.value = '';
    area.blur();
  }
  soon();
}

function drops() {
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle('over', depth > 0);
  };
  document.addEventListener('dragenter', () => over(1));
  document.addEventListener('dragleave', () => over(-1));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    over(-Infinity);
    const text = event.dataTransfer.getData('text/plain');
    const one = event.dataTransfer.files.length === 1 ? event.target.closest?.('[data-field]')?.dataset.field : undefined;
    if (event.dataTransfer.files.length > 0) void dropped(event.dataTransfer).then(({ items, alone }) => receiveAll(items, { alone, kind: items.length === 1 ? one : undefined }), () => say('dropped', NO_FOLDER));
    else if (text) void receiveAll([{ name: 'That', size: 0, bytes: async () => encoder.encode(text) }]);
  });
}

function fileField(name, { name: title, about }) {
  const area = h('textarea', {
    id: `field-${name}`, rows: 4, spellcheck: false, autocomplete: 'off', wrap: 'off', 'aria-describedby': `about-${name} error-${name} note-${name}`,
    on: { paste: (event) => pasted(event, name), input: () => edited(name) },
  });
  return h('div', { className: 'field', 'data-field': name },
    h('div', { className: 'row' }, h('label', { htmlFor: `field-${name}` }, title), h('span', { id: `state-${name}`, className: 'state' }, 'not given')),
    h('p', { id: `about-${name}`, className: 'quiet' }, about),
    area,
    h('p', { id: `error-${name}`, className: 'error', role: 'alert' }),
    h('div', { id: `frame-${name}` }),
    h('p', { id: `note-${name}`, className: 'note', role: 'status' }));
}

function build() {
  byId('symptoms').append(...Object.entries(EXAMPLES).map(([id, { title }]) => h('li', {}, h('button', {
    type: 'button', 'data-example': id, 'aria-pressed': 'false',
    on: { click: () => { choose(id); void update({ push: true }).then(() => byId('answer').focus()); } },
  }, ...prose(title)))));
  byId('fields').append(...Object.entries(FILES).map(([name, about]) => fileField(name, about)));
  const changed = (push) => ({ target }) => {
    held.touched = true;
    if (intake.holdsPrivateKey(target.value)) {
      target.value = '';
      say('dropped', 'That was a private key. It was recognised and not kept.');
    }
    if (push) void update({ push: true });
    else soon();
  };
  const inputs = (fields) => Object.entries(fields).map(([name, { label, options, placeholder }]) =>
    h('label', {}, h('span', {}, label), options
      ? h('select', { id: `detail-${name}`, on: { change: changed(true) } }, ...Object.entries(options).map(([value, text]) => h('option', { value }, text)))
      : h('input', { id: `detail-${name}`, type: 'text', placeholder, autocomplete: 'off', spellcheck: false, maxLength: 200, on: { input: changed(false) } })));
  byId('basics').append(
    h('label', {}, h('span', {}, 'OpenClaw version'), h('input', { id: 'version', type: 'text', inputMode: 'decimal', autocomplete: 'off', spellcheck: false, maxLength: 200, list: 'known', 'aria-describedby': 'version-error', on: { input: changed(false) } })),
    h('datalist', { id: 'known' }, ...map.versions.map((value) => h('option', { value }))),
    ...inputs(BASICS));
  byId('details').append(...inputs(DETAILS));
  const slider = byId('slider');
  slider.max = String(map.versions.length - 1);
  byId('strip').style.setProperty('--n', String(map.versions.length));
  slider.addEventListener('input', () => {
    byId('version').value = map.versions[Number(slider.value)];
    held.touched = true;
    soon();
  });
  [byId('oldest').textContent, byId('newest').textContent] = [map.versions[0], newest()];
  byId('paste').addEventListener('paste', (event) => pasted(event));
  byId('paste').addEventListener('change', ({ target }) => {
    const text = target.value;
    target.value = '';
    if (text.trim() !== '') void receiveAll([{ name: 'That', size: 0, bytes: async () => encoder.encode(text) }]);
  });
  byId('no-wal').addEventListener('click', () => void receiveAll([], { alone: true }));
  byId('clear').addEventListener('click', () => {
    example = null;
    held = own = nobody();
    for (const name of Object.keys(messages)) delete messages[name];
    for (const name of Object.keys(FIELDS)) field(name).value = '';
    say('dropped', '');
    say('noted', '');
    void update({ push: true });
  });
  byId('choose').addEventListener('change', (event) => {
    void receiveAll(itemsOf(event.target.files));
    event.target.value = '';
  });
  drops();
  addEventListener('popstate', () => void follow());
  // Where the answer is out of sight, its short form is in sight.
  new IntersectionObserver(([{ isIntersecting }]) => { byId('brief').hidden = isIntersecting || byId('said').hidden; }).observe(byId('answer'));
}

async function main() {
  try {
    await core.init();
    map = core.map();
  } catch (error) {
    byId('verdict').append(h('p', { className: 'error', role: 'alert' }, `This browser cannot run the core: ${error.message}`));
    return;
  }
  build();
  await follow();
}

void main();
