//! The report of a call that had to plan more than once, or was stopped part-way by another writer.

use crate::base::json::{Map, Value, json};

use crate::report;
use crate::store::paths::{DATABASE, PAIRED, PENDING};

/// A report as it crosses a binding.
pub type Report = Map;

/// A report, as it crosses.
pub fn report(report: &report::Report) -> Report {
    match json(report) {
        Value::Object(report) => report,
        _ => Report::new(),
    }
}

/// Says how many times the call had to plan.
pub fn counted(report: &mut Report, attempts: u32) {
    if let Some(known) = report.get_mut("attempts") {
        *known = attempts.into();
    }
}

/// Leaves in a report what it says of these files, a database among them: the others were not written.
pub fn part_of(report: &mut Report, files: &[String]) {
    let is_of = |path: &Value| path.as_str().is_some_and(|path| files.iter().any(|it| it == path));
    let has = |name: &str| {
        let ends = |file: &String, name: &str| {
            file.strip_suffix(name).is_some_and(|folder| folder.ends_with('/'))
        };
        files.iter().any(|file| ends(file, name) || ends(file, DATABASE))
    };
    if let Some(Value::Array(changes)) = report.get_mut("changes") {
        changes.retain(|change| is_of(&change["path"]));
    }
    let mut put = |name: &str, value: Value| {
        if let Some(known) = report.get_mut(name) {
            *known = value;
        }
    };
    if !has(PAIRED) {
        put("paired", "unchanged".into());
        put("scopesAdded", Value::Array(Vec::new()));
    }
    if !has(PENDING) {
        put("pendingCleared", 0.into());
        put("cleared", Value::Array(Vec::new()));
    }
    if report.contains_key("edits") && !report.get("path").is_some_and(is_of) {
        report.insert("edits".to_string(), Value::Array(Vec::new()));
        report.insert("changed".to_string(), false.into());
    }
    if let Some(Value::Object(config)) = report.get_mut("config") {
        part_of(config, files);
    }
}

/// Adds to the report of what was done first what was done later; together that is one call.
pub fn joined(first: &mut Report, mut later: Report, attempts: u32) {
    counted(first, attempts);
    // Of two changes of a file the first tells what became of it; of a request, a warning or an edit each is named once.
    for (name, key) in
        [("changes", "path"), ("warnings", ""), ("cleared", "requestId"), ("edits", "")]
    {
        union(first, &mut later, name, key);
    }
    if first.contains_key("edits") && later.get("changed") == Some(&Value::Bool(true)) {
        first.insert("changed".to_string(), true.into());
    }
    if !first.contains_key("scopesAdded") {
        return;
    }
    union(first, &mut later, "scopesAdded", "");
    let cleared =
        |report: &Report| report.get("pendingCleared").and_then(Value::as_u64).unwrap_or_default();
    let cleared = cleared(first) + cleared(&later);
    first.insert("pendingCleared".to_string(), cleared.into());
    let is_other = first.get("deviceId") != later.get("deviceId");
    let was_paired = first.get("paired").and_then(Value::as_str) != Some("unchanged");
    for (name, taken) in
        [("identity", is_other), ("deviceId", true), ("publicKey", true), ("paired", !was_paired)]
    {
        if let (true, Some(value)) = (taken, later.remove(name)) {
            first.insert(name.to_string(), value);
        }
    }
    if let (Some(Value::Object(config)), Some(Value::Object(more))) =
        (first.get_mut("config"), later.remove("config"))
    {
        joined(config, more, attempts);
    }
}

/// Adds to a list of the first report what only the later one has; `key` names what tells items apart, all of them where it is empty.
fn union(first: &mut Report, later: &mut Report, name: &str, key: &str) {
    let (Some(Value::Array(all)), Some(Value::Array(more))) =
        (first.get_mut(name), later.remove(name))
    else {
        return;
    };
    for item in more {
        let same =
            |known: &Value| if key.is_empty() { known == &item } else { known[key] == item[key] };
        if !all.iter().any(same) {
            all.push(item);
        }
    }
}
