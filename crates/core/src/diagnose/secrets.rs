//! Where the gateway's own secret comes from, for the gateway and for its clients on the same machine: the config with its
//! variables, `env` and secret references, `.env` files, the environment, in the order of each version. One reader for doctor
//! and verify. No value of it is ever told.

use crate::base::json::{Map, Value};

use crate::base::named::Named;
use crate::config::{dotenv, variables};
use crate::context::World;
use crate::gateway::state::{Mode, OtherSecret};
use crate::inputs::{File, Inputs};
use crate::options::target::Target;
use crate::rules::Rules;

/// What a gateway and its clients present and want. Holds secrets, so there is no Debug.
#[derive(Default)]
pub(super) struct Secrets {
    /// What the gateway asks for.
    pub(super) gateway: Option<String>,
    /// What its own clients on this machine present, where that is another one; where it comes from.
    pub(super) differs: Option<OtherSecret>,
}

/// The environment with what `.env` files add to it, as far as the names are asked for: the process's own count first.
pub(super) fn environment(
    world: &World<'_, '_>,
    target: &Target,
    asked: &dyn Fn(&str) -> bool,
) -> Named<String> {
    let mut env = target.env.clone();
    for path in dotenv::files(target, &world.rules, world.inputs, &world.paths.state_dir) {
        let File::Bytes(bytes) = world.inputs.file(&path) else { continue };
        if bytes.len() > dotenv::MAX_FILE || !believed(world.inputs, &path, &world.paths.state_dir)
        {
            continue;
        }
        for (name, value) in dotenv::read(bytes, asked).iter() {
            if !env.contains_key(name) {
                env.insert(name.clone(), value.clone());
            }
        }
    }
    env
}

/// Whether a file is of this user, of root or of the state dir's owner, as far as that can be told.
fn believed(inputs: &Inputs<'_>, path: &str, state_dir: &str) -> bool {
    let Some(stat) = inputs.stat(path) else { return true };
    let own = inputs.process.as_ref().map(|process| process.uid);
    let owner = inputs.stat(state_dir).map(|stat| stat.uid);
    stat.uid == 0 || Some(stat.uid) == own || Some(stat.uid) == owner
}

/// Whether a name is one that a config can ask for: a secret of the gateway, or what stands in `${}` or in a reference.
pub(super) fn is_asked(config: &Map) -> impl Fn(&str) -> bool + use<> {
    let mut names: Vec<String> = VARIABLES.iter().flatten().map(ToString::to_string).collect();
    for value in config.values() {
        collect(value, &mut names);
    }
    move |name| names.iter().any(|known| known == name)
}

/// The variables of token and password.
const VARIABLES: [[&str; 2]; 2] = [
    ["OPENCLAW_GATEWAY_TOKEN", "CLAWDBOT_GATEWAY_TOKEN"],
    ["OPENCLAW_GATEWAY_PASSWORD", "CLAWDBOT_GATEWAY_PASSWORD"],
];

fn collect(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::String(text) => names.extend(variables::names(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(map) => {
            names.extend(reference(value).map(String::from));
            map.values().for_each(|item| collect(item, names));
        }
        _ => {}
    }
}

/// The variable of a secret reference of the kind env: `{ source: "env", provider, id }`.
fn reference(value: &Value) -> Option<&str> {
    (value.get("source")?.as_str()? == "env").then(|| value.get("id")?.as_str()).flatten()
}

/// What gateway and clients use, by the config after its variables were put in.
pub(super) fn secrets(
    rules: &Rules,
    auth: Option<&Value>,
    mode: Mode,
    env: &Named<String>,
    told: impl Fn(&str) -> bool,
) -> Secrets {
    let (name, [variable, old]) = match mode {
        Mode::Token => ("token", VARIABLES[0]),
        Mode::Password => ("password", VARIABLES[1]),
        Mode::None | Mode::TrustedProxy => return Secrets::default(),
    };
    let filled = |text: &str| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    let value = auth.and_then(|auth| auth.get(name));
    let config = match value {
        Some(Value::String(text)) if told(&format!("gateway.auth.{name}")) => match text.as_str() {
            "" => None,
            text if rules.secrets_trimmed => filled(text),
            text => Some(text.to_string()),
        },
        Some(reference) if rules.secret_refs => {
            self::reference(reference).and_then(|id| filled(env.get(id)?))
        }
        _ => None,
    };
    // A value that is not known here is not one that differs; a blank one is none.
    let blank = value.and_then(Value::as_str).is_some_and(|text| text.trim().is_empty());
    let known = config.is_some() || value.is_none() || blank;
    let names = [variable, old];
    let names = if rules.clawdbot_env { &names[..] } else { &names[..1] };
    let given = names.iter().find_map(|name| Some((*name, filled(env.get(name)?)?)));
    let differs = match (&config, &given) {
        (Some(config), Some((variable, value))) if rules.env_secret_first => {
            (config != value).then(|| OtherSecret::Variable(variable.to_string()))
        }
        (Some(config), _) if config.trim() != config => {
            Some(OtherSecret::Trimmed(format!("gateway.auth.{name}")))
        }
        _ => None,
    };
    let gateway = config.or(given.map(|(_, value)| value)).filter(|_| known);
    Secrets { gateway, differs }
}
