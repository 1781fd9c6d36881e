'use strict';

const { safe } = require('../../openclaw-prepair/lib/cli/show.js');

/** An element. Text only ever becomes text: no markup of a file is markup here. */
function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false || value === null) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name in element && name !== 'list') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const byId = (id) => document.getElementById(id);

/** Text of a file or of the core that may quote one: nothing in it turns or hides what stands around it. */
const shown = (text) => safe(text);

/** The same with `code` in backticks. */
const prose = (text) => String(text).split('`').map((part, i) => (i % 2 ? h('code', {}, shown(part)) : shown(part)));

const said = new Map();
/** Says it once: what stands there already is not announced again. */
function say(id, text) {
  if (said.get(id) === text) return;
  said.set(id, text);
  byId(id).replaceChildren(...(text ? prose(text) : []));
}

module.exports = { h, byId, shown, prose, say };
