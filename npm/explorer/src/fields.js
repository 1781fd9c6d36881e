'use strict';

// What can be given: files and the like, and what tells of a connection.

const { CLIENTS, PLACES } = require('../../openclaw-prepair/lib/cli/connections.js');

const FILES = {
  config: { name: 'openclaw.json', about: 'JSON5, as it is' },
  paired: { name: 'paired.json', about: 'devices/paired.json' },
  pending: { name: 'pending.json', about: 'devices/pending.json' },
  device: { name: 'device.json', about: 'identity/device.json without its private key, or the public key alone' },
};
const NAMES = { database: 'openclaw.sqlite', wal: 'openclaw.sqlite-wal', log: 'log line', report: 'report of doctor' };
const choice = (label, options) => ({ label, options });
const BASICS = {
  client: choice('Who connects', { '': 'the agent, or as a log says', ...Object.fromEntries([...CLIENTS, 'other'].map((name) => [name, name])) }),
  place: choice('From where', { '': 'this machine, or as a log says', ...Object.fromEntries(Object.keys(PLACES).map((name) => [name, name])) }),
};
const DETAILS = {
  method: { label: 'Method', placeholder: 'cron.list' },
  device: choice('Presents its device', { '': 'as this version does', yes: 'yes', no: 'no' }),
  auth: choice('Authenticates with', { '': 'what the config asks for', token: 'the gateway’s token', password: 'the gateway’s password', 'device-token': 'its device token', none: 'nothing' }),
  remoteAddress: { label: 'Peer address', placeholder: '127.0.0.1' },
  forwardedFor: { label: 'X-Forwarded-For', placeholder: 'not sent' },
  host: { label: 'Host', placeholder: '127.0.0.1:18789' },
  origin: { label: 'Origin', placeholder: 'not sent' },
  scopes: { label: 'Scopes, by commas', placeholder: 'as this client asks' },
};
const FIELDS = { ...BASICS, ...DETAILS };

module.exports = { FILES, NAMES, BASICS, DETAILS, FIELDS };
