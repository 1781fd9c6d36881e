// @ts-check
'use strict';

/** An object with those of its fields that are there. */
const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

/** A refusal: stable code, place, and what to do. Never holds a key, a token or the content of a file. */
class PrepairError extends Error {
  constructor(fields) {
    /** @type {any} */
    const { code, message, path, line, column, hint } = { __proto__: null, ...fields };
    const place = path === undefined || path === null ? undefined : given({ path, line, column });
    super(message);
    // Defined, as a frozen Error.prototype forbids to assign a name; the message is for JSON. What there is not is
    // defined too, so that nothing shows that somebody gave all objects.
    for (const [key, value = null] of Object.entries({ name: 'PrepairError', code, message, path, line, column, place, hint })) {
      const there = value !== null;
      Object.defineProperty(this, key, { __proto__: null, value: there ? value : undefined, enumerable: there, writable: true, configurable: true });
    }
  }
}

// <hints> of refusals that have none of their own: made by `cargo xtask generate`
const HINTS = {
  __proto__: null,
  INTERNAL: "Please report it with what you called.",
  OPTIONS: "The package's types describe every option.",
};
// </hints>

/** Makes an error with the code ERR_PREPAIR_<code>. */
const refusal = (code, message, rest) => new PrepairError({ code: `ERR_PREPAIR_${code}`, message, hint: HINTS[code], ...rest });

const NODE = "Under Node's permission model only the addon can write: install the package of this platform and give --allow-addons; --allow-fs-read is needed too.";
const DENO = 'Run Deno with --allow-read, --allow-write, --allow-env and --allow-sys.';

/** Whether a runtime's own permissions forbade a call: why, and what to do; else null. */
function forbidden(error) {
  const { code, name } = error ?? {};
  if (code === 'ERR_ACCESS_DENIED') return { reason: "Node's permission model forbids it", hint: NODE };
  if (name === 'NotCapable') return { reason: "Deno's permissions forbid it", hint: DENO };
  return null;
}

/** Runs `body`; what the runtime forbids is a refusal. */
function permitted(body) {
  try {
    return body();
  } catch (error) {
    const told = forbidden(error);
    throw told ? refusal('PERMISSION', `Something that this call needs can't be had: ${told.reason}.`, { hint: told.hint }) : error;
  }
}

module.exports = { PrepairError, refusal, forbidden, permitted };
