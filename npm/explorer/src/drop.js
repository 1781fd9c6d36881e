'use strict';

// Files as they are chosen or dropped, folders too.

const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());
const itemsOf = (files) => [...files].map((file) => ({ name: file.name, size: file.size, source: file, bytes: () => bytesOf(file) }));

/** Where the files lie in a state dir: of a folder nothing else is looked at. */
const IN_FOLDER = /(^|\/)(openclaw\.json|devices\/(paired|pending)\.json|identity\/device\.json|(state\/)?openclaw\.sqlite(-wal|-journal)?|(paired|pending|device)\.json)$/;

const NO_FOLDER = 'This browser gives a page that was opened as a file no look into a folder. Drop the files themselves, or open the page by `cargo xtask explorer`.';

/** The files of what was dropped, folders looked into. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return { items: itemsOf(transfer.files), alone: false };
  const found = [];
  const look = async (entry, depth) => {
    if (entry.isFile) {
      if (IN_FOLDER.test(entry.fullPath)) found.push(await new Promise((resolve, reject) => { entry.file(resolve, reject); }));
      return;
    }
    if (depth > 2) return;
    const reader = entry.createReader();
    for (;;) {
      const part = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
      if (part.length === 0) break;
      for (const inner of part) await look(inner, depth + 1);
    }
  };
  for (const entry of entries) await look(entry, 0);
  return { items: itemsOf(found), alone: true };
}

module.exports = { NO_FOLDER, bytesOf, itemsOf, dropped };
