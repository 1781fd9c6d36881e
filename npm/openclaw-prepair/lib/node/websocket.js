// @ts-check
'use strict';

// A WebSocket to a peer that nothing is known of: text messages, own headers, close code and reason, and no more of each
// than a gateway needs. The library is npm's ws, bundled.

/** 2026.9.6 answers a connect with 13 KB; a list of jobs may be longer. */
const MAX_MESSAGE = 1 << 20;
const MAX_FRAGMENTS = 64;
/** Messages, pings and pongs: a busy gateway tells its operators of events too. */
const MAX_FRAMES = 1000;
const MAX_CHUNKS = 4096;
/** How long a peer may take to say goodbye. */
const GOODBYE_MS = 500;

/** Why no WebSocket came about: `kind` is unreachable, refused (with `status`), foreign or timeout. */
class NoSocket extends Error {
  constructor(kind, status) {
    super(kind);
    Object.assign(this, { kind, status });
  }
}

/**
 * Resolves to `{ send(text), end() }`. `onMessage(text)` and, once, `onClose({ code, reason })` are called from the first
 * byte on; 1006 is a cut without a close frame, 1002 a peer that speaks no WebSocket, or too much. `signal` cuts everything.
 */
function open(url, { headers, signal, timeoutMs, onMessage, onClose }) {
  const WebSocket = require('./vendor/ws.js');
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new NoSocket('timeout'));
    const socket = new WebSocket(url, {
      __proto__: null,
      // Node's own, whatever all objects were given.
      agent: undefined,
      headers,
      // A gateway makes its own certificate; on loopback there is nobody in between.
      rejectUnauthorized: !isLoopback(new URL(url).hostname),
      handshakeTimeout: timeoutMs,
      closeTimeout: GOODBYE_MS,
      perMessageDeflate: false,
      followRedirects: false,
      autoPong: false,
      maxPayload: MAX_MESSAGE,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_CHUNKS,
    });
    let finished = false;
    const cut = () => socket.terminate();
    const finish = (code, reason) => {
      signal.removeEventListener('abort', cut);
      if (!finished) onClose({ code, reason });
      finished = true;
    };
    const foreign = () => {
      finish(1002, '');
      cut();
    };
    let frames = 0;
    const counted = () => {
      frames += 1;
      if (frames > MAX_FRAMES) foreign();
    };
    signal.addEventListener('abort', cut, { once: true });
    socket.on('open', () => resolve({
      send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text, () => {}),
      /** Says goodbye: nothing more is expected. */
      end() {
        finished = true;
        if (signal.aborted) cut();
        else socket.close(1000);
      },
    }));
    socket.on('unexpected-response', (request, { statusCode }) => {
      reject(new NoSocket('refused', statusCode));
      cut();
    });
    // Before it is open: of the system, of Node's HTTP parser, or of the library where the answer is no upgrade. After: what
    // no WebSocket sends.
    socket.on('error', (error) => {
      const system = error.code !== undefined && !/^(HPE|WS_ERR)_/.test(error.code);
      reject(new NoSocket(system ? 'unreachable' : error.message === 'Opening handshake has timed out' ? 'timeout' : 'foreign'));
      foreign();
    });
    socket.on('ping', counted);
    socket.on('pong', counted);
    socket.on('message', (data, isBinary) => {
      counted();
      if (isBinary) foreign();
      if (!finished) onMessage(data.toString());
    });
    socket.on('close', (code, reason) => finish(code, reason.toString()));
  });
}

const isLoopback = (hostname) => /^(localhost|127(\.\d+){3}|\[::1\]|::1)$/i.test(hostname);

module.exports = { open, isLoopback, NoSocket };
