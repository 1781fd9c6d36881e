//! Very many devices as a driver in JavaScript gets them: what they have in common once, and of each what is its own. Objects are made
//! of both there, many times faster than of a text of all.

use std::borrow::Cow;

use crate::base::json::{Index, Map, Value, json};

use crate::base::json5::{self, Fields, Kind, Node};
use crate::error::Result;
use crate::report::devices::{Compact, PairedDevice};
use crate::rules::Rules;
use crate::store::devices::paired;
use crate::store::documents;

/// The devices of a store of files, and how many entries are no records; `None` where names come twice, of which the last counts.
pub(crate) fn compact(
    bytes: &[u8],
    path: &str,
    rules: &Rules,
    own: Option<&str>,
) -> Result<Option<(Compact, usize)>> {
    let mut lister = Lister::new(rules);
    let (mut names, mut odd, mut exact) = (Vec::new(), 0, true);
    documents::each(bytes, path, |member, fields| {
        exact &= member.exact;
        match member.value.kind {
            Kind::Object => lister.add(&member.key, fields, own == Some(&*member.key)),
            _ => odd += 1,
        }
        names.push(member.key.clone());
    })?;
    Ok((exact && distinct(&names)).then_some((lister.compact, odd)))
}

/// Whether no name comes twice.
fn distinct(names: &[Cow<'_, str>]) -> bool {
    let mut index = Index::with_room(names.len());
    let mut each = names.iter().enumerate();
    each.all(|(place, name)| index.add(name, place, |other| names[other] == *name))
}

/// So many sorts of devices are told apart; one of another sort is written as a whole.
const MOST: usize = 1000;

/// What a record has of its own: texts without escapes, times as plain whole numbers.
#[derive(Default)]
struct Own<'a> {
    public_key: Option<&'a str>,
    label: Option<&'a str>,
    name: Option<&'a str>,
    created: Option<f64>,
    approved: Option<f64>,
    seen: Option<f64>,
    /// Of each token: its role, when it was made, used and revoked.
    tokens: Vec<(&'a str, [Option<f64>; 3])>,
    /// The rest, by which the sorts are told apart.
    rest: String,
    /// Something is spelled so that only a reader of values understands it.
    odd: bool,
}

impl<'a> Own<'a> {
    fn take(&mut self, record: &Fields<'_, 'a>) {
        record.each(|key, value, raw| {
            match key {
                r#""publicKey""# => self.public_key = self.text(value, raw),
                r#""operatorLabel""# => self.label = self.text(value, raw),
                r#""displayName""# => self.name = self.text(value, raw),
                r#""createdAtMs""# => self.created = self.time(value, raw),
                r#""approvedAtMs""# => self.approved = self.time(value, raw),
                r#""lastSeenAtMs""# => self.seen = self.time(value, raw),
                r#""tokens""# => self.tokens(record, value, raw),
                r#""clientId""#
                | r#""clientMode""#
                | r#""platform""#
                | r#""deviceFamily""#
                | r#""role""#
                | r#""roles""#
                | r#""scopes""#
                | r#""approvedScopes""# => self.rest(raw),
                // Nobody is told of it.
                _ => return self.odd |= key.contains('\\'),
            }
            self.named(key);
        });
    }

    fn tokens(&mut self, record: &Fields<'_, 'a>, tokens: Node, raw: &str) {
        self.tokens.clear();
        if tokens.kind != Kind::Object {
            return self.rest(raw);
        }
        record.members(tokens, |role, token, raw| {
            self.odd |= role.contains('\\') || self.tokens.iter().any(|(known, _)| *known == role);
            let mut times = [None; 3];
            self.rest.push('\u{3}');
            if token.kind == Kind::Object {
                record.members(token, |key, value, raw| {
                    match key {
                        r#""createdAtMs""# => times[0] = self.time(value, raw),
                        r#""lastUsedAtMs""# => times[1] = self.time(value, raw),
                        // Other values than numbers revoke, too.
                        r#""revokedAtMs""# => {
                            times[2] = self.time(value, raw);
                            self.odd |= times[2].is_none();
                        }
                        r#""scopes""# => self.rest(raw),
                        _ => {
                            let plain = match value.kind {
                                Kind::String => !raw.contains('\\'),
                                Kind::Number => is_time(raw),
                                kind => matches!(kind, Kind::Bool | Kind::Null),
                            };
                            self.odd |= key.contains('\\') || !plain;
                            return;
                        }
                    }
                    self.named(key);
                });
            } else {
                self.rest(raw);
            }
            self.tokens.push((role, times));
            self.named(role);
        });
    }

    fn text(&mut self, value: Node, raw: &'a str) -> Option<&'a str> {
        if value.kind != Kind::String {
            self.rest("-");
            return None;
        }
        self.odd |= raw.contains('\\');
        raw.get(1..raw.len().saturating_sub(1))
    }

    fn time(&mut self, value: Node, raw: &str) -> Option<f64> {
        if value.kind != Kind::Number {
            self.rest("-");
            return None;
        }
        self.odd |= !is_time(raw);
        raw.parse::<u64>().ok().map(|ms| ms as f64)
    }

    fn name(&self) -> Option<&'a str> {
        self.label.or(self.name)
    }

    /// In the order of the fields of a device, its tokens first.
    fn times(&self) -> impl Iterator<Item = f64> {
        let used = self.tokens.iter().filter_map(|(_, times)| times[1]);
        let seen = used.chain(self.seen).reduce(f64::max);
        let tokens = self.tokens.iter().flat_map(|(_, times)| times).copied();
        tokens.chain([self.created, self.approved, seen]).flatten()
    }

    /// Whether it is what a device has of its own that was read value by value. Then all of this sort are so.
    fn is_of(&self, device: &PairedDevice) -> bool {
        let tokens = device
            .tokens
            .iter()
            .flat_map(|token| [token.created_at_ms, token.last_used_at_ms, token.revoked_at_ms]);
        let times =
            tokens.chain([device.created_at_ms, device.approved_at_ms, device.last_seen_at_ms]);
        device.public_key == self.public_key.unwrap_or_default()
            && device.display_name.as_deref() == self.name()
            && times.flatten().map(|at| at as f64).eq(self.times())
    }

    /// What stands there is a part of the sort. No valid JSON holds the marks.
    fn rest(&mut self, raw: &str) {
        self.rest.push_str(raw);
        self.rest.push('\u{2}');
    }

    fn named(&mut self, key: &str) {
        self.rest.push_str(key);
        self.rest.push('\u{1}');
    }
}

/// Whether a number is a time however it is read.
fn is_time(raw: &str) -> bool {
    raw.len() < 16 && !raw.starts_with('0') && raw.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes devices, one after the other.
struct Lister<'r> {
    rules: &'r Rules,
    compact: Compact,
    /// The sorts that are known, by the rests of their records.
    sorts: Map,
    /// That of the last record, and which sort it is.
    last: Option<(String, usize)>,
    /// A text to write in.
    spare: String,
}

impl<'r> Lister<'r> {
    fn new(rules: &'r Rules) -> Self {
        let (compact, sorts, spare) = (Compact::default(), Map::new(), String::new());
        Self { rules, compact, sorts, last: None, spare }
    }

    /// Adds a record. One of a sort that is known is not read as [`paired`] reads it.
    fn add(&mut self, id: &str, record: &Fields<'_, '_>, is_own: bool) {
        let mut own = Own { rest: core::mem::take(&mut self.spare), ..Own::default() };
        own.rest.clear();
        own.rest.push_str(if is_own { "own" } else { "" });
        own.take(record);
        let known = match &self.last {
            _ if own.odd => None,
            Some((rest, sort)) if *rest == own.rest => Some(*sort),
            _ => self.sorts.get(&own.rest).and_then(Value::as_u64).map(|sort| sort as usize),
        };
        let mut whole = own.odd;
        let sort = known.unwrap_or_else(|| {
            let device = paired(id, record, self.rules, is_own);
            whole |= self.sorts.len() >= MOST || !own.is_of(&device);
            self.compact.sorts.push(json5::line(&json(&device)));
            self.compact.sorts.len() - 1
        });
        if whole {
            self.spare = own.rest;
            // Nothing of its own.
            return self.cell(-1.0 - sort as f64);
        }
        self.cell(sort as f64);
        self.text(id);
        self.text(own.public_key.unwrap_or_default());
        own.name().into_iter().for_each(|name| self.text(name));
        own.times().for_each(|at| self.cell(at));
        if known.is_none() {
            self.sorts.insert(own.rest.clone(), sort.into());
        }
        self.spare = match self.last.replace((own.rest, sort)) {
            Some((spare, _)) => spare,
            None => String::new(),
        };
    }

    /// A text, and how long it is in JavaScript.
    fn text(&mut self, text: &str) {
        self.compact.texts.push_str(text);
        let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.cell(units as f64);
    }

    fn cell(&mut self, cell: f64) {
        self.compact.cells.extend_from_slice(&cell.to_le_bytes());
    }
}
