// @ts-check
'use strict';

// Who connects and from where, as `doctor --all` and the page judge them; and the line of a log that tells of one. No Node module is used here.

const FAR = '203.0.113.9';
/** Where a client may be: on the gateway's machine, behind a proxy there that adds headers, or elsewhere. */
const PLACES = {
  direct: {},
  'behind a proxy': { headers: { 'X-Forwarded-For': FAR } },
  remote: { remoteAddress: FAR, presentsDevice: true },
};
const CLIENTS = ['agent', 'cli', 'control-ui', 'node', 'app'];

/** The last line of a gateway's log that tells of a refused connection, without the colours of a terminal; undefined where none does. */
const refusedIn = (text) => text.replace(/\x1b\[[0-9;]*m/g, '').split(/\r?\n/).findLast((one) => one.includes('[ws] closed before connect ') || one.includes('[ws] unauthorized '));

module.exports = { PLACES, CLIENTS, refusedIn };
