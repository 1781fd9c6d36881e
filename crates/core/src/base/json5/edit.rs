//! The editor: collects changes to a document and splices them into its text.
//!
//! Rules: a comma goes before the comment that follows the last item; nothing is appended behind a `//` without a line
//! break; the indent is that of the first member; line ends, BOM and trailing commas stay; what stands on one line stays
//! there; of a removed member only its own text and comma go, comments around it stay.

use core::cell::Cell;
use core::fmt;

use crate::base::json::{Map, Value};
use serde::Serialize;

use super::document::{Document, Item, Member};
use super::node::{Kind, Node, Syntax};
use super::same;
use super::text::{Layout, Writer};

/// A new text, and what of it is new.
#[derive(Clone, PartialEq, Eq)]
pub struct Edited {
    /// The text.
    pub content: Vec<u8>,
    /// What makes it of the old one, in order; none: it is new as a whole.
    pub splices: Vec<Splice>,
}

impl fmt::Debug for Edited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text may hold secrets.
        write!(f, "Edited({} bytes)", self.content.len())
    }
}

impl From<Vec<u8>> for Edited {
    fn from(content: Vec<u8>) -> Self {
        Self { content, splices: Vec::new() }
    }
}

/// Where a new text differs from the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Splice {
    /// The byte of the old text.
    pub at: usize,
    /// How many bytes of the old text go.
    pub remove: usize,
    /// How many bytes of the new text take their place.
    pub insert: usize,
}

/// Replace `remove` bytes at `at`.
struct Insertion {
    at: usize,
    remove: usize,
    insert: String,
}

/// What is to happen to the direct items of one object or array.
struct Container {
    node: Node,
    /// What an object gains, in order.
    members: Map,
    /// What an array gains.
    elements: Vec<Value>,
}

impl Container {
    fn appended(&self) -> impl Iterator<Item = (Option<&str>, &Value)> {
        let members = self.members.iter().map(|(key, value)| (Some(key.as_str()), value));
        members.chain(self.elements.iter().map(|value| (None, value)))
    }
}

/// A value to be put in the place of another.
struct Replacement {
    node: Node,
    /// Where its item begins: its key, if it has one.
    item: usize,
    value: Value,
}

/// What is to happen to a value, or to an item of an object as a whole.
enum Change {
    Inside(Container),
    Replaced(Replacement),
    Removed,
}

/// Collects changes to one document. What is changed inside of a value that is replaced or removed as a whole is lost.
///
/// ```
/// use prepair_core::base::json5::{Document, Editor, Syntax};
///
/// let document = Document::parse(b"{ a: 1, /* kept */ b: 2 }", Syntax::Json5).expect("JSON5");
/// let mut editor = Editor::new(&document);
/// editor.set(document.root(), "b", &3.into());
/// assert_eq!(editor.finish().as_deref(), Some(&b"{ a: 1, /* kept */ b: 3 }"[..]));
/// ```
pub struct Editor<'d, 'a> {
    doc: &'d Document<'a>,
    /// By where the value begins, or the key of what is removed, in that order.
    changes: Vec<(usize, Change)>,
}

impl<'d, 'a> Editor<'d, 'a> {
    /// No changes yet.
    pub fn new(doc: &'d Document<'a>) -> Self {
        Self { doc, changes: Vec::new() }
    }

    pub(super) fn doc(&self) -> &'d Document<'a> {
        self.doc
    }

    /// Where the change at a place is, or would be.
    fn find(&self, place: usize) -> Result<usize, usize> {
        self.changes.binary_search_by_key(&place, |(place, _)| *place)
    }

    fn get(&self, place: usize) -> Option<&Change> {
        self.find(place).ok().map(|at| &self.changes[at].1)
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut Change> {
        self.find(place).ok().map(|at| &mut self.changes[at].1)
    }

    fn change(&mut self, place: usize, change: Change) {
        match self.find(place) {
            Ok(at) => self.changes[at].1 = change,
            Err(at) => self.changes.insert(at, (place, change)),
        }
    }

    /// Drops the changes from one place to before another.
    fn forget(&mut self, from: usize, to: usize) {
        let before = |end: usize| self.changes.partition_point(|(place, _)| *place < end);
        self.changes.drain(before(from)..before(to));
    }

    fn known(&self, node: Node) -> Option<&Container> {
        match self.get(node.start) {
            Some(Change::Inside(container)) => Some(container),
            _ => None,
        }
    }

    fn known_mut(&mut self, node: Node) -> Option<&mut Container> {
        match self.get_mut(node.start) {
            Some(Change::Inside(container)) => Some(container),
            _ => None,
        }
    }

    /// What is to happen inside of an object or array; nothing where it is replaced as a whole.
    fn container(&mut self, node: Node) -> Option<&mut Container> {
        if let Err(at) = self.find(node.start) {
            let new = Container { node, members: Map::new(), elements: Vec::new() };
            self.changes.insert(at, (node.start, Change::Inside(new)));
        }
        self.known_mut(node)
    }

    /// Gives the member a value: of duplicates the last one, in its place; a new one comes at the end. Does nothing where
    /// the value is the same, or where `object` is none.
    pub fn set(&mut self, object: Node, key: &str, value: &Value) {
        if object.kind == Kind::Object {
            let member = self.doc.get(object, key);
            self.put(object, member.as_ref(), key, value.clone());
        }
    }

    /// Gives a new member, at the end, to an object that is known to have none of that key.
    pub fn insert(&mut self, object: Node, key: &str, value: Value) {
        if object.kind == Kind::Object {
            self.put(object, None, key, value);
        }
    }

    pub(super) fn put(
        &mut self,
        object: Node,
        member: Option<&Member<'_>>,
        key: &str,
        value: Value,
    ) {
        if let Some(member) = member {
            let (item, node) = (member.key_span.start, member.value);
            self.forget(item, item + 1);
            self.forget(node.start, node.end);
            if !same::same(self.doc, node, &value) {
                let new = Replacement { node, item, value };
                self.change(node.start, Change::Replaced(new));
            }
        } else if let Some(container) = self.container(object) {
            container.members.insert(key.to_owned(), value);
        }
    }

    /// A value that an earlier change gives to this member.
    pub(super) fn pending(
        &mut self,
        object: Node,
        member: Option<&Member<'_>>,
        key: &str,
    ) -> Option<&mut Value> {
        let Some(member) = member else {
            return self.known_mut(object)?.members.get_mut(key);
        };
        match self.get_mut(member.value.start) {
            Some(Change::Replaced(replacement)) => Some(&mut replacement.value),
            _ => None,
        }
    }

    pub(super) fn is_removed(&self, member: &Member<'_>) -> bool {
        matches!(self.get(member.key_span.start), Some(Change::Removed))
    }

    /// The elements that earlier changes append.
    pub(super) fn pushed(&self, array: Node) -> &[Value] {
        self.known(array).map_or(&[], |container| &container.elements)
    }

    /// Puts a value in the place of the whole document.
    pub(super) fn replace_root(&mut self, value: Value) {
        let node = self.doc.root();
        let new = Replacement { node, item: node.start, value };
        self.change(node.start, Change::Replaced(new));
    }

    /// Removes the member with its comma, duplicates too; true if there was one.
    pub fn remove(&mut self, object: Node, key: &str) -> bool {
        !self.remove_keys(object, |known| known == key).is_empty()
    }

    /// Removes the members whose keys are picked, with their commas, duplicates too; the keys that there were.
    pub(super) fn remove_keys(&mut self, object: Node, pick: impl Fn(&str) -> bool) -> Map {
        let mut found = Map::new();
        let mut hit = |key: &str| {
            let hit = pick(key);
            if hit {
                found.insert(key.to_owned(), Value::Null);
            }
            hit
        };
        if let Some(container) = self.known_mut(object) {
            container.members.retain(|key| !hit(key));
        }
        self.remove_members(object, |member| member.exact && hit(&member.key));
        found
    }

    /// Removes the members that `pick` picks, with their commas.
    pub fn remove_members(&mut self, object: Node, mut pick: impl FnMut(&Member<'_>) -> bool) {
        for member in self.doc.members(object).filter(|member| pick(member)) {
            self.container(object);
            self.forget(member.value.start, member.value.end);
            self.change(member.key_span.start, Change::Removed);
        }
    }

    /// Appends elements.
    pub fn push(&mut self, array: Node, values: &[Value]) {
        if array.kind == Kind::Array
            && !values.is_empty()
            && let Some(container) = self.container(array)
        {
            container.elements.extend_from_slice(values);
        }
    }

    /// The new text; `None` when nothing changes.
    pub fn finish(self) -> Option<Vec<u8>> {
        self.edited().map(|edited| edited.content)
    }

    /// The same, with what of it is new.
    pub fn edited(self) -> Option<Edited> {
        let plan = Plan::new(self.doc);
        let mut splices = Vec::new();
        let removed = |item: usize| matches!(self.get(item), Some(Change::Removed));
        for (_, change) in &self.changes {
            match change {
                Change::Replaced(replacement) => plan.replace(replacement, &mut splices),
                Change::Inside(container) => plan.rewrite(container, removed, &mut splices),
                Change::Removed => {}
            }
        }
        if splices.is_empty() {
            return None;
        }
        // At the same place insertions come first, in the order in which they were planned.
        splices.sort_by_key(|splice| (splice.at, splice.remove > 0));
        let text = self.doc.text();
        let grown: usize = splices.iter().map(|splice| splice.insert.len()).sum();
        let mut content = Vec::with_capacity(text.len() + grown);
        let mut made = Vec::new();
        let mut copied = 0;
        for splice in splices {
            let end = splice.at + splice.remove;
            if splice.at < copied && end <= copied {
                continue; // inside of something that goes as a whole
            }
            let at = splice.at.max(copied);
            content.extend_from_slice(text.as_bytes().get(copied..at).unwrap_or_default());
            content.extend_from_slice(splice.insert.as_bytes());
            made.push(Splice { at, remove: end - at, insert: splice.insert.len() });
            copied = end;
        }
        content.extend_from_slice(text.as_bytes().get(copied..).unwrap_or_default());
        Some(Edited { content, splices: made })
    }
}

/// White space and comments between two tokens.
struct Gap {
    /// There is a line break.
    broken: bool,
    /// Behind the last comment.
    comment_end: Option<usize>,
    /// The last comment is a `//` one.
    line_comment: bool,
}

/// Decides where and how changes are written.
struct Plan<'d, 'a> {
    doc: &'d Document<'a>,
    bytes: &'a [u8],
    eol: &'static str,
    unit: String,
    /// The start of a line, and a place in it up to which there is no line break: a document may be one long line, which
    /// is not to be read again for every change in it.
    line: Cell<(usize, usize)>,
    /// The start of a line, a place in it, and how many containers are open there of those that began in that line.
    open: Cell<(usize, usize, usize)>,
}

impl<'d, 'a> Plan<'d, 'a> {
    fn new(doc: &'d Document<'a>) -> Self {
        let bytes = doc.text().as_bytes();
        let eol = match bytes.iter().position(|&byte| byte == b'\n') {
            Some(at) if at > 0 && bytes[at - 1] == b'\r' => "\r\n",
            None if bytes.contains(&b'\r') => "\r",
            _ => "\n",
        };
        let (line, open) = (Cell::default(), Cell::default());
        let mut plan = Self { doc, bytes, eol, unit: "  ".into(), line, open };
        let root = doc.root();
        if let Some(first) = doc.items(root, root.kind).next()
            && plan.gap(root.start + 1, first.start()).broken
        {
            let indent = plan.indent(first.start());
            if !indent.is_empty() {
                plan.unit = indent.into();
            }
        }
        plan
    }

    fn writer<'s>(&'s self, layout: Layout<'s>) -> Writer<'s> {
        Writer { layout, escape_separators: self.doc.syntax == Syntax::Json5 }
    }

    fn lines(&self, indent: &str, unit: &str) -> Layout<'_> {
        Layout::Lines { eol: self.eol, indent: indent.into(), unit: unit.into() }
    }

    fn line_start(&self, at: usize) -> usize {
        let (start, known) = self.line.get();
        // Of the line that was looked at last, only what lies behind the known part is read.
        let (start, known) = if at < start { (0, 0) } else { (start, known) };
        let behind = self.bytes.get(known..at).unwrap_or_default();
        let newline = behind.iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
        let start = newline.map_or(start, |newline| known + newline + 1);
        self.line.set((start, at.max(known)));
        start
    }

    /// Whether something that began in the line of this place is still open there.
    fn is_inside_line(&self, at: usize) -> bool {
        let line = self.line_start(at);
        let (from, depth) = match self.open.get() {
            (known, from, depth) if known == line && from <= at => (from, depth),
            _ => (line, 0),
        };
        let (from, depth) = self.doc.scanner.depth(from, at, depth);
        self.open.set((line, from, depth));
        depth > 0
    }

    /// The spaces and tabs that the line begins with.
    fn indent(&self, at: usize) -> &'a str {
        let start = self.line_start(at);
        let line = self.bytes.get(start..at).unwrap_or_default();
        let width = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.doc.text().get(start..start + width).unwrap_or_default()
    }

    fn gap(&self, start: usize, end: usize) -> Gap {
        let mut gap = Gap { broken: false, comment_end: None, line_comment: false };
        let mut at = start;
        while at < end {
            if self.bytes[at] == b'/' {
                gap.line_comment = self.bytes.get(at + 1) == Some(&b'/');
                let next = self.doc.scanner.skip_comment(at).min(end);
                gap.broken |= self.bytes[at..next].iter().any(|byte| matches!(byte, b'\n' | b'\r'));
                gap.comment_end = Some(next);
                at = next;
            } else {
                gap.broken |= matches!(self.bytes[at], b'\n' | b'\r');
                at += 1;
            }
        }
        gap
    }

    fn replace(&self, replacement: &Replacement, splices: &mut Vec<Insertion>) {
        let Replacement { node, item, value } = replacement;
        let old = self.doc.raw(*node);
        let container = matches!(node.kind, Kind::Object | Kind::Array);
        let filled = self.doc.items(*node, node.kind).next().filter(|_| container);
        let own_line = self.indent(*item).len() == item - self.line_start(*item);
        let layout = match filled {
            Some(first) if !old.contains(['\n', '\r']) => {
                Layout::Line { compact: self.compact(*node, Some(&first), None) }
            }
            _ if own_line => self.lines(self.indent(*item), &self.unit),
            _ => Layout::Line { compact: self.compact(*node, None, None) },
        };
        let mut insert = String::new();
        self.writer(layout).item(&mut insert, None, value);
        splices.push(Insertion { at: node.start, remove: node.end - node.start, insert });
    }

    /// Whether what stands on one line has no spaces: looked up at the first comma, else at the colon, else before it.
    fn compact(&self, node: Node, first: Option<&Item>, comma: Option<usize>) -> bool {
        let space_at = |at: usize| self.bytes.get(at).is_none_or(u8::is_ascii_whitespace);
        match (comma, first) {
            (Some(comma), _) => !space_at(comma + 1),
            (None, Some(Item { key: Some(key), value, .. })) => {
                let colon =
                    (key.end..value.start).find(|&at| self.bytes[at] == b':').unwrap_or(key.end);
                !space_at(colon + 1)
            }
            _ => match node.start.checked_sub(1).and_then(|before| self.bytes.get(before)) {
                Some(before) => matches!(before, b':' | b',' | b'['),
                None => self.doc.syntax == Syntax::Json,
            },
        }
    }

    fn rewrite(
        &self,
        container: &Container,
        removed: impl Fn(usize) -> bool,
        splices: &mut Vec<Insertion>,
    ) {
        let node = &container.node;
        let (open, close) = (node.start + 1, node.end - 1);
        let mut from = open;
        let mut comments = false;
        let mut first: Option<(Item, Gap)> = None;
        let mut second_comma = None;
        let mut last: Option<(usize, bool, bool)> = None; // begin, after a line break, followed by a comma
        let mut kept: Option<(usize, Option<usize>)> = None; // end and comma of the last item that stays
        let mut dangling = None; // the comma of the last item that stays, when only removed ones follow
        let mut solid = (open, false); // behind all that stays but white space, and whether that is a `//` comment
        let note = |gap: &Gap, solid: &mut (usize, bool), comments: &mut bool| {
            if let Some(end) = gap.comment_end {
                *solid = (end, gap.line_comment);
                *comments = true;
            }
        };
        let before = splices.len();
        for item in self.doc.items(*node, node.kind) {
            let lead = self.gap(from, item.start());
            let behind = self.gap(item.value.end, item.comma.unwrap_or(item.value.end));
            let end = item.comma.map_or(item.value.end, |comma| comma + 1);
            note(&lead, &mut solid, &mut comments);
            last = Some((item.start(), lead.broken, item.comma.is_some()));
            if removed(item.start()) {
                if behind.comment_end.is_some() {
                    self.cut(from, item.start(), item.value.end, &lead, splices);
                    splices.extend(item.comma.map(|at| Insertion {
                        at,
                        remove: 1,
                        insert: String::new(),
                    }));
                } else {
                    self.cut(from, item.start(), end, &lead, splices);
                }
                note(&behind, &mut solid, &mut comments);
            } else {
                note(&behind, &mut solid, &mut comments);
                kept = Some((item.value.end, item.comma));
                dangling = item.comma;
                if item.comma.is_some() || behind.comment_end.is_none() {
                    solid = (end, false);
                }
            }
            from = end;
            if first.is_none() {
                first = Some((item, lead));
            } else if second_comma.is_none() {
                second_comma = first.as_ref().and_then(|(first, _)| first.comma);
            }
        }
        let tail = self.gap(from, close);
        note(&tail, &mut solid, &mut comments);
        let trailing = last.is_some_and(|(_, _, comma)| comma);

        if container.members.is_empty() && container.elements.is_empty() {
            if kept.is_none() && !comments && last.is_some() {
                splices.truncate(before);
                splices.push(Insertion { at: open, remove: close - open, insert: String::new() });
            } else if !trailing && let Some(at) = dangling {
                splices.push(Insertion { at, remove: 1, insert: String::new() });
            }
            return;
        }

        if let Some((at, None)) = kept {
            splices.push(Insertion { at, remove: 0, insert: ",".into() });
        }
        let base = self.indent(node.start);
        let mut insert = String::new();
        let (mut at, mut remove) = (solid.0, 0);
        let mut pad = ("", "");
        let layout = match (&first, last) {
            (Some((item, lead)), Some((last_start, last_broken, _))) => {
                if last_broken || solid.1 {
                    let indent = match () {
                        () if lead.broken => self.indent(item.start()).to_owned(),
                        () if last_broken => self.indent(last_start).to_owned(),
                        () => format!("{base}{}", self.unit),
                    };
                    let unit = indent
                        .strip_prefix(base)
                        .filter(|unit| !unit.is_empty())
                        .unwrap_or(&self.unit);
                    self.lines(&indent, unit)
                } else {
                    let compact = self.compact(*node, Some(item), second_comma);
                    if kept.is_none() && solid.0 == open {
                        pad.0 = self.doc.text().get(open..item.start()).unwrap_or_default();
                    } else if !compact {
                        pad.0 = " ";
                    }
                    Layout::Line { compact }
                }
            }
            _ if solid.0 > open => {
                if tail.broken || solid.1 {
                    self.lines(&format!("{base}{}", self.unit), &self.unit)
                } else {
                    pad.0 = " ";
                    Layout::Line { compact: false }
                }
            }
            _ if tail.broken => self.lines(&format!("{base}{}", self.unit), &self.unit),
            _ => {
                (at, remove) = (open, close - open);
                if self.is_inside_line(node.start) {
                    if remove > 0 {
                        pad = (" ", " ");
                    }
                    Layout::Line { compact: self.compact(*node, None, None) }
                } else {
                    self.lines(&format!("{base}{}", self.unit), &self.unit)
                }
            }
        };
        let closing = remove > 0 || (first.is_none() && open == close);
        let writer = self.writer(layout);
        insert.push_str(pad.0);
        for (index, (key, value)) in container.appended().enumerate() {
            if index > 0 {
                insert.push_str(if matches!(writer.layout, Layout::Line { compact: false }) {
                    ", "
                } else {
                    ","
                });
            }
            writer.line(&mut insert, 0);
            writer.item(&mut insert, key, value);
        }
        if trailing {
            insert.push(',');
        }
        insert.push_str(pad.1);
        if closing && let Layout::Lines { eol, .. } = &writer.layout {
            insert.push_str(eol);
            insert.push_str(base);
        }
        splices.push(Insertion { at, remove, insert });
    }

    /// Cuts an item out, with the line or the spaces that would be left empty.
    fn cut(&self, from: usize, start: usize, end: usize, lead: &Gap, splices: &mut Vec<Insertion>) {
        let spaces = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let (head, rest) = (
            self.bytes.get(..start).unwrap_or_default(),
            self.bytes.get(end..).unwrap_or_default(),
        );
        let left = start - head.iter().rev().take_while(spaces).count();
        let right = end + rest.iter().take_while(spaces).count();
        let begins = left == 0 || matches!(self.bytes[left - 1], b'\n' | b'\r');
        let (left, right) = match self.bytes.get(right..).unwrap_or_default() {
            [b'\r', b'\n', ..] if begins => (left, right + 2),
            [b'\n' | b'\r', ..] if begins => (left, right + 1),
            [b'\n' | b'\r', ..] => (left, end),
            [b'}' | b']', ..] if lead.comment_end.is_none() => (from, end),
            [b'}' | b']', ..] => (left, end),
            _ => (start, right),
        };
        splices.push(Insertion { at: left, remove: right - left, insert: String::new() });
    }
}
