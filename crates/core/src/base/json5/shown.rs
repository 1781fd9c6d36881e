//! What may be shown of a character that somebody else wrote.

use super::unicode;

/// A character made harmless for a terminal: letters and digits of any script and common signs stay as they are; what moves the cursor, hides
/// text or turns its direction is escaped, and what only might.
pub(crate) fn shown(c: char) -> String {
    match c {
        '\'' | '"' => c.to_string(),
        '\u{a1}'..='\u{ac}'
        | '\u{ae}'..='\u{ff}'
        | '\u{2010}'..='\u{2027}'
        | '\u{20a0}'..='\u{20bf}'
        | '\u{2190}'..='\u{23ff}'
        | '\u{2500}'..='\u{27bf}'
        | '\u{3001}'..='\u{3020}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6c5}'
        | '\u{1f900}'..='\u{1f9ff}' => c.to_string(),
        // beyond are marks that are not seen
        '\u{80}'..'\u{e0000}' if unicode::is_continue(c) => c.to_string(),
        _ => c.escape_default().to_string(),
    }
}
