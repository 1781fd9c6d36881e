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

const NODE = "Under Node's permission model only the addon can write: install the package of this platform and give --allow-addons; --allow-fs-read is needed too.";
const DENO = 'Run Deno with --allow-read, --allow-write, --allow-env and --allow-sys.';

/** Whether a runtime's own permissions forbade a call: why, and what to do; else null. */
function forbidden({ code, name } = {}) {
  if (code === 'ERR_ACCESS_DENIED') return { reason: "Node's permission model forbids it", hint: NODE };
  if (name === 'NotCapable') return { reason: "Deno's permissions forbid it", hint: DENO };
  return null;
}

/** Runs `body`; what the runtime forbids is a refusal. */
function permitted(body) {
  try {
    return body();
  } catch (error) {
    const told = forbidden(error ?? undefined);
    throw told ? refusal('PERMISSION', `Something that this call needs can't be had: ${told.reason}.`, { hint: told.hint }) : error;
  }
}

module.exports = { PrepairError, refusal, forbidden, permitted };
