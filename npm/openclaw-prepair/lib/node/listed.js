// @ts-check
'use strict';

// The devices of a list as they cross from the core (crates/core/src/store/listed.rs): what they have in common once, and of each what is
// its own. Objects are made of both many times faster than of a text of all.

const TOKEN_TIMES = ['createdAtMs', 'lastUsedAtMs', 'revokedAtMs'];
const TIMES = ['createdAtMs', 'approvedAtMs', 'lastSeenAtMs'];

/** The names that an object has itself. */
const among = (names, object) => names.filter((name) => Object.hasOwn(object, name));

const sortOf = (device) => ({
  __proto__: null,
  device,
  named: Object.hasOwn(device, 'displayName'),
  times: among(TIMES, device),
  tokens: device.tokens.map((token) => ({ __proto__: null, token, times: among(TOKEN_TIMES, token) })),
});

/** Every device, an object as any other: of the first ones of each sort, the texts and the cells of `Compact` in crates/core/src/report/devices.rs. */
function devicesOf(first, text, bytes) {
  const sorts = first.map(sortOf);
  const texts = Buffer.from(text.buffer, text.byteOffset, text.length).toString();
  const cells = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  let [at, next] = [0, 0];
  const own = () => texts.slice(at, (at += cells[next++]));
  const devices = [];
  while (next < cells.length) {
    const number = cells[next++];
    if (number < 0) {
      devices.push(first[-1 - number]);
      continue;
    }
    const { device, named, times, tokens } = sorts[number];
    // Whatever is set below is there: nothing that all objects inherit comes into it.
    const made = { ...device };
    made.deviceId = own();
    made.publicKey = own();
    if (named) made.displayName = own();
    made.roles = device.roles.slice();
    made.scopes = device.scopes.slice();
    made.tokens = [];
    for (const { token, times } of tokens) {
      const held = { ...token, scopes: token.scopes.slice() };
      for (const name of times) held[name] = cells[next++];
      made.tokens.push(held);
    }
    for (const name of times) made[name] = cells[next++];
    devices.push(made);
  }
  return devices;
}

module.exports = { devicesOf };
