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

/** What a line holds that tells of one, on the console or in the file of the log. */
const REFUSED = /\[ws\] (closed before connect|unauthorized) |^\{"0":.*"(closed before connect|unauthorized) conn=/;
/** Where the client left by itself, the code is another one. */
const LEFT = / code=(?!1008)\d+ /;
/**
 * The last line of a gateway's log that tells of a refused connection, else of one that its client left, without the colours of a
 * terminal; undefined where none does.
 */
function refusedIn(text) {
  const lines = text.replace(/\x1b\[[0-9;]*m/g, '').split(/\r?\n/).filter((one) => REFUSED.test(one));
  return lines.findLast((one) => !LEFT.test(one)) ?? lines.at(-1);
}

module.exports = { PLACES, CLIENTS, refusedIn };
