//! What the command line here presents where nothing tells it the gateway's secret.

use crate::base::json::Value;

use crate::context::World;
use crate::diagnose::disk::Disk;
use crate::diagnose::kept::kept;
use crate::gateway::state::Mode;
use crate::options::connection::Auth;
use crate::rules::OwnToken;
use crate::store::kept::DEVICE_AUTH;
use crate::wants::Stop;

impl Disk {
    /// Looks for the token that clients here keep.
    pub(super) fn look_kept(&mut self, world: &World<'_, '_>) -> Result<(), Stop> {
        let of = (self.device_id(), self.record.as_ref());
        self.kept = kept(world, self.files_count(world), of)?;
        Ok(())
    }

    /// Whether clients here keep a token that is not the one of the record.
    pub(super) fn stale(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| !kept.same)
    }
}

/// Whether the command line here knows no secret of the gateway, and what it presents then. Only that is judged so which reads this
/// state dir in this environment.
pub(super) fn without_secret(world: &World<'_, '_>, disk: &mut Disk) -> Result<(), Stop> {
    let inputs = world.inputs;
    let blank = |name: &str| match disk.setting(&["gateway", "auth", name]) {
        Some(Value::String(text)) => text.trim().is_empty(),
        value => value.is_none(),
    };
    let running = inputs.gateway.is_some();
    let made = disk.auth() == Mode::Token && world.rules.makes_token >= OwnToken::Kept;
    let alone = !disk.elsewhere
        && inputs.cwd.is_some()
        && disk.unread.is_empty()
        && matches!(disk.auth(), Mode::Token | Mode::Password)
        && disk.secret.is_none()
        && blank("token")
        && blank("password")
        && (running || made);
    if alone {
        let blocked =
            world.rules.device_auth_blocks && inputs.file(&world.paths.state(DEVICE_AUTH)).exists();
        disk.hands_token =
            made && world.rules.makes_token == OwnToken::Handed && !running && !blocked;
        disk.look_kept(world)?;
        let keeps = disk.hands_token || disk.kept.is_some();
        disk.alone = Some(if keeps { Auth::DeviceToken } else { Auth::None });
    }
    Ok(())
}
