// A small RFC 6455 client (Node 20 has none): text messages, fragments, ping, close code and reason, own headers.
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';

/**
 * Resolves to an open socket, or rejects; a refused upgrade rejects with `status`, the HTTP status code.
 * `onMessage(text)` and `onClose({code, reason})` are called from the first byte on; code 1006 means cut without a close frame.
 */
export function openWebSocket(url, { headers = {}, localAddress, onMessage, onClose, timeoutMs = 30_000 }) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const { hostname, port, pathname } = new URL(url);
    const req = request({
      hostname, port, path: pathname, localAddress, timeout: timeoutMs,
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key, ...headers },
    });
    req.on('error', reject);
    req.on('timeout', () => req.destroy(new Error(`no answer to the upgrade within ${timeoutMs} ms`)));
    req.on('response', (res) => {
      res.resume();
      reject(Object.assign(new Error(`upgrade refused: HTTP ${res.statusCode}`), { status: res.statusCode }));
    });
    req.on('upgrade', (res, socket, head) => {
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      if (res.headers['sec-websocket-accept'] !== accept) {
        socket.destroy();
        reject(new Error('upgrade answered with a wrong key'));
        return;
      }
      socket.setTimeout(0);
      socket.setNoDelay(true);
      resolve(session(socket, head, onMessage, onClose));
    });
    req.end();
  });
}

function session(socket, head, onMessage, onClose) {
  let buffer = head;
  let fragments = [];
  let closed = null;

  const send = (opcode, payload) => {
    if (socket.destroyed || !socket.writable) return;
    const mask = randomBytes(4);
    const size = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
    const header = Buffer.alloc(2 + size);
    header[0] = 0x80 | opcode;
    header[1] = 0x80 | (size === 0 ? payload.length : size === 2 ? 126 : 127);
    if (size === 2) header.writeUInt16BE(payload.length, 2);
    if (size === 8) header.writeBigUInt64BE(BigInt(payload.length), 2);
    socket.write(Buffer.concat([header, mask, payload.map((byte, i) => byte ^ mask[i & 3])]));
  };
  const finish = (code, reason) => {
    if (closed) return;
    closed = { code, reason };
    onClose?.(closed);
  };
  const read = () => {
    for (;;) {
      if (buffer.length < 2) return;
      const short = buffer[1] & 0x7f;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (buffer.length < start) return;
      const length = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short;
      if (buffer.length < start + length) return;
      const [final, opcode] = [buffer[0] & 0x80, buffer[0] & 0x0f];
      const payload = buffer.subarray(start, start + length);
      buffer = buffer.subarray(start + length);
      if (opcode === 8) {
        finish(payload.length >= 2 ? payload.readUInt16BE(0) : 1005, payload.subarray(2).toString());
        send(8, payload.subarray(0, 2));
        socket.end();
      } else if (opcode === 9) {
        send(10, payload);
      } else if (opcode <= 2) {
        fragments.push(payload);
        if (final) {
          const text = Buffer.concat(fragments).toString();
          fragments = [];
          onMessage?.(text);
        }
      }
    }
  };

  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    read();
  });
  socket.on('error', () => {});
  socket.on('close', () => finish(1006, ''));
  // What came together with the upgrade is read after the caller has its socket.
  queueMicrotask(read);
  return {
    send: (text) => send(1, Buffer.from(text)),
    close: (code = 1000) => {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      send(8, payload);
      socket.end();
    },
    destroy: () => socket.destroy(),
  };
}
