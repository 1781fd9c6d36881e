//! What is made from the rows of the core's codes: `docs/codes.md`, the unions in the types, the hints of JavaScript.

/// A row; a refusal that is also a finding has two codes.
pub(crate) struct Row {
    codes: &'static [&'static str],
    meaning: &'static str,
    remedy: &'static str,
    hint: Option<&'static str>,
}

macro_rules! first {
    () => {
        None
    };
    ($hint:literal) => {
        Some($hint)
    };
}

macro_rules! codes {
    ($($group:ident { $($name:ident = $code:literal $(, $text:literal)* ;)* })*) => {
        pub(crate) const ROWS: &[super::Row] = &[$($(row!($group $code $(, $text)*),)*)*];
    };
}

macro_rules! row {
    (both $code:literal, $also:literal, $meaning:literal, $remedy:literal $(, $hint:literal)?) => {
        super::Row { codes: &[$code, $also], meaning: $meaning, remedy: $remedy, hint: first!($($hint)?) }
    };
    ($group:ident $code:literal, $meaning:literal, $remedy:literal $(, $hint:literal)?) => {
        super::Row { codes: &[$code], meaning: $meaning, remedy: $remedy, hint: first!($($hint)?) }
    };
}

#[path = "../../core/src/codes/table.rs"]
mod table;

/// A file, and the text that belongs there.
pub(crate) type Made = (&'static str, String);

const TYPES: &str = "npm/openclaw-prepair/index.d.ts";
const ERRORS: &str = "npm/openclaw-prepair/lib/core/errors.js";
const HEAD: &str = "\
# Codes

Stable within a major version; the sentences around them are not. `cargo xtask generate` makes this page from
`crates/core/src/codes/table.rs`.

A call that is refused throws a `PrepairError`, whose `code` begins with `ERR_PREPAIR_`. Nothing on disk has changed then; where a write
fails part-way (the disk is full), what was done is whole, and the same call completes it. A notice in the `warnings` of a report or the
`findings` of a diagnosis has a `code` that begins with `W_`; some refusals are findings too. `message` describes the case at hand, `hint`
says what to do about it.
";

/// All that is made from the codes; `read` gives what stands in a file.
pub(crate) fn made(read: impl Fn(&str) -> Result<String, String>) -> Result<Vec<Made>, String> {
    let unions = format!(
        "{}\n{}",
        union("Why something is refused; more may come", "PrepairErrorCode", "ERR_PREPAIR_"),
        union("What a notice is about; more may come", "NoticeCode", "W_")
    );
    let hints: String = table::ROWS
        .iter()
        .filter_map(|row| Some((row.codes[0].strip_prefix("ERR_PREPAIR_")?, row.hint?)))
        .map(|(code, hint)| format!("  {code}: {hint:?},\n"))
        .collect();
    let hints = format!("const HINTS = {{\n  __proto__: null,\n{hints}}};\n");
    Ok(vec![
        ("docs/codes.md", page()),
        (TYPES, region(&read(TYPES)?, "codes", &unions).ok_or(format!("{TYPES}: no region"))?),
        (ERRORS, region(&read(ERRORS)?, "hints", &hints).ok_or(format!("{ERRORS}: no region"))?),
    ])
}

/// The codes that begin so, each with its row, by the alphabet.
fn sorted(prefix: &str) -> Vec<(&'static str, &'static Row)> {
    let mut all: Vec<_> = table::ROWS
        .iter()
        .flat_map(|row| row.codes.iter().map(move |code| (*code, row)))
        .filter(|(code, _)| code.starts_with(prefix))
        .collect();
    all.sort_by_key(|(code, _)| *code);
    all
}

fn union(what: &str, name: &str, prefix: &str) -> String {
    let words: String = sorted(prefix).iter().map(|(code, _)| format!("  | '{code}'\n")).collect();
    format!(
        "/** {what}: see docs/codes.md. */\nexport type {name} =\n{words}  | (`{prefix}${{string}}` & {{}});\n"
    )
}

fn page() -> String {
    let part = |title: &str, prefix: &str| {
        let rows: String = sorted(prefix)
            .iter()
            .map(|(code, row)| {
                format!("| `{code}` | {} | {} |\n", cell(row.meaning), cell(row.remedy))
            })
            .collect();
        format!("\n## {title}\n\n| code | meaning | what to do |\n| --- | --- | --- |\n{rows}")
    };
    format!("{HEAD}{}{}", part("Errors", "ERR_PREPAIR_"), part("Notices", "W_"))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The text with other lines between `// <name>` and `// </name>`.
fn region(text: &str, name: &str, lines: &str) -> Option<String> {
    let (begin, end) = (format!("// <{name}>"), format!("// </{name}>"));
    let (before, rest) = text.split_once(&begin)?;
    let (first, rest) = rest.split_once('\n')?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{first}\n{lines}{end}{after}"))
}

#[cfg(test)]
#[path = "../tests/unit/codes.rs"]
mod tests;
