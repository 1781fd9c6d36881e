'use strict';

// The page: what was given, what was chosen, and when to ask the core again.

const core = require('./core.js');
const { byId, h, prose } = require('./dom.js');
const example = require('./example.js');
const intake = require('./intake.js');
const view = require('./view.js');
const { command } = require('../../openclaw-prepair/lib/cli/show.js');

const FIELDS = {
  config: { name: 'openclaw.json', about: 'JSON5, as it is' },
  paired: { name: 'paired.json', about: 'devices/paired.json' },
  pending: { name: 'pending.json', about: 'devices/pending.json' },
  device: { name: 'device.json', about: 'identity/device.json without its private key, or the public key alone' },
};
const FORWARDED = '203.0.113.9';
const PRESETS = {
  agent: { title: 'Agent on loopback', about: 'the agent’s cron tool, on the gateway’s machine', client: 'agent', method: 'cron.add' },
  cli: { title: 'CLI on loopback', about: 'openclaw cron list, on the gateway’s machine', client: 'cli', method: 'cron.list' },
  proxy: { title: 'Behind the sandbox’s proxy', about: 'the agent, through a proxy that adds X-Forwarded-For', client: 'agent', method: 'cron.add', forwardedFor: FORWARDED },
  remote: { title: 'Remote function', about: 'presents its own device, comes in through the sandbox’s proxy', client: 'agent', method: 'cron.add', device: 'yes', remoteAddress: '172.16.0.7', forwardedFor: FORWARDED },
  custom: { title: 'Something else', about: 'as described below' },
};
const choice = (label, options) => ({ label, options });
const DETAILS = {
  client: choice('Client', { agent: 'the agent’s tool', cli: 'the command line' }),
  method: { label: 'Method', placeholder: 'cron.list' },
  device: choice('Presents its device', { '': 'as this version does', yes: 'yes', no: 'no' }),
  auth: choice('Authenticates with', { '': 'what the config asks for', token: 'the gateway’s token', password: 'the gateway’s password', 'device-token': 'its device token', none: 'nothing' }),
  remoteAddress: { label: 'Peer address', placeholder: '127.0.0.1' },
  forwardedFor: { label: 'X-Forwarded-For', placeholder: 'not sent' },
  host: { label: 'Host', placeholder: '127.0.0.1:18789' },
  origin: { label: 'Origin', placeholder: 'not sent' },
  scopes: { label: 'Scopes, by commas', placeholder: 'as this client asks' },
};

/** The text that each field holds; null where it holds none. */
const texts = { config: null, paired: null, pending: null, device: null };
/** What the intake had to say of a field, until it changes. */
const messages = {};
/** What the fields hold is the example. */
let exampled = false;
let map;
/** Counts changes: what was begun for an older state gives up. */
let turn = 0;
let timer;
let urls = [];

const detail = (name) => byId(`detail-${name}`).value.trim();

/** The connection as `diagnose` takes it. */
function connection() {
  const given = Object.fromEntries(['client', 'method', 'auth', 'remoteAddress', 'host', 'origin'].map((name) => [name, detail(name)]).filter(([, value]) => value));
  const scopes = detail('scopes').split(/[\s,]+/).filter(Boolean);
  return {
    ...given,
    ...(detail('device') && { presentsDevice: detail('device') === 'yes' }),
    ...(detail('forwardedFor') && { headers: { 'X-Forwarded-For': detail('forwardedFor') } }),
    ...(scopes.length > 0 && { scopes }),
  };
}

/** The files that were given, by their places. The identity is judged by its public key alone. */
function files() {
  const encoder = new TextEncoder();
  return Object.fromEntries(['config', 'paired', 'pending'].filter((name) => texts[name] !== null).map((name) => [core.PLACES[name], encoder.encode(texts[name])]));
}

/** `{ key?, error? }` of the identity's field. */
function identity(version) {
  if (texts.device === null) return {};
  const key = intake.publicKey(texts.device);
  if (key === null) {
    // The core says where JSON breaks off; that the private key is missing is as it should be.
    if (intake.parsed(texts.device) !== undefined) return { error: 'There is no publicKeyPem or publicKey in it.' };
    const path = core.PLACES.device;
    const { findings } = core.diagnose({ [path]: new TextEncoder().encode(texts.device) }, version, {});
    return { error: placed(findings, path) ?? 'That is no JSON.' };
  }
  try {
    core.diagnose({}, version, {}, key);
    return { key };
  } catch (error) {
    if (error.code !== 'ERR_PREPAIR_KEY') throw error;
    return { error: `${error.message} ${error.hint}` };
  }
}

const said = new Map();
/** Says it once: what stands there already is not announced again. */
function say(id, text) {
  if (said.get(id) === text) return;
  said.set(id, text);
  byId(id).replaceChildren(...(text ? prose(text) : []));
}

/** The message at a field. */
function tell(name, { error, note } = {}) {
  say(`error-${name}`, error ?? '');
  say(`note-${name}`, note ?? '');
  byId(`field-${name}`).setAttribute('aria-invalid', String(Boolean(error)));
}

/** Puts a text into a field; null empties it. */
function put(name, text) {
  texts[name] = text === null || text.trim() === '' ? null : text;
  const area = byId(`field-${name}`);
  if (area.value !== (text ?? '').replace(/\r\n?/g, '\n')) area.value = text ?? '';
  const state = byId(`state-${name}`);
  state.textContent = texts[name] === null ? 'not given' : intake.size(new Blob([texts[name]]).size);
  state.classList.toggle('given', texts[name] !== null);
}

/** Takes what came in for a field, or says why not. */
function take(name, text) {
  const { text: left, error, note } = intake.admitted(name, text);
  if (left !== null) put(name, left);
  messages[name] = { error, note };
  tell(name, messages[name]);
  soon();
}

function leaveExample() {
  if (!exampled) return;
  exampled = false;
  for (const name of Object.keys(FIELDS)) put(name, null);
  byId('exampled').hidden = true;
}

function showExample() {
  const story = example.story(Date.now());
  for (const name of Object.keys(FIELDS)) {
    delete messages[name];
    put(name, story[name]);
  }
  exampled = true;
  byId('exampled').hidden = false;
  say('dropped', '');
  byId('version').value = example.VERSION;
  choosePreset('agent');
  update();
}

async function takeFiles(list, target) {
  atRest(false);
  const problems = [];
  for (const file of list) {
    const name = target ?? intake.fieldOf(file.name);
    if (name === null) {
      problems.push(`${file.name} is none of the four files by its name. Drop it on its field to say which it is.`);
      continue;
    }
    leaveExample();
    const large = intake.tooLarge(file.size);
    let text = null;
    if (!large) {
      try {
        text = intake.decoded(new Uint8Array(await file.arrayBuffer()));
      } catch {
        problems.push(`${file.name} cannot be read.`);
        continue;
      }
    }
    if (text === null) {
      messages[name] = { error: large ?? 'That is no text in UTF-8. Nothing of it was kept.' };
      tell(name, messages[name]);
    } else {
      take(name, text);
    }
  }
  say('dropped', problems.join(' '));
  soon();
}

function pasted(name, event) {
  const data = event.clipboardData;
  if (data.files.length > 0) {
    event.preventDefault();
    void takeFiles(data.files, name);
    return;
  }
  // Looked at before it gets into the field: what must not stay would otherwise stay in its history.
  event.preventDefault();
  const area = event.target;
  const text = data.getData('text/plain');
  const { text: left, error, note } = intake.admitted(name, text);
  messages[name] = { error, note };
  tell(name, messages[name]);
  if (left === null) return;
  const whole = area.selectionStart === 0 && area.selectionEnd === area.value.length;
  if (whole) leaveExample();
  if (whole || area.value === '') {
    put(name, left);
    soon();
  } else {
    area.setRangeText(left, area.selectionStart, area.selectionEnd, 'end');
    edited(name);
  }
}

function edited(name) {
  const area = byId(`field-${name}`);
  const { text, error, note } = intake.admitted(name, area.value);
  put(name, text);
  // What is still being typed of a key goes nowhere.
  if (error) area.blur();
  messages[name] = { error, note };
  tell(name, messages[name]);
  soon();
}

/** Whether what is shown belongs to what was given. */
const atRest = (rests) => {
  document.documentElement.dataset.ready = String(rests);
};

/** Asks again when the hand rests. */
function soon() {
  atRest(false);
  clearTimeout(timer);
  timer = setTimeout(update, 120);
}

/** The version whose rules hold for the typed one. */
const segment = (version) => core.map(version).at;

const forgetMended = () => {
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
  byId('mended').replaceChildren();
  byId('strip-mended').hidden = true;
  say('ranges-mended', '');
};

/** What everything on the page follows from. */
function current() {
  const version = byId('version').value.trim();
  const device = identity(version || 'auto');
  return { version, files: files(), connection: connection(), ...device };
}

const UNKNOWN = { verdict: 'unknown', reason: null, steps: [], findings: [] };

function update() {
  clearTimeout(timer);
  atRest(true);
  turn += 1;
  forgetMended();
  let state;
  let diagnosis;
  try {
    state = current();
    if (state.version === '') throw Object.assign(new Error('Which version?'), { hint: 'Give it as `openclaw --version` prints it, like 2026.2.19.' });
    diagnosis = state.error ? UNKNOWN : core.diagnose(state.files, state.version, state.connection, state.key);
    say('version-error', '');
    byId('version').setAttribute('aria-invalid', 'false');
  } catch (error) {
    say('version-error', `${error.message} ${error.hint ?? ''}`);
    byId('version').setAttribute('aria-invalid', 'true');
    byId('verdict').replaceChildren();
    byId('mend').disabled = true;
    return;
  }
  for (const name of Object.keys(FIELDS)) {
    const found = name === 'device' ? state.error : placed(diagnosis.findings, core.PLACES[name]);
    tell(name, { ...messages[name], ...(found && { error: found }) });
  }
  const at = segment(state.version);
  byId('slider').value = String(at);
  byId('slider').setAttribute('aria-valuetext', `${state.version}: ${view.kindOf(diagnosis)}`);
  const nothing = Object.values(texts).every((text) => text === null);
  byId('verdict').replaceChildren(view.verdict(diagnosis, state.version), ...(nothing ? [h('p', { className: 'quiet' }, 'No file was given: this is what the gateway does at its first start.')] : []));
  const brief = byId('brief');
  brief.className = `brief ${view.kindOf(diagnosis)}`;
  brief.textContent = `${state.version}: ${view.TITLE[diagnosis.verdict]}`;
  byId('tree').replaceChildren(view.tree(map.tree, diagnosis));
  const given = new Set(Object.keys(FIELDS).filter((name) => texts[name] !== null).map((name) => core.PLACES[name]));
  byId('findings').replaceChildren(view.findings(diagnosis.findings, (path) => given.has(path)));
  byId('reinstate-row').hidden = diagnosis.reason !== 'revoked' && !diagnosis.findings.some(({ code }) => code === 'W_TOKEN_REVOKED');
  say('whose', state.key
    ? 'The record is made for the public key that you gave. Its private half stays where it is: this page neither has it nor needs it.'
    : 'You gave no public key, so mending makes a new identity on this page, and offers its device.json with the rest. To keep the one that a device has, give its public part first.');
  byId('mend').disabled = Boolean(state.error);
  void fill(state, 'strip', 'ranges', '');
}

/** What the core found in a file at a line and a column, with both: the field has no lines to count. */
function placed(findings, path) {
  const found = findings.find(({ place }) => place?.path === path && place.line !== undefined);
  return found && `${found.message} (line ${found.place.line}, column ${found.place.column})`;
}

/** Asks for every version, in slices that leave the page free. */
async function fill({ files: given, connection: described, key, error, version }, id, words, title) {
  const mine = turn;
  const kinds = map.versions.map(() => (error ? 'unknown' : undefined));
  let since = performance.now();
  for (let i = 0; i < kinds.length && !error; i += 1) {
    kinds[i] = view.kindOf(core.diagnose(given, map.versions[i], described, key));
    if (performance.now() - since < 12) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (turn !== mine) return;
    since = performance.now();
  }
  byId(id).hidden = false;
  byId(id).replaceChildren(...view.strip(kinds, segment(version)));
  say(words, title + view.ranges(map.versions, kinds));
}

function download({ path, content }) {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  urls.push(url);
  return h('a', { className: 'button', href: url, download: path.split('/').at(-1) }, `Download ${path.split('/').at(-1)}`);
}

/** A step for the machine itself: without the state dir that this page stands for. */
const without = ({ argv, ...step }) => ({ ...step, argv: argv?.filter((word, at) => word !== '--state-dir' && argv[at - 1] !== '--state-dir') });

/** The files mended, shown as a diff before anything is downloaded. */
function mend() {
  forgetMended();
  const state = current();
  const options = {
    gatewayVersion: state.version,
    ...(state.key && { device: { publicKey: state.key } }),
    ...(byId('reinstate').checked && { reinstate: true }),
    // A config that was not given is not made up here.
    config: texts.config === null ? false : { ...(state.connection.headers && { proxyPeers: [state.connection.remoteAddress ?? '127.0.0.1'] }) },
  };
  const box = byId('mended');
  try {
    const { report, diff, written, after } = core.mend(state.files, options);
    const key = report.publicKey;
    const verdict = core.diagnose(after, state.version, state.connection, key);
    const before = core.diagnose(state.files, state.version, state.connection, state.key);
    // The state dir of this page is nobody's: on the machine it is found.
    const elsewhere = before.remedy?.opens ? before.remedy.steps.map((step) => command(without(step))).filter(Boolean).map((words) => words.join(' ')).join(' && ') : null;
    const secret = written.some(({ path }) => path === core.PLACES.device);
    box.replaceChildren(
      h('h4', {}, 'With these files'),
      view.verdict(verdict, state.version),
      ...(written.length === 0
        ? [h('p', {}, 'There is nothing to change in these files.')]
        : [
          h('h4', {}, 'What changes'), h('p', { className: 'quiet' }, 'Keys and tokens are hidden here, not in the files.'), ...view.diff(diff),
          h('p', { className: 'row' }, ...written.map(download)),
          h('p', { className: 'quiet' }, ...prose(`Put them back into \`~/.openclaw\`, readable by their owner alone (mode 600).${secret ? ' device.json holds the new private key: it was made here and is nowhere else.' : ''}`)),
          h('p', {}, h('button', { type: 'button', on: { click: () => adopt(after) } }, 'Go on with these files')),
        ]),
      ...(elsewhere ? [h('p', { className: 'quiet' }, 'On the machine itself the same is done by: ', h('code', {}, elsewhere))] : []),
      ...(report.warnings.length > 0 ? [h('h4', {}, 'Good to know'), view.findings(report.warnings, () => true)] : []),
    );
    void fill({ files: after, connection: state.connection, key, version: state.version }, 'strip-mended', 'ranges-mended', 'Mended: ');
  } catch (error) {
    box.replaceChildren(
      h('p', { className: 'error', role: 'alert' }, ...prose([error.message, error.place && `(${view.where(error.place)})`].filter(Boolean).join(' '))),
      ...(error.hint ? [h('p', { className: 'hint' }, ...prose(error.hint))] : []));
  }
  box.focus();
}

/** Puts the mended files into the fields. */
function adopt(after) {
  for (const [name, path] of Object.entries(core.PLACES)) {
    delete messages[name];
    if (after[path] || name !== 'device') {
      const text = after[path] ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(after[path]) : null;
      put(name, text === null ? null : intake.admitted(name, text).text);
    }
  }
  update();
  byId('answer').focus();
}

function choosePreset(id) {
  const preset = PRESETS[id];
  byId(`preset-${id}`).checked = true;
  if (id === 'custom') return;
  for (const [name, { options }] of Object.entries(DETAILS)) byId(`detail-${name}`).value = preset[name] ?? (options ? Object.keys(options)[0] : '');
}

function field(name, { name: title, about }) {
  const area = h('textarea', {
    id: `field-${name}`, rows: 4, spellcheck: false, autocomplete: 'off', wrap: 'off', 'aria-describedby': `about-${name} error-${name} note-${name}`,
    on: { paste: (event) => pasted(name, event), input: () => edited(name) },
  });
  return h('div', { className: 'field', 'data-field': name },
    h('div', { className: 'row' }, h('label', { htmlFor: `field-${name}` }, title), h('span', { id: `state-${name}`, className: 'state' }, 'not given')),
    h('p', { id: `about-${name}`, className: 'quiet' }, about),
    area,
    h('p', { id: `error-${name}`, className: 'error', role: 'alert' }),
    h('p', { id: `note-${name}`, className: 'note', role: 'status' }));
}

function build() {
  byId('fields').append(...Object.entries(FIELDS).map(([name, about]) => field(name, about)));
  byId('presets').append(...Object.entries(PRESETS).map(([id, { title, about }]) =>
    h('label', { className: 'preset' },
      h('input', { type: 'radio', name: 'preset', id: `preset-${id}`, on: { change: () => { choosePreset(id); update(); } } }),
      h('span', {}, h('strong', {}, title), ' ', h('span', { className: 'quiet' }, about)))));
  const change = () => {
    byId('preset-custom').checked = true;
    soon();
  };
  byId('details').append(...Object.entries(DETAILS).map(([name, { label, options, placeholder }]) =>
    h('label', {}, h('span', {}, label), options
      ? h('select', { id: `detail-${name}`, on: { change } }, ...Object.entries(options).map(([value, text]) => h('option', { value }, text)))
      : h('input', { id: `detail-${name}`, type: 'text', placeholder, autocomplete: 'off', spellcheck: false, on: { input: change } }))));
  byId('known').append(...map.versions.map((value) => h('option', { value })));
  const slider = byId('slider');
  slider.max = String(map.versions.length - 1);
  slider.addEventListener('input', () => {
    byId('version').value = map.versions[Number(slider.value)];
    update();
  });
  [byId('oldest').textContent, byId('newest').textContent] = [map.versions[0], map.versions.at(-1)];
  byId('version').addEventListener('input', soon);
  byId('mend').addEventListener('click', mend);
  byId('reinstate').addEventListener('change', forgetMended);
  byId('example').addEventListener('click', showExample);
  byId('clear').addEventListener('click', () => {
    exampled = false;
    byId('exampled').hidden = true;
    say('dropped', '');
    for (const name of Object.keys(FIELDS)) {
      delete messages[name];
      put(name, null);
    }
    update();
  });
  byId('choose').addEventListener('change', (event) => {
    void takeFiles([...event.target.files]);
    event.target.value = '';
  });
  drops();
  // Where the answer is below the files, its short form is in sight.
  new IntersectionObserver(([{ isIntersecting }]) => { byId('brief').hidden = isIntersecting; }).observe(byId('answer'));
}

function drops() {
  const fieldAt = (event) => event.target.closest?.('[data-field]')?.dataset.field;
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
    const [name, text] = [fieldAt(event), event.dataTransfer.getData('text/plain')];
    if (event.dataTransfer.files.length > 0) {
      // Files named otherwise say by their field what they are; a known name is believed first where several come.
      void takeFiles([...event.dataTransfer.files], event.dataTransfer.files.length === 1 ? name : undefined);
    } else if (name && text) {
      leaveExample();
      take(name, text);
    }
  });
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
  showExample();
}

void main();
