//! Where things are.

use crate::context::World;
use crate::report::LocateReport;

pub(crate) fn locate(world: &World<'_, '_>) -> LocateReport {
    LocateReport { state_dir: world.paths.state_dir.clone(), warnings: world.warnings.clone() }
}
