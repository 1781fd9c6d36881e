//! Whose state dir it is: a gateway's, or a client's whose gateway is elsewhere.

use crate::base::json::Value;

use crate::base::json5::{Document, Kind, Node, Syntax};
use crate::config::includes::effective;
use crate::config::variables;
use crate::error::Result;
use crate::inputs::Inputs;
use crate::options::target::Target;
use crate::rules::Rules;
use crate::wants::Stop;

/// The mode of a client of a gateway elsewhere.
const REMOTE: &str = "remote";

/// Whether the config surely says `gateway.mode: "remote"`. One that cannot be read does not. Asks for included files.
pub(crate) fn is_remote(
    inputs: &Inputs<'_>,
    path: &str,
    target: &Target,
    rules: &Rules,
    roots: &[String],
) -> Result<bool, Stop> {
    let Some(document) = inputs
        .behind_link(path)
        .bytes(path)
        .ok()
        .flatten()
        .and_then(|bytes| Document::parse(bytes, Syntax::Json5).ok())
    else {
        return Ok(false);
    };
    let object = |node: Node| (node.kind == Kind::Object).then_some(node);
    let member = |node: Node, key: &str| document.get(node, key).map(|member| member.value);
    let root = object(document.root());
    let gateway = root.and_then(|root| object(member(root, "gateway")?));
    // Most configs are plain here; only for others the whole of it is put together.
    let mode = gateway.and_then(|gateway| member(gateway, "mode"));
    let included = [root, gateway, mode.and_then(object)]
        .into_iter()
        .flatten()
        .any(|node| member(node, "$include").is_some());
    let mode = mode.and_then(|mode| document.string(mode));
    if !included && !mode.as_ref().is_some_and(|mode| mode.contains('$')) {
        return Ok(mode.as_deref() == Some(REMOTE));
    }
    match effective(inputs, path, rules, roots) {
        Ok(Some(Value::Object(mut config))) => {
            variables::substitute(&mut config, &target.env);
            let mode = config.get("gateway").and_then(|gateway| gateway.get("mode"));
            Ok(mode.and_then(Value::as_str) == Some(REMOTE))
        }
        Ok(_) | Err(Stop::Refused(_)) => Ok(false),
        Err(stop) => Err(stop.optional()),
    }
}
