'use strict';

// The commands of a remedy, as calls of the package.

const NAME = /^[A-Za-z_$][\w$]*$/;

function literal(value) {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  return `{ ${Object.entries(value).map(([key, item]) => `${NAME.test(key) ? key : literal(key)}: ${literal(item)}`).join(', ')} }`;
}

/** `meant(argv)`: the operation and options of a command. Null where a command has no call. */
function javascript(commands, meant) {
  const calls = [];
  for (const argv of commands) {
    try {
      const { operation, options } = meant(argv);
      calls.push({ operation, text: `${operation}(${Object.keys(options).length > 0 ? literal(options) : ''});` });
    } catch {
      return null;
    }
  }
  const names = [...new Set(calls.map(({ operation }) => operation.split('.')[0]))];
  return calls.length === 0 ? null : [`const { ${names.join(', ')} } = require('openclaw-prepair');`, ...calls.map(({ text }) => text)].join('\n');
}

module.exports = { javascript };
