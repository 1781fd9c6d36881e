'use strict';

/** A refusal: stable code, place, and what to do. Never holds a key, a token or the content of a file. */
class PrepairError extends Error {
  constructor({ code, message, path, line, column, hint }) {
    super(message);
    this.name = 'PrepairError';
    this.code = code;
    for (const [key, value] of Object.entries({ path, line, column, hint })) {
      if (value !== undefined && value !== null) this[key] = value;
    }
  }
}

// Every refusal says what to do; a wrong option at least where the right ones are described.
const HINTS = { OPTIONS: "The package's types describe every option." };

/** Makes an error with the code ERR_PREPAIR_<code>. */
const refusal = (code, message, rest) => new PrepairError({ code: `ERR_PREPAIR_${code}`, message, hint: HINTS[code], ...rest });

module.exports = { PrepairError, refusal };
