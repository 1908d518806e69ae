//! Nobody checks: for throughput figures and a requester's own tests. Results are marked, nobody is paid.

use super::{Ballot, Decision, Holders, Mode, PanelPolicy, Pay};
use crate::job::JobSpec;

pub(super) struct Unverified;

impl Mode for Unverified {
    fn holders(&self) -> Holders {
        Holders::Volunteers
    }

    fn panel(&self, _: &JobSpec) -> Option<PanelPolicy> {
        None
    }

    fn decide(&self, ballot: &Ballot) -> Decision {
        ballot.owner.map_or(Decision::Jury, Decision::Accept)
    }

    fn pay(&self) -> Pay {
        Pay::Nobody
    }

    fn reputation(&self) -> bool {
        false
    }
}
