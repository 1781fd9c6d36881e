//! What must hold of the core for any bytes whatsoever: besides not panicking, which the fuzzer notices by itself.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use prepair_core::base::json::{self, Map};
use prepair_core::base::json5::{Arrays, Document, Editor, Kind, Node, Syntax};
use prepair_core::base::keys;
use prepair_core::codes::ErrorCode;
use prepair_core::error::Error;
use prepair_core::inputs::{File, Inputs};
use prepair_core::options::role::Role;
use prepair_core::options::{self, Operation};
use prepair_core::report::{PairedOutcome, Report};
use prepair_core::rules::{NEWEST_NAME, Version};
use prepair_core::steps::{FileStep, Plan, Step};
use prepair_core::store::identity;
use prepair_core::store::pending::Asked;
use prepair_core::store::record::{self, Want};
use prepair_core::wants::Stop;
use prepair_core::{entropy, operations};
use serde_json::{Value, json};

const NOW: i64 = 1_771_000_000_000;
const ENTROPY: [u8; 64] = [7; 64];

/// The scanner and the editor: what is accepted, and that an edit does what it says and nothing else.
pub fn json5(data: &[u8]) {
    let (rest, text) = split(data);
    for syntax in [Syntax::Json, Syntax::Json5] {
        let doc = match Document::parse(text, syntax) {
            Ok(doc) => doc,
            Err(error) => {
                assert!(error.offset <= text.len() && error.line >= 1 && error.column >= 1);
                // JSON.parse takes all that serde_json takes
                let json = serde_json::from_slice::<Value>(text).is_ok();
                assert!(!json, "{syntax:?} refuses JSON: {error}");
                continue;
            }
        };
        walk(&doc, doc.root());
        let patch: Value =
            serde_json::from_slice(rest).unwrap_or(json!({ "a": [1, "b"], "c": null }));
        let patch = json::json(&patch);
        for arrays in [Arrays::Union, Arrays::Replace] {
            let mut editor = Editor::new(&doc);
            let changes = editor.merge(doc.root(), &patch, arrays);
            let new = editor.finish();
            assert!(changes.is_empty() || new.is_some() || !doc.root().kind.eq(&Kind::Object));
            let Some(new) = new else { continue };
            let again = Document::parse(&new, syntax)
                .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&new)));
            let mut editor = Editor::new(&again);
            let more = editor.merge(again.root(), &patch, arrays);
            assert!(more.is_empty(), "{more:?} of {patch:?} in {}", String::from_utf8_lossy(&new));
            assert_eq!(editor.finish(), None);
        }
        set_and_remove(&doc, syntax);
    }
}

/// A key set is there, a key removed is not, and everything else means what it meant.
fn set_and_remove(doc: &Document<'_>, syntax: Syntax) {
    let root = doc.root();
    if root.kind != Kind::Object {
        return;
    }
    let old = doc.value(root);
    let mut editor = Editor::new(doc);
    let set = json::json(&json!({ "x": [1] }));
    editor.set(root, "fuzz", &set);
    if let Some(bytes) = editor.finish() {
        let new = Document::parse(&bytes, syntax).expect("a set leaves a valid document");
        if let (Some(json::Value::Object(mut old)), Some(new)) = (old, new.value(new.root())) {
            old.insert("fuzz".into(), set);
            assert_eq!(json::Value::Object(old), new);
        }
    }
    let Some(key) =
        doc.members(root).find(|member| member.exact).map(|member| member.key.into_owned())
    else {
        return;
    };
    let mut editor = Editor::new(doc);
    assert!(editor.remove(root, &key));
    let bytes = editor.finish().expect("a removal changes the text");
    let new = Document::parse(&bytes, syntax).expect("a removal leaves a valid document");
    assert!(new.get(new.root(), &key).is_none());
}

/// Visits nodes without recursion, as deep as they go.
fn walk(doc: &Document<'_>, root: Node) {
    let mut left = vec![root];
    let mut visited = 0;
    while let Some(node) = left.pop() {
        visited += 1;
        if visited > 10_000 {
            return;
        }
        assert!(node.start <= node.end);
        let _ = (doc.raw(node), doc.string(node), doc.number(node));
        left.extend(doc.members(node).map(|member| member.value));
        left.extend(doc.elements(node));
    }
}

/// The identity reader: what it mends stays mended, with the key kept, and no refusal repeats what may be a key.
pub fn identity(data: &[u8]) {
    match identity::read(&File::Bytes(data), "/d", NOW) {
        Ok(None) => unreachable!("there is a file"),
        Ok(Some(stored)) => {
            let id = stored.keys.device_id();
            assert_eq!(id, keys::device_id(&stored.keys.public()));
            let content = stored
                .repair
                .map(|repair| repair.content.to_vec())
                .unwrap_or_else(|| data.to_vec());
            let again =
                identity::read(&File::Bytes(&content), "/d", NOW).expect("mended").expect("there");
            assert!(again.repair.is_none(), "{:?}", again.repair);
            assert_eq!(again.keys.device_id(), id);
        }
        Err(error) => sound(&error, data),
    }
}

/// The record merge: what it sets is what it lacked, and nothing else is touched.
pub fn record(data: &[u8]) {
    let (flags, rest) = data.split_first().unwrap_or((&0, &[]));
    let Ok(record @ Value::Object(_)) = serde_json::from_slice::<Value>(rest) else { return };
    let json::Value::Object(record) = json::json(&record) else { return };
    let keys = entropy::new_identity(&ENTROPY).expect("entropy");
    let exact = ["operator.read".to_owned()];
    let asked = Vec::from_iter((flags & 8 != 0).then(|| Asked {
        request_id: "r".to_owned(),
        roles: Vec::new(),
        platform: None,
        device_family: Some("Mac".to_owned()),
        at: Some(NOW),
    }));
    let want = Want {
        public: &keys.public(),
        display_name: (flags & 1 != 0).then_some("named"),
        role: (flags & 32 != 0).then_some(if flags & 64 != 0 {
            Role::Node
        } else {
            Role::Operator
        }),
        scopes: (flags & 2 != 0).then_some(&exact),
        reinstate: flags & 4 != 0,
        asked: &asked,
        pins: flags & 16 != 0,
        now: NOW,
        token: &[9; 32],
    };
    let decision = match record::decide(Some(&record), &want, "/p") {
        Ok(decision) => decision,
        Err(error) => return sound(&error, rest),
    };
    assert_eq!(decision.outcome == PairedOutcome::Unchanged, decision.sets.is_empty());
    let mut new = record.clone();
    for set in &decision.sets {
        put(&mut new, &set.path, set.value.clone());
    }
    let again = record::decide(Some(&new), &want, "/p")
        .unwrap_or_else(|error| panic!("{error} of {new:?}"));
    assert_eq!(again.sets.len(), 0, "{record:?} became {new:?}");
    let touched: Vec<&str> = decision.sets.iter().map(|set| set.path[0]).collect();
    for (key, value) in &record {
        assert!(touched.contains(&key.as_str()) || new.get(key) == Some(value), "{key}");
    }
}

fn put(map: &mut Map, path: &[&str], value: json::Value) {
    match path {
        [key] => drop(map.insert((*key).to_owned(), value)),
        [key, rest @ ..] => {
            let inner = map.or_insert(key, Map::new().into());
            if !inner.is_object() {
                *inner = Map::new().into();
            }
            if let json::Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
        [] => {}
    }
}

/// The version parser: what it takes it writes back, and the order is one.
pub fn version(data: &[u8]) {
    let (one, other) = split(data);
    let parse = |bytes: &[u8]| String::from_utf8_lossy(bytes).parse::<Version>();
    let (Ok(one), Ok(other)) = (parse(one), parse(other)) else { return };
    assert_eq!(one.to_string().parse::<Version>().ok(), Some(one));
    assert_eq!(one.cmp(&other), other.cmp(&one).reverse());
    let _ = prepair_core::rules::rules(Some(&one));
}

/// A whole plan over whatever lies on the disk: it is refused soundly, or done it leaves nothing to do; so is each prefix.
pub fn plan(data: &[u8]) {
    let (head, mut rest) =
        data.split_first_chunk::<2>().map_or(([0; 2], data), |(head, rest)| (*head, rest));
    let mut next = || {
        let (part, left) = split(rest);
        rest = left;
        part
    };
    let wish: Value = serde_json::from_slice(next()).unwrap_or_default();
    let disk = Disk::new([next(), next(), next(), next()]);
    let versions = ["2026.2.9", "2026.2.19", "2026.3.28", "2026.4.15", "2026.7.1", NEWEST_NAME];
    let operation =
        [Operation::Setup, Operation::PrePair, Operation::ClearPending, Operation::PatchConfig]
            [usize::from(head[1]) % 4];
    let mut wanted = json!({ "stateDir": "/s", "env": {}, "gatewayVersion": versions[usize::from(head[0]) % versions.len()] });
    if let (Value::Object(wanted), Value::Object(wish)) = (&mut wanted, wish) {
        for (key, value) in
            wish.into_iter().filter(|(key, _)| key != "stateDir" && key != "configPath")
        {
            wanted.insert(key, value);
        }
    }
    if let Err(what) = completes(operation, &wanted, &disk) {
        panic!("{what}");
    }
}

/// Files of a state dir.
#[derive(Clone, Debug, Default)]
pub struct Disk(pub BTreeMap<String, Vec<u8>>);

impl Disk {
    /// Identity, paired, pending, config; empty ones are not there.
    pub fn new(files: [&[u8]; 4]) -> Self {
        let names = [
            "identity/device.json",
            "devices/paired.json",
            "devices/pending.json",
            "openclaw.json",
        ];
        Self(
            names
                .iter()
                .zip(files)
                .filter(|(_, bytes)| !bytes.is_empty())
                .map(|(name, bytes)| (format!("/s/{name}"), bytes.to_vec()))
                .collect(),
        )
    }

    /// Does a step of a plan, where the disk is as it expects.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::File(FileStep::Write { path, content, .. }) => {
                drop(self.0.insert(path.clone(), content.to_vec()))
            }
            Step::File(FileStep::Remove { path, .. }) => drop(self.0.remove(path)),
            Step::Sql(_) => {}
        }
    }
}

/// The plan for what lies there.
pub fn planned(
    operation: Operation,
    wanted: &Value,
    disk: &Disk,
    entropy: &[u8; 64],
) -> Result<Plan, Error> {
    let request = options::parse(operation, json::json(wanted), &[], entropy::seed(entropy))?;
    let mut inputs = Inputs { now: NOW, ..Inputs::default() };
    loop {
        match operations::plan(&request, &inputs, entropy) {
            Ok(plan) => return Ok(plan),
            Err(Stop::Refused(error)) => return Err(error),
            Err(Stop::Missing(missing)) => {
                assert!(
                    !missing.files.is_empty() || !missing.queries.is_empty(),
                    "it asks for something"
                );
                for path in missing.files {
                    let file = disk.0.get(&path).map_or(File::Absent, |bytes| File::Bytes(bytes));
                    assert!(!inputs.files.contains_key(&path), "nothing is asked for twice");
                    inputs.files.insert(path, file);
                }
                for query in missing.queries {
                    inputs.rows.insert(query.id, None);
                }
            }
        }
    }
}

/// Plans, and after every prefix of the steps plans again to the end.
pub fn completes(operation: Operation, wanted: &Value, disk: &Disk) -> Result<(), String> {
    let plan = match planned(operation, wanted, disk, &ENTROPY) {
        Ok(plan) => plan,
        Err(error) => {
            for bytes in disk.0.values() {
                sound(&error, bytes);
            }
            return Ok(());
        }
    };
    let mut whole = disk.clone();
    plan.steps.iter().for_each(|step| whole.apply(step));
    let id = |report: &Report| match report {
        Report::PrePair(report) => report.device_id.clone(),
        Report::Setup(report) => report.pair.device_id.clone(),
        _ => String::new(),
    };
    for done in 0..=plan.steps.len() {
        let mut disk = disk.clone();
        plan.steps[..done].iter().for_each(|step| disk.apply(step));
        let again = planned(operation, wanted, &disk, &ENTROPY)
            .map_err(|error| format!("after {done} steps of {:?}: {error:?}", plan.steps))?;
        if id(&again.report) != id(&plan.report) {
            return Err(format!("after {done} steps another identity"));
        }
        again.steps.iter().for_each(|step| disk.apply(step));
        let rest = planned(operation, wanted, &disk, &ENTROPY)
            .map_err(|error| format!("at rest: {error:?}"))?;
        if !rest.steps.is_empty() {
            return Err(format!("after {done} steps it does not come to rest: {:?}", rest.steps));
        }
        if disk.0 != whole.0 {
            return Err(format!("after {done} steps of {:?} it ends up otherwise", plan.steps));
        }
    }
    Ok(())
}

/// A refusal has a code and repeats nothing that may be a key or a token.
fn sound(error: &Error, input: &[u8]) {
    assert_ne!(error.code, ErrorCode::Internal, "{error:?}");
    let said = format!("{error:?}");
    // what is said besides device ids: a text that holds a part of one repeats nothing
    let said: Vec<&str> = words(&said).filter(|word| !is_id(word)).collect();
    let input = String::from_utf8_lossy(input);
    for word in words(&input).filter(|word| word.len() >= 40) {
        assert!(!said.iter().any(|said| said.contains(word)), "{word} in {error:?}");
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/=_-".contains(c))
}

/// Device ids are public, and named.
fn is_id(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let at = data.iter().position(|byte| *byte == 0xff).unwrap_or(data.len());
    (&data[..at], data.get(at + 1..).unwrap_or_default())
}
