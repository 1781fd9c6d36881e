// Preloaded into a gateway (node --require): its own connections to 127.0.0.1:PREPAIR_FROM go to PREPAIR_TO, where the
// header-adding proxy listens. So the gateway's agent comes in as from another machine, as it does in many sandboxes.
'use strict';
const { Socket } = require('node:net');

const from = Number(process.env.PREPAIR_FROM);
const to = Number(process.env.PREPAIR_TO);
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
  // net.connect hands over its normalised arguments as one array, [options, callback].
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (Number(options?.port) === from) options.port = to;
  return connect.apply(this, args);
};
