// @ts-check
'use strict';

// `doctor`: one connection judged, or with --all who gets in from where.

const driver = require('../node/driver.js');
const { ask } = require('../core/bridge.js');
const { PrepairError } = require('../core/errors.js');
const { Usage } = require('./args.js');
const { CLIENTS, PLACES, refusedIn } = require('./connections.js');
const { diagnosis, isOpen, isWall, matrix } = require('./show.js');

const [DONE, WALL, UNTOLD] = [0, 3, 4];
/** As an entry of trustedProxies and as the address of a client. */
const LOOPBACK = /^(127\.|::1\b|::ffff:127\.|0\.0\.0\.0\/0$|::\/0$)/i;

const exitOf = (reports) => (reports.some((report) => !isOpen(report) && !isWall(report)) ? UNTOLD : reports.some(isWall) ? WALL : DONE);

/** The key of a device that is named by its key or its id, as far as the store knows it. */
function keyed(binding, options) {
  const { device, connection, ...target } = options;
  // As `doctor` and `devices list` show it.
  const id = device?.publicKey?.replace(/…$/, '');
  if (id === undefined || !/^[0-9a-f]{8,64}$/.test(id)) return options;
  const { paired, waiting } = driver.run(binding, 'devices.list', target);
  const found = new Set([...paired, ...waiting].filter(({ deviceId }) => deviceId.startsWith(id)).map(({ publicKey }) => publicKey));
  if (found.size !== 1) throw new Usage(found.size === 0 ? 'No device of that id is paired or waits.' : 'More than one device has an id that begins so.', 'See devices list, or give its public key.');
  return { ...options, device: { publicKey: [...found][0] } };
}

/**
 * Whether a client in a place is one that there is. This machine's own clients connect directly, and through a proxy on this machine where
 * the config lists one; another device also from elsewhere, where the gateway listens beyond loopback, and from where its request came. What
 * cannot be read tells of none.
 */
function presence(binding, { device, connection, ...target }) {
  /** @type {any[]} */
  let known = [];
  try {
    const { paired, waiting } = driver.run(binding, 'devices.list', target);
    known = [...paired, ...waiting];
  } catch (error) {
    if (!(error instanceof PrepairError)) throw error;
  }
  const { gateway } = driver.approach(binding, target).settings ?? {};
  const list = (value) => (Array.isArray(value) ? value.map(String) : []);
  const proxied = list(gateway?.trustedProxies).some((entry) => LOOPBACK.test(entry));
  const reachable = !['loopback', undefined].includes(gateway?.bind);
  const places = (others) => ['direct', ...(proxied ? ['behind a proxy'] : []), ...(others && reachable ? ['remote'] : [])];
  // A container's gateway listens on all addresses by itself; what came through a proxy, the config lists that proxy for.
  const beyond = reachable || (gateway?.bind === undefined && list(gateway?.trustedProxies).length === 0);
  const cameTo = ({ remoteIp }) => (remoteIp === undefined || LOOPBACK.test(remoteIp) ? [] : [beyond ? 'remote' : 'behind a proxy']);
  const named = device === undefined ? known.filter(({ own }) => !own) : known.filter(({ publicKey }) => publicKey === device.publicKey).slice(0, 1);
  const kinds = ask(binding, { fn: 'clients', devices: named.map(({ clientId, clientMode, roles }) => ({ clientId, clientMode, roles })) }).json;
  const there = new Set();
  const add = (client, from) => from.forEach((place) => there.add(`${client} ${place}`));
  if (device === undefined) ['agent', 'cli'].forEach((client) => add(client, places(false)));
  else if (named.length === 0) add('cli', places(true));
  // What is none of the kinds is judged as the command line is.
  named.forEach((one, at) => add(CLIENTS.includes(kinds[at]) ? kinds[at] : 'cli', [...places(true), ...cameTo(one)]));
  return ({ client, place }) => there.has(`${client} ${place}`);
}

/** The last line of a gateway's log that tells of a refused connection. */
function lineOf(text) {
  const line = refusedIn(text);
  if (line === undefined) throw new Usage('--log: no line there tells of a refused connection.', 'Give the log of the gateway (what it prints, or its log file), or the line that holds "closed before connect" or "unauthorized".');
  return line;
}

function runDoctor(binding, call, c, width) {
  const options = keyed(binding, call.options);
  if (call.bundle && call.all) throw new Usage('--bundle holds one connection, and --all judges every one.', 'The page shows all of them from a bundle of one.');
  if (call.bundle) {
    const report = require('./bundle.js').bundle(binding, options);
    return { report, code: exitOf([report.report]), lines: [] };
  }
  if (!call.all) {
    const report = driver.diagnose(binding, options);
    return { report, code: exitOf([report]), lines: diagnosis(report, c, call) };
  }
  if (options.connection !== undefined) throw new Usage('--all judges every connection, so it takes no flag that describes one.');
  const clients = CLIENTS.flatMap((client) => Object.keys(PLACES).map((place) => ({ client, place })));
  const reports = driver.diagnoseEach(binding, options, clients.map(({ client, place }) => ({ client, ...PLACES[place] })));
  const [{ assumed, findings }] = reports;
  const isThere = presence(binding, options);
  const cells = clients.map((cell, at) => {
    const { verdict, reason, remedy } = reports[at];
    return { ...cell, verdict, reason, remedy, counts: isThere(cell) };
  });
  const whose = options.device === undefined ? 'the key of this state dir: a browser, a node or an app has its own, which --device names' : 'the key of the device that was named';
  const report = { assumed: { ...assumed, client: 'all', connection: `Every client from every place, each with ${whose}.` }, cells, findings };
  return { report, code: exitOf(cells.filter(({ counts }) => counts)), lines: matrix(report, c, width) };
}

module.exports = { runDoctor, lineOf };
