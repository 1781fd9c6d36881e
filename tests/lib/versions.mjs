// OpenClaw's versions in tests. The name of the newest is written once, in crates/core/src/rules/mod.rs.
import { readFileSync } from 'node:fs';

const rules = readFileSync(new URL('../../crates/core/src/rules/mod.rs', import.meta.url), 'utf8');

/** The newest OpenClaw that the rules know. */
export const NEWEST = /^pub const NEWEST_NAME: &str = "([\d.]+)";$/m.exec(rules)[1];

/** Whether a version is of this month of 2026 and patch, or later. */
export function isSince(version, month, patch) {
  const [year, ofMonth, ofPatch] = version.split(/[.-]/).map(Number);
  return year > 2026 || ofMonth > month || (ofMonth === month && ofPatch >= patch);
}

/** Whether version `a` is later than `b`: year, month, patch, and the number behind a dash. */
export function later(a, b) {
  const [one, other] = [a, b].map((version) => version.split(/[.-]/).map(Number));
  const at = [0, 1, 2, 3].find((index) => (one[index] ?? 0) !== (other[index] ?? 0));
  return at !== undefined && (one[at] ?? 0) > (other[at] ?? 0);
}
