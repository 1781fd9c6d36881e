// Preloaded into every OpenClaw process of the tests (node --require). Two things about its outgoing connections:
// - tests stay on the machine: what isn't loopback fails as if there were no network (price lists, model catalogues);
// - with PREPAIR_FROM and PREPAIR_TO, connections to the one loopback port go to the other, where the header-adding
//   proxy listens: so the gateway's own agent comes in as from another machine, as it does in many sandboxes.
'use strict';
const { Socket } = require('node:net');

const from = Number(process.env.PREPAIR_FROM);
const to = Number(process.env.PREPAIR_TO);
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
  // net.connect hands over its normalised arguments as one array, [options, callback].
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host = options?.host ?? 'localhost';
  if (!options?.path && !/^(localhost|127\.[\d.]+|::1)$/.test(host)) {
    process.nextTick(() => this.destroy(Object.assign(new Error(`connect ENETUNREACH ${host}`), { code: 'ENETUNREACH' })));
    return this;
  }
  if (Number(options?.port) === from) options.port = to;
  return connect.apply(this, args);
};
