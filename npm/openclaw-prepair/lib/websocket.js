'use strict';

// A small RFC 6455 client, since Node 20 has none: text messages, own headers, close code and reason.

const { createHash, randomBytes } = require('node:crypto');
const http = require('node:http');
const https = require('node:https');

const MAX_MESSAGE = 16 << 20;

/** Why no WebSocket came about: `kind` is unreachable, refused (with `status`) or foreign. */
class NoSocket extends Error {
  constructor(kind, status) {
    super(kind);
    Object.assign(this, { kind, status });
  }
}

/**
 * Resolves to `{ send(text), destroy() }`. `onMessage(text)` and, once, `onClose({ code, reason })` are called from the
 * first byte on; 1006 is a cut without a close frame, 1002 a peer that speaks no WebSocket. `signal` cuts everything.
 */
function open(url, { headers, signal, onMessage, onClose }) {
  return new Promise((resolve, reject) => {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    const secure = protocol === 'wss:';
    const key = randomBytes(16).toString('base64');
    const request = (secure ? https : http).request({
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port || (secure ? 443 : 80),
      path: pathname + search,
      // A gateway makes its own certificate; on loopback there is nobody in between.
      rejectUnauthorized: !isLoopback(hostname),
      agent: false,
      signal,
      headers: { ...headers, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
    });
    request.on('error', (error) => reject(error.code?.startsWith('HPE_') ? new NoSocket('foreign') : new NoSocket('unreachable')));
    request.on('response', (response) => {
      response.destroy();
      reject(new NoSocket('refused', response.statusCode));
    });
    request.on('upgrade', (response, socket, head) => {
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      if (response.headers['sec-websocket-accept'] !== accept) {
        socket.destroy();
        reject(new NoSocket('foreign'));
        return;
      }
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
      resolve(session(socket, head, onMessage, onClose));
    });
    request.end();
  });
}

function session(socket, head, onMessage, onClose) {
  let buffer = head;
  let parts = [];
  let finished = false;
  const finish = (code, reason = '') => {
    if (finished) return;
    finished = true;
    onClose({ code, reason });
    socket.destroy();
  };
  const send = (opcode, payload) => {
    const size = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
    const header = Buffer.alloc(2 + size);
    header[0] = 0x80 | opcode;
    header[1] = 0x80 | (size === 0 ? payload.length : size === 2 ? 126 : 127);
    if (size === 2) header.writeUInt16BE(payload.length, 2);
    if (size === 8) header.writeBigUInt64BE(BigInt(payload.length), 2);
    const mask = randomBytes(4);
    if (socket.writable) socket.write(Buffer.concat([header, mask, payload.map((byte, i) => byte ^ mask[i & 3])]));
  };
  const frame = () => {
    if (buffer.length < 2) return null;
    const short = buffer[1] & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (buffer.length < start) return null;
    const length = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short;
    // A server never masks, and uses no extension that was not asked for.
    const sound = length <= MAX_MESSAGE && (buffer[1] & 0x80) === 0 && (buffer[0] & 0x70) === 0;
    if (!sound) return { opcode: -1 };
    if (buffer.length < start + length) return null;
    const read = { opcode: buffer[0] & 0x0f, last: (buffer[0] & 0x80) !== 0, payload: buffer.subarray(start, start + length) };
    buffer = buffer.subarray(start + length);
    return read;
  };
  const drain = () => {
    for (let read = frame(); read && !finished; read = frame()) {
      const { opcode, last, payload } = read;
      if (opcode === 8) {
        send(8, payload.subarray(0, 2));
        finish(payload.length >= 2 ? payload.readUInt16BE(0) : 1005, payload.subarray(2).toString());
      } else if (opcode === 9) {
        send(10, payload);
      } else if (opcode === 0 || opcode === 1) {
        parts.push(payload);
        if (parts.reduce((sum, part) => sum + part.length, 0) > MAX_MESSAGE) finish(1002);
        else if (last) onMessage(Buffer.concat(parts.splice(0)).toString());
      } else if (opcode !== 10) {
        finish(1002);
      }
    }
  };
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    drain();
  });
  socket.on('error', () => {});
  socket.on('close', () => finish(1006));
  // What came together with the upgrade is read after the caller has its socket.
  setImmediate(drain);
  return {
    send: (text) => send(1, Buffer.from(text)),
    /** Says goodbye and cuts: nothing more is expected. */
    end() {
      send(8, Buffer.from([0x03, 0xe8]));
      finished = true;
      socket.destroySoon();
    },
    destroy: () => socket.destroy(),
  };
}

const isLoopback = (hostname) => /^(localhost|127(\.\d+){3}|\[::1\]|::1)$/i.test(hostname);

module.exports = { open, isLoopback, NoSocket };
