// The proxy that raises the wall: it adds headers to the request and passes everything else through.
import { connect, createServer } from 'node:net';

/** Listens on 127.0.0.1; resolves to {port, url, connections(), stop()}. A `Host` in `headers` replaces the client's. */
export async function headerProxy(target, headers = { 'X-Forwarded-For': '203.0.113.9' }) {
  const sockets = new Set();
  let connections = 0;
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const server = createServer((client) => {
    connections++;
    const upstream = connect(target, '127.0.0.1');
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.end(); // not destroy: a close frame may still be on its way
      });
    }
    upstream.pipe(client);
    let head = Buffer.alloc(0);
    const read = (chunk) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first, ...rest] = head.subarray(0, end).toString('latin1').split('\r\n');
      const kept = rest.filter((line) => !names.includes(line.split(':', 1)[0].toLowerCase()));
      const added = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      upstream.write(`${[first, ...kept, ...added].join('\r\n')}\r\n\r\n`, 'latin1');
      upstream.write(head.subarray(end + 4));
      client.off('data', read);
      client.pipe(upstream);
    };
    client.on('data', read);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    connections: () => connections,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
