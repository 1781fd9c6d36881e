// @ts-check
'use strict';

// `doctor`: one connection judged, or with --all who gets in from where.

const driver = require('../node/driver.js');
const { PrepairError } = require('../core/errors.js');
const { Usage } = require('./args.js');
const { CLIENTS, PLACES, refusedIn, kindOf } = require('./connections.js');
const { diagnosis, isOpen, isWall, matrix } = require('./show.js');

const [DONE, WALL, UNTOLD] = [0, 3, 4];

const exitOf = (reports) => (reports.some((report) => !isOpen(report) && !isWall(report)) ? UNTOLD : reports.some(isWall) ? WALL : DONE);

/** The key of a device that is named by its key or its id, as far as the store knows it. */
function keyed(binding, options) {
  const { device, connection, ...target } = options;
  const id = device?.publicKey;
  if (id === undefined || !/^[0-9a-f]{8,64}$/.test(id)) return options;
  const { paired, waiting } = driver.run(binding, 'devices.list', target);
  const found = new Set([...paired, ...waiting].filter(({ deviceId }) => deviceId.startsWith(id)).map(({ publicKey }) => publicKey));
  if (found.size !== 1) throw new Usage(found.size === 0 ? 'No device of that id is paired or waits.' : 'More than one device has an id that begins so.', 'See devices list, or give its public key.');
  return { ...options, device: { publicKey: [...found][0] } };
}

/**
 * The clients that there are: this machine's own, and those of which a record or a request is here; where a device was named, that
 * one. What cannot be read tells of none.
 */
function present(binding, { device, connection, ...target }) {
  let known = [];
  try {
    const { paired, waiting } = driver.run(binding, 'devices.list', target);
    known = [...paired, ...waiting];
  } catch (error) {
    if (!(error instanceof PrepairError)) throw error;
  }
  if (device === undefined) return ['agent', 'cli', ...known.filter(({ own }) => !own).map(kindOf)];
  const named = known.find(({ publicKey }) => publicKey === device.publicKey);
  return [named ? kindOf(named) : 'cli'];
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
    return { report, code: exitOf([report]), lines: diagnosis(report, c, call, options.connection === undefined && options.device === undefined) };
  }
  if (options.connection !== undefined) throw new Usage('--all judges every connection, so it takes no flag that describes one.');
  const clients = CLIENTS.flatMap((client) => Object.keys(PLACES).map((place) => ({ client, place })));
  const reports = driver.diagnoseEach(binding, options, clients.map(({ client, place }) => ({ client, ...PLACES[place] })));
  const [{ assumed, findings }] = reports;
  const there = present(binding, options);
  const cells = clients.map((cell, at) => {
    const { verdict, reason, remedy } = reports[at];
    return { ...cell, verdict, reason, remedy, counts: there.includes(cell.client) };
  });
  const whose = options.device === undefined ? 'the key of this state dir: a browser, a node or an app has its own, which --device names' : 'the key of the device that was named';
  const report = { assumed: { ...assumed, client: 'all', connection: `Every client from every place, each with ${whose}.` }, cells, findings };
  return { report, code: exitOf(cells.filter(({ counts }) => counts)), lines: matrix(report, c, width) };
}

module.exports = { runDoctor, lineOf };
