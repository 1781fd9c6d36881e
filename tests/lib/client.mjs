// A client of the gateway's protocol that presents its device, as OpenClaw's src/gateway/client.ts does.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { openWebSocket } from './websocket.mjs';

/** The two clients that the wall meets: what the agent's tools use, and the command line. */
export const AGENT = { id: 'gateway-client', mode: 'backend' };
export const CLI = { id: 'cli', mode: 'cli' };

export const ALL_SCOPES = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];

/** An identity as `exportIdentity()` returns it. */
export function newIdentity() {
  return identityOf(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

export function identityOf(privateKeyPem) {
  const raw = createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    deviceId: createHash('sha256').update(raw).digest('hex'),
    publicKey: raw.toString('base64url'),
    privateKeyPem,
  };
}

/**
 * Connects and says hello. Never rejects for what a gateway answers: the result is
 * {ok, hello, request(method, params), close()} or {ok: false, closeCode, reason, error, status}.
 * `identity` null presents no device. `token` is the shared token, `deviceToken` one of the device's own. `localAddress`: an address of
 * this machine to connect from, also to a gateway on loopback.
 */
export async function connect({
  url, token, deviceToken, password, identity = null, client = AGENT, role = 'operator', scopes = ['operator.read'],
  platform = 'linux', deviceFamily, caps = [], commands, payload = 'v2', headers, localAddress, timeoutMs = 30_000,
}) {
  const waiting = new Map();
  let challenge;
  const challenged = new Promise((resolve) => { challenge = resolve; });
  let close;
  const closed = new Promise((resolve) => { close = resolve; });

  let socket;
  let refusal; // the answer that comes before the close
  try {
    socket = await openWebSocket(url, {
      headers, localAddress, timeoutMs,
      onMessage: (text) => {
        const frame = JSON.parse(text);
        if (frame.type === 'event' && frame.event === 'connect.challenge') challenge(frame.payload.nonce);
        if (frame.type === 'res') waiting.get(frame.id)?.(frame);
        if (frame.type === 'res' && !frame.ok) refusal = frame.error;
      },
      onClose: ({ code, reason }) => close({ ok: false, closeCode: code, reason, ...refusal && { error: refusal } }),
    });
  } catch (error) {
    return { ok: false, closeCode: 1006, reason: error.message, status: error.status };
  }

  const call = (method, params) => {
    const id = randomUUID();
    const answer = new Promise((resolve) => waiting.set(id, resolve)).finally(() => waiting.delete(id));
    socket.send(JSON.stringify({ type: 'req', id, method, params }));
    return answer;
  };
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, closeCode: 0, reason: `no answer within ${timeoutMs} ms` }), timeoutMs);
  });

  const hello = async () => {
    const nonce = await challenged;
    const secret = token ?? deviceToken;
    const answer = await call('connect', {
      minProtocol: 3, maxProtocol: 4,
      client: { ...client, version: 'dev', platform, ...deviceFamily && { deviceFamily } },
      caps, ...commands && { commands }, role, scopes,
      auth: secret || password ? { token: secret, password } : undefined,
      device: identity ? sealed({ identity, client, role, scopes, token: secret, nonce, platform, deviceFamily, payload }) : undefined,
    });
    if (answer.ok) return { ok: true, hello: answer.payload };
    return await closed; // it follows a refusal and holds its code
  };

  const result = await Promise.race([hello(), closed, timeout]);
  clearTimeout(timer);
  if (!result.ok) {
    socket.destroy();
    return result;
  }
  return {
    ...result,
    /** Resolves to the answer's payload; rejects with the gateway's error. */
    request: async (method, params = {}) => {
      const answer = await Promise.race([call(method, params), closed]);
      if (answer.ok) return answer.payload;
      throw Object.assign(new Error(`${method}: ${answer.error?.message ?? `closed ${answer.closeCode}: ${answer.reason}`}`), answer.error);
    },
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

// What each client asks for a method: the agent's tools the least (2026.2.19 src/gateway/method-scopes.ts), the command line a fixed set.
const LEAST = { 'cron.list': ['operator.read'], 'cron.add': ['operator.admin'] };
const CLI_SCOPES = ['operator.admin', 'operator.approvals', 'operator.pairing'];

/** One call as OpenClaw makes it: connect, request, close. Rejects with `closeCode` and `reason` when it isn't let in. */
export async function callAs(client, { url, token, deviceToken, identity, payload }, method, params) {
  const scopes = client === AGENT ? LEAST[method] : CLI_SCOPES;
  const connection = await connect({ url, token, deviceToken, identity, payload, client, scopes });
  if (!connection.ok) {
    const { closeCode, reason, status } = connection;
    throw Object.assign(new Error(`${client.id} ${method}: closed ${closeCode}: ${reason}`), { closeCode, reason, status });
  }
  try {
    return await connection.request(method, params);
  } finally {
    await connection.close();
  }
}

/** True when the gateway greets with `connect.challenge`. */
export async function challenges(url, timeoutMs = 5000) {
  return await new Promise((resolve) => {
    let [socket, answered] = [null, false];
    const timer = setTimeout(() => done(false), timeoutMs);
    const done = (answer) => {
      answered = true;
      clearTimeout(timer);
      socket?.destroy();
      resolve(answer);
    };
    openWebSocket(url, {
      timeoutMs,
      onMessage: (text) => done(JSON.parse(text).event === 'connect.challenge'),
      onClose: () => done(false),
    }).then((open) => {
      socket = open;
      if (answered) socket.destroy();
    }, () => done(false));
  });
}

function sealed({ identity, client, role, scopes, token, nonce, platform, deviceFamily, payload }) {
  const signedAt = Date.now();
  const text = [
    payload, identity.deviceId, client.id, client.mode, role, scopes.join(','), signedAt, token ?? '', nonce,
    ...payload === 'v3' ? [platform.toLowerCase(), (deviceFamily ?? '').toLowerCase()] : [],
  ].join('|');
  return {
    id: identity.deviceId,
    publicKey: identity.publicKey,
    signature: sign(null, Buffer.from(text), identity.privateKeyPem).toString('base64url'),
    signedAt,
    nonce,
  };
}
