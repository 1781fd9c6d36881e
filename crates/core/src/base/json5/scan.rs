//! The scanner: validates a whole document in one pass without a tree, and later skips over what it has validated.
//!
//! `Json` takes what `JSON.parse` takes, `Json5` what npm json5 2.2.3 takes (`lib/parse.js`), which is OpenClaw's own parser.

use super::node::{Kind, Node};
use super::unicode;

/// Where a document breaks, and what should have been there.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) expected: &'static str,
    /// Inside a string, whose content nobody should see.
    pub(super) hidden: bool,
}

type Scan<T> = Result<T, Fault>;

fn fault<T>(at: usize, expected: &'static str) -> Scan<T> {
    Err(Fault { at, expected, hidden: false })
}

/// Where the larger items of the root begin and end, so that a look for one does not read the others again. With 64 bytes
/// an item at least, this takes an eighth of the document at most.
#[derive(Clone, Default)]
pub(super) struct Jumps(Vec<(u32, u32)>);

impl Jumps {
    fn note(&mut self, start: usize, end: usize) {
        if end - start >= 64
            && let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end))
        {
            self.0.push((start, end));
        }
    }

    /// The end of the item that begins there. `hint` is where it is looked for first: who walks over all of them finds
    /// each one behind the one before.
    fn end(&self, start: usize, hint: &mut usize) -> Option<usize> {
        let start = u32::try_from(start).ok()?;
        let at = match self.0.get(*hint) {
            Some(&(known, _)) if known == start => *hint,
            _ => self.0.binary_search_by_key(&start, |&(start, _)| start).ok()?,
        };
        *hint = at + 1;
        Some(self.0[at].1 as usize)
    }
}

/// A member under way: its key, where its value begins and, in the end, where that ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) key: (usize, usize),
    pub(super) value: usize,
    pub(super) end: usize,
}

/// Is shown a member and its own ones.
pub(super) type Show<'s> = &'s mut dyn FnMut(&Span, &[Span]);

#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    json5: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, json5: bool) -> Self {
        Self { text, bytes: text.as_bytes(), json5 }
    }

    /// The byte there; 0, which no token begins with, after the end.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The four bytes there; 0 at the end.
    #[inline]
    fn word(&self, at: usize) -> u32 {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.first_chunk().copied().map_or(0, u32::from_le_bytes)
    }

    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// Validates everything and returns the root. Nesting costs a byte a level, never stack. Each member of an object at the root is
    /// shown on the way, with its own members where it is one, too.
    pub(super) fn document(&self, mut show: Option<Show<'_>>) -> Scan<(Node, Jumps)> {
        let mut open: Vec<u8> = Vec::new();
        let mut jumps = Jumps(Vec::new());
        // The key and the start of the value under way, in the root and one below.
        let mut under_way = [Span::default(); 2];
        let mut spans: Vec<Span> = Vec::new();
        let start = self.blank(0)?;
        let mut at = start;
        'value: loop {
            let (before, byte) = (at, self.byte(at));
            if let Some(span) = open.len().checked_sub(1).and_then(|depth| under_way.get_mut(depth))
            {
                span.value = before;
            }
            at = match byte {
                b'"' => self.string(at)?,
                b'{' | b'[' => {
                    at = self.blank(at + 1)?;
                    if self.byte(at) == closer(byte) {
                        at + 1
                    } else {
                        open.push(byte);
                        if byte == b'{' {
                            at = self.key_and_colon(at, "a key or '}'", &open, &mut under_way)?;
                        } else if !self.begins_value(at) {
                            return fault(at, "a value or ']'");
                        }
                        continue 'value;
                    }
                }
                _ => self.scalar(at)?,
            };
            while let Some(&opener) = open.last() {
                // A value ends here.
                match (open.len(), opener) {
                    (1, opener) => {
                        let span = Span { end: at, ..under_way[0] };
                        if matches!(self.byte(span.value), b'{' | b'[') {
                            jumps.note(span.value, at);
                        }
                        if let (Some(show), b'{') = (&mut show, opener) {
                            show(&span, &spans);
                        }
                        spans.clear();
                    }
                    (2, b'{') if show.is_some() => spans.push(Span { end: at, ..under_way[1] }),
                    _ => {}
                }
                at = self.blank(at)?;
                let byte = self.byte(at);
                if byte == closer(opener) {
                    open.pop();
                    at += 1;
                    continue;
                }
                if byte != b',' {
                    return fault(at, if opener == b'{' { "',' or '}'" } else { "',' or ']'" });
                }
                at = self.blank(at + 1)?;
                if self.json5 && self.byte(at) == closer(opener) {
                    // No value ends twice.
                    open.pop();
                    at += 1;
                    continue;
                }
                if opener == b'{' {
                    at = self.key_and_colon(at, "a key", &open, &mut under_way)?;
                }
                continue 'value;
            }
            break;
        }
        let after = self.blank(at)?;
        if after < self.bytes.len() {
            return fault(after, "the end of the file");
        }
        Ok((Node { start, end: at, kind: self.kind(start) }, jumps))
    }

    fn key_and_colon(
        &self,
        start: usize,
        expected: &'static str,
        open: &[u8],
        under_way: &mut [Span; 2],
    ) -> Scan<usize> {
        let end = self.key(start, expected)?;
        if let Some(span) = under_way.get_mut(open.len() - 1) {
            span.key = (start, end);
        }
        let at = self.blank(end)?;
        if self.byte(at) != b':' {
            return fault(at, "':'");
        }
        self.blank(at + 1)
    }

    /// From the first to behind the last byte of a key.
    fn key(&self, at: usize, expected: &'static str) -> Scan<usize> {
        match self.byte(at) {
            b'"' => self.string(at),
            b'\'' if self.json5 => self.string(at),
            _ if self.json5 => self.identifier(at, expected),
            _ => fault(
                at,
                if expected == "a key" {
                    "a key in double quotes"
                } else {
                    "a key in double quotes or '}'"
                },
            ),
        }
    }

    fn identifier(&self, start: usize, expected: &'static str) -> Scan<usize> {
        let mut at = start;
        loop {
            let byte = self.byte(at);
            if byte.is_ascii_alphabetic()
                || byte == b'_'
                || byte == b'$'
                || (byte.is_ascii_digit() && at > start)
            {
                at += 1;
                continue;
            }
            let (c, end) = match byte {
                b'\\' => {
                    if self.byte(at + 1) != b'u' {
                        return fault(at + 1, "'u' of an escaped character");
                    }
                    let end = self.hex(at + 2, 4)?;
                    let Some(c) = self.escaped_char(at + 2) else {
                        return fault(at, "a character that may stand in a key");
                    };
                    (c, end)
                }
                0x80.. => match self.char(at) {
                    Some(c) => (c, at + c.len_utf8()),
                    None => break,
                },
                _ => break,
            };
            let fits = match c {
                '$' | '_' | 'a'..='z' | 'A'..='Z' => true,
                _ if at == start => unicode::is_start(c),
                '0'..='9' | '\u{200c}' | '\u{200d}' => true,
                _ => unicode::is_continue(c),
            };
            if !fits {
                if byte == b'\\' {
                    return fault(at, "a character that may stand in a key");
                }
                break;
            }
            at = end;
        }
        if at == start { fault(at, expected) } else { Ok(at) }
    }

    /// The character of four hex digits, unless it is half of a pair.
    pub(super) fn escaped_char(&self, at: usize) -> Option<char> {
        char::from_u32(u32::from_str_radix(self.text.get(at..at + 4)?, 16).ok()?)
    }

    fn hex(&self, at: usize, count: usize) -> Scan<usize> {
        match (at..at + count).find(|&i| !self.byte(i).is_ascii_hexdigit()) {
            Some(bad) => fault(bad, "a hexadecimal digit"),
            None => Ok(at + count),
        }
    }

    #[inline]
    fn begins_value(&self, at: usize) -> bool {
        match self.byte(at) {
            b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => true,
            b'\'' | b'+' | b'.' | b'I' | b'N' => self.json5,
            _ => false,
        }
    }

    fn scalar(&self, at: usize) -> Scan<usize> {
        match self.byte(at) {
            b'0'..=b'9' | b'-' => self.number(at),
            b't' => self.literal(at, "true"),
            b'f' => self.literal(at, "false"),
            b'n' => self.literal(at, "null"),
            b'\'' if self.json5 => self.string(at),
            b'+' | b'.' | b'I' | b'N' if self.json5 => self.number(at),
            _ => fault(at, "a value"),
        }
    }

    fn literal(&self, at: usize, word: &'static str) -> Scan<usize> {
        match word.bytes().enumerate().find(|&(i, byte)| self.byte(at + i) != byte) {
            Some((i, _)) => fault(at + i, word),
            None => Ok(at + word.len()),
        }
    }

    fn digits(&self, mut at: usize) -> usize {
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        at
    }

    fn some_digits(&self, at: usize) -> Scan<usize> {
        let end = self.digits(at);
        if end == at { fault(at, "a digit") } else { Ok(end) }
    }

    fn number(&self, start: usize) -> Scan<usize> {
        let mut at = start;
        if self.byte(at) == b'-' || (self.json5 && self.byte(at) == b'+') {
            at += 1;
        }
        match self.byte(at) {
            b'I' if self.json5 => return self.literal(at, "Infinity"),
            b'N' if self.json5 => return self.literal(at, "NaN"),
            b'.' if self.json5 => {}
            b'0' => {
                at += 1;
                if self.json5 && matches!(self.byte(at), b'x' | b'X') {
                    at = self.hex(at + 1, 1)?;
                    while self.byte(at).is_ascii_hexdigit() {
                        at += 1;
                    }
                    return Ok(at);
                }
            }
            _ => at = self.some_digits(at)?,
        }
        if self.byte(at) == b'.' {
            // JSON5 takes `5.` and `.5`, but not `.`
            let bare = self.json5 && self.byte(at.wrapping_sub(1)).is_ascii_digit();
            at = if bare { self.digits(at + 1) } else { self.some_digits(at + 1)? };
        }
        if matches!(self.byte(at), b'e' | b'E') {
            at += 1;
            if matches!(self.byte(at), b'+' | b'-') {
                at += 1;
            }
            at = self.some_digits(at)?;
        }
        Ok(at)
    }

    /// From the opening to behind the closing quote.
    pub(super) fn string(&self, start: usize) -> Scan<usize> {
        let quote = self.byte(start);
        let mut at = start + 1;
        loop {
            at = self.plain(at, quote);
            match self.byte(at) {
                byte if byte == quote => return Ok(at + 1),
                b'\\' => at = self.escape(at).map_err(|fault| Fault { hidden: true, ..fault })?,
                _ if at >= self.bytes.len() => return fault(at, "the end of the string"),
                b'\n' | b'\r' => {
                    return Err(Fault { at, expected: "the end of the string", hidden: true });
                }
                _ if self.json5 => at += 1,
                _ => {
                    return Err(Fault {
                        at,
                        expected: "an escape for a control character",
                        hidden: true,
                    });
                }
            }
        }
    }

    /// The first quote, backslash or control character from here: eight bytes a step.
    #[inline]
    fn plain(&self, mut at: usize, quote: u8) -> usize {
        const ONES: u64 = u64::from_ne_bytes([1; 8]);
        const HIGH: u64 = ONES << 7;
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        let rest = self.bytes.get(at..).unwrap_or_default();
        let (words, _) = rest.as_chunks::<8>();
        for word in words {
            let word = u64::from_le_bytes(*word);
            // Only the lowest mark is exact, and only the lowest is used.
            let marks = zero(word ^ (ONES * u64::from(quote)))
                | zero(word ^ (ONES * u64::from(b'\\')))
                | (word.wrapping_sub(ONES * 0x20) & !word & HIGH);
            if marks != 0 {
                return at + marks.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            if byte == quote || byte == b'\\' || byte < b' ' {
                break;
            }
            at += 1;
        }
        at
    }

    fn escape(&self, start: usize) -> Scan<usize> {
        let at = start + 1;
        let byte = self.byte(at);
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 1),
            b'u' => self.hex(at + 1, 4),
            _ if !self.json5 || at >= self.bytes.len() => {
                fault(at, "an escape such as \\n or \\u0041")
            }
            b'x' => self.hex(at + 1, 2),
            b'1'..=b'9' => fault(at, "an escape that is no octal number"),
            b'0' if self.byte(at + 1).is_ascii_digit() => {
                fault(at + 1, "an escape that is no octal number")
            }
            b'\r' if self.byte(at + 1) == b'\n' => Ok(at + 2),
            _ => Ok(at + self.char(at).map_or(1, char::len_utf8)),
        }
    }

    /// Behind white space and comments.
    #[inline]
    pub(super) fn blank(&self, mut at: usize) -> Scan<usize> {
        loop {
            match self.byte(at) {
                b' ' | b'\n' | b'\r' | b'\t' => {
                    at += 1;
                    // An indent is long.
                    while self.word(at) == u32::from_le_bytes(*b"    ") {
                        at += 4;
                    }
                }
                b'!'..=b'.' | b'0'..=0x7f => return Ok(at),
                _ => {
                    let next = if self.json5 { self.rare_blank(at)? } else { at };
                    if next == at {
                        return Ok(at);
                    }
                    at = next;
                }
            }
        }
    }

    /// Behind one comment or one white space character that JSON does not have.
    #[cold]
    fn rare_blank(&self, at: usize) -> Scan<usize> {
        Ok(at
            + match self.bytes.get(at..).unwrap_or_default() {
                [b'/', b'/', ..] => return Ok(self.line_comment(at)),
                [b'/', b'*', rest @ ..] => match rest.windows(2).position(|pair| pair == b"*/") {
                    Some(length) => length + 4,
                    None => return fault(self.bytes.len(), "the end of the comment"),
                },
                [b'/', ..] => return fault(at + 1, "'/' or '*' of a comment"),
                [0x0b | 0x0c, ..] => 1,
                [0xc2, 0xa0, ..] => 2,
                [0xef, 0xbb, 0xbf, ..]
                | [0xe1, 0x9a, 0x80, ..]
                | [0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf, ..]
                | [0xe2, 0x81, 0x9f, ..]
                | [0xe3, 0x80, 0x80, ..] => 3,
                _ => 0,
            })
    }

    /// To the line break that ends a `//` comment.
    pub(super) fn line_comment(&self, start: usize) -> usize {
        let mut at = start;
        loop {
            match self.bytes.get(at..).unwrap_or_default() {
                [] | [b'\n' | b'\r', ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..] => return at,
                _ => at += 1,
            }
        }
    }

    // What follows walks over text that `document` has accepted; elsewhere it ends early, but it never panics.

    pub(super) fn kind(&self, at: usize) -> Kind {
        match self.byte(at) {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' | b'\'' => Kind::String,
            b't' | b'f' => Kind::Bool,
            b'n' => Kind::Null,
            _ => Kind::Number,
        }
    }

    pub(super) fn skip_blank(&self, at: usize) -> usize {
        self.blank(at).unwrap_or(self.bytes.len())
    }

    /// Behind the comment that begins here.
    pub(super) fn skip_comment(&self, at: usize) -> usize {
        self.rare_blank(at).unwrap_or(self.bytes.len()).max(at + 1)
    }

    /// Behind a key.
    pub(super) fn skip_key(&self, at: usize) -> usize {
        self.key(at, "").unwrap_or(self.bytes.len())
    }

    /// The value that begins here.
    pub(super) fn skip_value(&self, start: usize, jumps: &Jumps, hint: &mut usize) -> Node {
        let kind = self.kind(start);
        let end = match kind {
            Kind::String => self.string(start).unwrap_or(self.bytes.len()),
            Kind::Object | Kind::Array => {
                jumps.end(start, hint).unwrap_or_else(|| self.skip_container(start))
            }
            _ => {
                let mut at = start;
                while matches!(self.byte(at), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.')
                {
                    at += 1;
                }
                at
            }
        };
        Node { start, end, kind }
    }

    /// Behind the object or array that begins here.
    fn skip_container(&self, mut at: usize) -> usize {
        let mut depth = 0usize;
        while at < self.bytes.len() {
            at = match self.byte(at) {
                b'{' | b'[' => {
                    depth += 1;
                    at + 1
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                    at + 1
                }
                _ => self.skip_token(at),
            };
        }
        at
    }

    /// The token that begins at `until` or behind it, and how many objects and arrays are open there, where `depth` are
    /// at `at`.
    pub(super) fn depth(&self, mut at: usize, until: usize, mut depth: usize) -> (usize, usize) {
        while at < until {
            match self.byte(at) {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at = self.skip_token(at);
        }
        (at, depth)
    }

    /// Behind a string or a comment, else one byte on.
    #[inline]
    fn skip_token(&self, at: usize) -> usize {
        match self.byte(at) {
            b'"' | b'\'' => self.string(at).unwrap_or(self.bytes.len()),
            b'/' => self.rare_blank(at).unwrap_or(self.bytes.len()),
            _ => at + 1,
        }
    }
}

fn closer(opener: u8) -> u8 {
    // `{}` and `[]` lie two apart in ASCII.
    opener + 2
}
