//! A valid document, looked into where somebody asks.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::base::json::{Map, Value};

use super::node::{Kind, Node, Syntax};
use super::scan::{Fault, Jumps, Scanner, Show, Span};
use super::shown::shown;
use super::text;

/// The value of a JSON text that is no document of OpenClaw's; `None` for another text, and for what [`Document::value`]
/// does not copy.
pub fn parse(text: &str) -> Option<Value> {
    let document = Document::parse(text.as_bytes(), Syntax::Json).ok()?;
    document.value(document.root())
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The key, decoded. Half a surrogate pair, which no Rust string can hold, is replaced by U+FFFD; see `exact`.
    pub key: Cow<'a, str>,
    /// `key` is the key; false when something had to be replaced.
    pub exact: bool,
    /// Where the key stands, with its quotes.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// Why a text is no document. It never quotes what a string holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte at which the text stops being right.
    pub offset: usize,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1, in UTF-16 code units.
    pub column: u32,
    /// What should have stood there.
    pub expected: &'static str,
    /// What stands there, unless that is inside a string or the end of the file.
    pub found: Option<char>,
    /// The bytes are no UTF-8.
    pub encoding: bool,
    /// The file ends there.
    pub end: bool,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)?;
        match self.found {
            Some('\'') => write!(f, ", found '\\''"),
            Some(c) => write!(f, ", found '{}'", shown(c)),
            None if self.end => write!(f, ", but the file ends"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SyntaxError {}

/// A valid document.
#[derive(Clone)]
pub struct Document<'a> {
    text: &'a str,
    pub(super) scanner: Scanner<'a>,
    jumps: Jumps,
    root: Node,
    pub(super) syntax: Syntax,
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The content may hold secrets.
        f.debug_struct("Document").field("root", &self.root).finish_non_exhaustive()
    }
}

/// The depth to which [`Document::value`] goes.
const MAX_DEPTH: usize = 128;

/// A text of these bytes.
fn utf8(bytes: &[u8]) -> Result<&str, SyntaxError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let valid =
            bytes.get(..offset).map(std::str::from_utf8).and_then(Result::ok).unwrap_or_default();
        let (line, column) = line_column(valid, offset);
        SyntaxError {
            offset,
            line,
            column,
            expected: "UTF-8",
            found: None,
            encoding: true,
            end: false,
        }
    })
}

impl<'a> Document<'a> {
    /// Checks the whole text.
    ///
    /// # Errors
    /// The first place at which it is not UTF-8 or not of the syntax.
    pub fn parse(bytes: &'a [u8], syntax: Syntax) -> Result<Self, SyntaxError> {
        Self::of(utf8(bytes)?, syntax).checked(None)
    }

    /// The same, and shows the members of the root on the way, duplicates too, each with its own members: one look at a large
    /// document is all that it takes. What was shown of one that turns out not to be valid does not count.
    ///
    /// # Errors
    /// Those of [`Document::parse`].
    pub(crate) fn parse_each(
        bytes: &'a [u8],
        syntax: Syntax,
        show: &mut dyn FnMut(&Member<'a>, &Fields<'_, 'a>),
    ) -> Result<Self, SyntaxError> {
        let text = utf8(bytes)?;
        let document = Self::of(text, syntax);
        let mut shown = |span: &Span, spans: &[Span]| {
            let key_span = span.key.0..span.key.1;
            let (key, exact) = text::unquote(&text[key_span.clone()]);
            let member = Member { key, exact, key_span, value: document.node(span) };
            show(&member, &Fields { document: &document, spans });
        };
        Self::of(text, syntax).checked(Some(&mut shown))
    }

    fn node(&self, span: &Span) -> Node {
        Node { start: span.value, end: span.end, kind: self.scanner.kind(span.value) }
    }

    /// A text that nobody has looked at.
    fn of(text: &'a str, syntax: Syntax) -> Self {
        let scanner = Scanner::new(text, syntax == Syntax::Json5);
        let root = Node { start: 0, end: text.len(), kind: Kind::Object };
        Self { text, scanner, jumps: Jumps::default(), root, syntax }
    }

    fn checked(self, show: Option<Show<'_>>) -> Result<Self, SyntaxError> {
        let Self { text, scanner, .. } = self;
        let (root, jumps) = scanner.document(show).map_err(|Fault { at, expected, hidden }| {
            let (line, column) = line_column(text, at);
            let found =
                if hidden { None } else { text.get(at..).and_then(|rest| rest.chars().next()) };
            SyntaxError {
                offset: at,
                line,
                column,
                expected,
                found,
                encoding: false,
                end: at >= text.len(),
            }
        })?;
        Ok(Self { jumps, root, ..self })
    }

    /// The outermost value.
    pub fn root(&self) -> Node {
        self.root
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The members of an object in their order, duplicates too; none for other nodes.
    pub fn members(&self, object: Node) -> Members<'_, 'a> {
        Members { items: self.items(object, Kind::Object) }
    }

    /// The elements of an array; none for other nodes.
    pub fn elements(&self, array: Node) -> Elements<'_, 'a> {
        Elements { items: self.items(array, Kind::Array) }
    }

    /// The member with this key, of duplicates the last.
    pub fn get(&self, object: Node, key: &str) -> Option<Member<'a>> {
        self.members(object).filter(|member| member.exact && member.key == key).last()
    }

    /// The members with keys that are picked, of duplicates the last: for who looks for many.
    pub(crate) fn last(&self, object: Node, pick: impl Fn(&str) -> bool) -> Last<'a> {
        let mut last = Last { members: Vec::new(), places: Map::new() };
        for member in self.members(object).filter(|member| member.exact && pick(&member.key)) {
            last.places.insert(member.key.to_string(), last.members.len().into());
            last.members.push(member);
        }
        last
    }

    /// Shows an object by its fields, for who looks for several: it is walked over once.
    pub(crate) fn fields(&self, object: Node, show: impl FnOnce(&Fields<'_, 'a>)) {
        let span = |Item { key, value, .. }| {
            let key = key.unwrap_or_default();
            Span { key: (key.start, key.end), value: value.start, end: value.end }
        };
        let spans: Vec<Span> = self.items(object, Kind::Object).map(span).collect();
        show(&Fields { document: self, spans: &spans });
    }

    /// The value of a string; `None` for other nodes and for one with half a surrogate pair, which no Rust string can hold.
    pub fn string(&self, node: Node) -> Option<Cow<'a, str>> {
        if node.kind != Kind::String {
            return None;
        }
        let (value, exact) = text::unquote(self.raw(node));
        exact.then_some(value)
    }

    /// The value of a number as JavaScript reads it; `None` for other nodes.
    pub fn number(&self, node: Node) -> Option<f64> {
        (node.kind == Kind::Number).then(|| text::number(self.raw(node)))
    }

    /// A copy of a small value, numbers as JavaScript reads them. `None` for what a [`Value`] can't hold: `NaN`, infinite
    /// numbers, halves of surrogate pairs, and more than 128 levels.
    pub fn value(&self, node: Node) -> Option<Value> {
        self.value_within(node, MAX_DEPTH, None)
    }

    /// The same with null for numbers that JSON does not have: OpenClaw takes `NaN` and `Infinity`, where no setting wants them.
    pub fn finite(&self, node: Node) -> Option<Value> {
        self.value_within(node, MAX_DEPTH, Some(Value::Null))
    }

    fn value_within(&self, node: Node, depth: usize, beyond: Option<Value>) -> Option<Value> {
        let inner = depth.checked_sub(1)?;
        Some(match node.kind {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(self.raw(node) == "true"),
            Kind::Number => match self.number(node)?.into() {
                Value::Null => beyond?,
                number => number,
            },
            Kind::String => Value::String(self.string(node)?.into_owned()),
            Kind::Array => self
                .elements(node)
                .map(|item| self.value_within(item, inner, beyond.clone()))
                .collect::<Option<_>>()?,
            Kind::Object => {
                let (mut map, mut lacks) = (Map::new(), Map::new());
                for member in self.members(node) {
                    let value = self.value_within(member.value, inner, beyond.clone());
                    let value = value.filter(|_| member.exact);
                    // What a later duplicate hides does not count.
                    if value.is_none() {
                        lacks.insert(member.key.to_string(), true.into());
                    } else if let Some(lacking) = lacks.get_mut(&member.key) {
                        *lacking = false.into();
                    }
                    map.insert(member.key.into_owned(), value.unwrap_or_default());
                }
                if lacks.values().any(|lacking| *lacking == true) {
                    return None;
                }
                Value::Object(map)
            }
        })
    }

    /// The text of a value as it stands.
    pub fn raw(&self, node: Node) -> &'a str {
        self.text.get(node.start..node.end).unwrap_or_default()
    }

    /// Line and column of a byte, both from 1, as editors show them: a line ends with LF, CRLF or CR, a column is a UTF-16
    /// code unit, a BOM takes none.
    pub fn line_column(&self, offset: usize) -> (u32, u32) {
        line_column(self.text, offset)
    }

    pub(super) fn items(&self, node: Node, kind: Kind) -> Items<'_, 'a> {
        let at = if node.kind == kind { node.start.saturating_add(1) } else { self.text.len() };
        Items { doc: self, at, keyed: kind == Kind::Object, hint: 0 }
    }
}

pub(super) fn line_column(text: &str, offset: usize) -> (u32, u32) {
    let (mut line, mut column, mut before) = (1u32, 1u32, ' ');
    for (at, c) in text.char_indices() {
        if at >= offset {
            break;
        }
        match c {
            '\n' if before == '\r' => {}
            '\n' | '\r' => (line, column) = (line.saturating_add(1), 1),
            '\u{feff}' if at == 0 => {}
            _ => column = column.saturating_add(c.len_utf16() as u32),
        }
        before = c;
    }
    (line, column)
}

/// One entry of an object or array with the places that an edit needs.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) key: Option<Range<usize>>,
    pub(super) value: Node,
    pub(super) comma: Option<usize>,
}

impl Item {
    pub(super) fn start(&self) -> usize {
        self.key.as_ref().map_or(self.value.start, |key| key.start)
    }
}

pub(super) struct Items<'d, 'a> {
    doc: &'d Document<'a>,
    at: usize,
    keyed: bool,
    /// Where the next jump is looked for.
    hint: usize,
}

impl Iterator for Items<'_, '_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let Document { text, scanner, jumps, .. } = self.doc;
        let mut at = scanner.skip_blank(self.at);
        if at >= text.len() || matches!(scanner.byte(at), b'}' | b']') {
            self.at = text.len();
            return None;
        }
        let key = self.keyed.then(|| {
            let key = at..scanner.skip_key(at);
            at = scanner.skip_blank(scanner.skip_blank(key.end) + 1);
            key
        });
        let value = scanner.skip_value(at, jumps, &mut self.hint);
        let behind = scanner.skip_blank(value.end);
        let comma = (scanner.byte(behind) == b',').then_some(behind);
        let next = comma.map_or(behind, |comma| comma + 1);
        if next <= self.at {
            return None; // only where the node is not of this document
        }
        self.at = next;
        Some(Item { key, value, comma })
    }
}

/// Members by their keys. Map is the one table of texts that the module has anyway: others make it larger.
pub(crate) struct Last<'a> {
    members: Vec<Member<'a>>,
    places: Map,
}

impl<'a> Last<'a> {
    /// The member with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Member<'a>> {
        self.members.get(self.places.get(key)?.as_u64()? as usize)
    }
}

/// The fields of an object; few, so that looking through them is quick.
pub(crate) struct Fields<'d, 'a> {
    document: &'d Document<'a>,
    spans: &'d [Span],
}

impl<'a> Fields<'_, 'a> {
    /// A copy of the value of a field, of duplicates the last; `None` also for what [`Document::value`] does not copy.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        let span = self.spans.iter().rfind(|span| self.is(self.key(span), name))?;
        self.document.value(self.document.node(span))
    }

    /// Shows each field in its order, duplicates too: its key as it stands, its value, and that as it stands.
    pub(crate) fn each(&self, mut show: impl FnMut(&'a str, Node, &'a str)) {
        for span in self.spans {
            let node = self.document.node(span);
            show(self.key(span), node, self.document.raw(node));
        }
    }

    /// The same of an object that is the value of one.
    pub(crate) fn members(&self, object: Node, mut show: impl FnMut(&'a str, Node, &'a str)) {
        for item in self.document.items(object, Kind::Object) {
            let key = item.key.and_then(|key| self.document.text.get(key));
            show(key.unwrap_or_default(), item.value, self.document.raw(item.value));
        }
    }

    /// Whether a key is this name. Spelled with escapes it is longer.
    fn is(&self, raw: &str, name: &str) -> bool {
        let body = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        body == name
            || raw.len() > name.len() + 2 && body.contains('\\') && {
                let (key, exact) = text::unquote(raw);
                exact && key == name
            }
    }

    fn key(&self, span: &Span) -> &'a str {
        self.document.text.get(span.key.0..span.key.1).unwrap_or_default()
    }
}

/// The members of an object; see [`Document::members`].
pub struct Members<'d, 'a> {
    items: Items<'d, 'a>,
}

impl<'a> Iterator for Members<'_, 'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let item = self.items.next()?;
        let key_span = item.key?;
        let (key, exact) = text::unquote(self.items.doc.text.get(key_span.clone())?);
        Some(Member { key, exact, key_span, value: item.value })
    }
}

/// The elements of an array; see [`Document::elements`].
pub struct Elements<'d, 'a> {
    items: Items<'d, 'a>,
}

impl Iterator for Elements<'_, '_> {
    type Item = Node;

    fn next(&mut self) -> Option<Node> {
        self.items.next().map(|item| item.value)
    }
}
