//! Answers the tests in tests/json5: requests and replies are a little-endian u32 length, a line of JSON, and bytes.
use std::io::{self, Read, Write};

use prepair_core::base::json5::{Arrays, Document, Editor, Kind, Node, Syntax, SyntaxError};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut length = [0; 4];
    while input.read_exact(&mut length).is_ok() {
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut request)?;
        let line =
            request.iter().position(|&byte| byte == b'\n').ok_or(io::ErrorKind::InvalidData)?;
        let (head, bytes) = (&request[..line], &request[line + 1..]);
        let (head, body) = answer(&serde_json::from_slice(head)?, bytes);
        let mut reply = head.to_string().into_bytes();
        reply.push(b'\n');
        reply.extend(body);
        output.write_all(&u32::try_from(reply.len()).map_err(io::Error::other)?.to_le_bytes())?;
        output.write_all(&reply)?;
        output.flush()?;
    }
    Ok(())
}

fn answer(request: &Value, bytes: &[u8]) -> (Value, Vec<u8>) {
    let syntax = if request["syntax"] == "json" { Syntax::Json } else { Syntax::Json5 };
    if request["op"] == "characters" {
        return characters(&String::from_utf8_lossy(bytes), syntax);
    }
    let doc = match Document::parse(bytes, syntax) {
        Ok(doc) => doc,
        Err(error) => {
            let message = error.to_string();
            let SyntaxError { offset, line, column, expected, found, encoding, end } = error;
            let fields = json!({"offset": offset, "line": line, "column": column, "expected": expected,
                "found": found, "encoding": encoding, "end": end, "message": message});
            return (json!({ "error": fields }), Vec::new());
        }
    };
    match request["op"].as_str() {
        Some("dump") => {
            (json!({"tree": dump(&doc, doc.root()), "value": doc.value(doc.root())}), Vec::new())
        }
        Some("edit") => {
            let mut editor = Editor::new(&doc);
            let mut results = Vec::new();
            for edit in request["edits"].as_array().into_iter().flatten() {
                results.push(apply(&doc, &mut editor, edit));
            }
            let new = editor.finish();
            (json!({"changed": new.is_some(), "results": results}), new.unwrap_or_default())
        }
        _ => (json!({"ok": true}), Vec::new()),
    }
}

/// Of the texts made by putting each character in the place of `@`, which are valid.
fn characters(template: &str, syntax: Syntax) -> (Value, Vec<u8>) {
    let valid = |c: &char| {
        Document::parse(template.replace('@', &c.to_string()).as_bytes(), syntax).is_ok()
    };
    (json!({}), (char::MIN..=char::MAX).filter(valid).collect::<String>().into_bytes())
}

/// The node at a path of keys and indexes.
fn find(doc: &Document<'_>, path: &Value) -> Option<Node> {
    path.as_array().into_iter().flatten().try_fold(doc.root(), |node, step| match step {
        Value::String(key) => doc.get(node, key).map(|member| member.value),
        _ => doc.elements(node).nth(step.as_u64()? as usize),
    })
}

fn apply(doc: &Document<'_>, editor: &mut Editor<'_, '_>, edit: &Value) -> Value {
    let Some(node) = find(doc, &edit["at"]) else { return json!("no such node") };
    let (key, value) = (edit["key"].as_str().unwrap_or_default(), &edit["value"]);
    let value = &prepair_core::base::json::json(value);
    match edit["do"].as_str() {
        Some("set") => editor.set(node, key, value),
        Some("remove") => return json!(editor.remove(node, key)),
        Some("removeMembers") => {
            let keys = edit["keys"].as_array().cloned().unwrap_or_default();
            editor.remove_members(node, |member| keys.iter().any(|key| *key == *member.key));
        }
        Some("push") => editor.push(node, value.as_array().map(Vec::as_slice).unwrap_or_default()),
        Some("merge") => {
            let arrays = if edit["arrays"] == "replace" { Arrays::Replace } else { Arrays::Union };
            return json!(editor.merge(node, value, arrays));
        }
        _ => return json!("no such edit"),
    }
    Value::Null
}

/// All that the document says, in a form that keeps NaN, -0, duplicate keys and what is no Rust string.
fn dump(doc: &Document<'_>, node: Node) -> Value {
    match node.kind {
        Kind::Object => {
            let members = doc.members(node).map(|member| {
                let key = member.exact.then_some(&member.key);
                json!([key, dump(doc, member.value)])
            });
            let last = doc.members(node).all(|member| {
                !member.exact
                    || doc
                        .get(node, &member.key)
                        .is_some_and(|last| last.value.start >= member.value.start)
            });
            json!({"object": members.collect::<Vec<_>>(), "last": last})
        }
        Kind::Array => {
            json!({"array": doc.elements(node).map(|node| dump(doc, node)).collect::<Vec<_>>()})
        }
        Kind::Number => {
            json!({"bits": doc.number(node).map(|value| format!("{:016x}", value.to_bits()))})
        }
        Kind::String => json!({"string": doc.string(node)}),
        Kind::Bool | Kind::Null => json!(doc.raw(node)),
    }
}
