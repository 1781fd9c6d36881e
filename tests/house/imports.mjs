// Which Rust source file uses which: imports and paths in the code, through `super::`, `self::` and re-exports.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** `{ file: text }` of all sources below a folder, by paths relative to it. */
export function sources(dir) {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.rs'));
  return Object.fromEntries(files.map((entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    return [relative(dir, path), readFileSync(path, 'utf8')];
  }));
}

/** The module of a file: `store/rows.rs` is `['store', 'rows']`, `store/mod.rs` is `['store']`, `lib.rs` is `[]`. */
const moduleOf = (file) => file.replace(/\.rs$/, '').split('/').filter((part) => !['mod', 'lib', 'main'].includes(part));

/** The code without comments, texts and characters. */
const bare = (text) => text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\[^']+|[^'\\])'/g, (found) => (found.startsWith('/') ? ' ' : '""'));

/** The paths of a use tree: `a::{self, b::c as d}` gives `a` and `a::b::c`. */
function flat(tree, prefix = []) {
  const inside = /^\{([\s\S]*)\}$/.exec(tree.trim());
  if (inside) {
    const parts = [''];
    let depth = 0;
    for (const char of inside[1]) {
      depth += { '{': 1, '}': -1 }[char] ?? 0;
      if (char === ',' && depth === 0) parts.push('');
      else parts[parts.length - 1] += char;
    }
    return parts.filter((part) => part.trim()).flatMap((part) => flat(part, prefix));
  }
  const [, head, rest] = /^(\w+|\*)(?:\s+as\s+\w+)?(?:::([\s\S]*))?$/.exec(tree.trim()) ?? [];
  if (head === undefined) return [];
  const path = head === 'self' && prefix.length > 0 ? prefix : [...prefix, head];
  return rest === undefined ? [path] : flat(rest, path);
}

/** The arrows of a crate: file to the files that it uses. */
export function arrows(texts) {
  const files = new Map(Object.keys(texts).map((file) => [moduleOf(file).join('::'), file]));
  const code = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, bare(text)]));
  const absolute = ([head, ...rest], own) => {
    if (head === 'crate') return rest;
    if (head === 'self') return [...own, ...rest];
    if (head === 'super') return absolute(rest[0] === 'super' ? rest : ['self', ...rest], own.slice(0, -1));
    // A child, by its name alone.
    return files.has([...own, head].join('::')) ? [...own, head, ...rest] : null;
  };
  const uses = (file) => {
    const own = moduleOf(file);
    const statements = [...code[file].matchAll(/(?:(pub)(?:\([^)]*\))?\s+)?use\s+([^;]+);/g)];
    const imported = statements.flatMap(([, pub, tree]) => flat(tree).map((path) => ({ path: absolute(path, own), exported: pub !== undefined })));
    const rest = statements.reduce((text, [whole]) => text.replace(whole, ' '), code[file]);
    const inline = [...rest.matchAll(/\b(?:crate|super|self)(?:::\w+)+/g)].map(([path]) => ({ path: absolute(path.split('::'), own), exported: false }));
    return [...imported, ...inline].filter(({ path }) => path !== null);
  };
  const all = Object.fromEntries(Object.keys(texts).map((file) => [file, uses(file)]));
  /** The file that a path leads to, through re-exports. */
  const target = (path, seen = new Set()) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const file = files.get(path.slice(0, length).join('::'));
      if (file === undefined) continue;
      const name = path[length];
      if (name === undefined || seen.has(file)) return file;
      seen.add(file);
      const through = all[file].find(({ path: other, exported }) => exported && (other.at(-1) === name));
      if (through) return target(through.path, seen);
      const globs = all[file].filter(({ path: other, exported }) => exported && other.at(-1) === '*');
      if (name === '*') return file;
      const declared = new RegExp(`\\b(?:fn|struct|enum|const|static|type|trait|mod|macro_rules!)\\s+${name}\\b`);
      if (!declared.test(code[file])) {
        const behind = globs.map(({ path: other }) => target(other.slice(0, -1))).find((other) => declared.test(code[other]));
        if (behind) return behind;
      }
      return file;
    }
    return null;
  };
  return Object.fromEntries(Object.entries(all).map(([file, found]) => {
    // What a module hands on of its own children is no use of them.
    const own = found.filter(({ path, exported }) => !(exported && path.slice(0, moduleOf(file).length).join() === moduleOf(file).join()));
    return [file, [...new Set(own.map(({ path }) => target(path)))].filter((other) => other !== null && other !== file)];
  }));
}

/** The circles of a graph, each as the nodes that reach each other. */
export function circles(graph) {
  const reach = (from) => {
    const seen = new Set();
    const open = [...graph[from] ?? []];
    while (open.length > 0) {
      const at = open.pop();
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...graph[at] ?? []);
    }
    return seen;
  };
  const reached = Object.fromEntries(Object.keys(graph).map((node) => [node, reach(node)]));
  const found = new Set(Object.keys(graph).filter((node) => reached[node].has(node))
    .map((node) => [...reached[node]].filter((other) => reached[other]?.has(node)).sort().join(' ')));
  return [...found];
}
