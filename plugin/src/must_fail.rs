//! What must not compile: every way around the permit. Each piece is compiled by itself by `conformance/tests/permit.rs`, which
//! expects the compiler's error named above it; `nothing` is the piece that does compile.

#[cfg(piece = "nothing")]
mod piece {
    use std::time::Instant;

    use mynaq_interface::Error;

    use crate::gate::{Basis, Wanted};
    use crate::lookup::{CaseLine, Ended, Listener, LookupClient, Viewed};

    async fn the_one_way(
        client: LookupClient,
        wanted: Wanted,
        line: CaseLine,
        listener: &dyn Listener,
    ) -> Result<Viewed, Ended> {
        let permit = Basis::default().permit(wanted)?.entered();
        let _ = permit.scope();
        client.view(permit, &line, listener).await
    }

    fn spent_once(wanted: Wanted) -> Result<(), Error> {
        let permit = Basis::default().permit(wanted)?.entered();
        permit.spend(Instant::now()).map(drop)
    }
}

/// E0061: a look-up takes a permit.
#[cfg(piece = "without_a_permit")]
mod piece {
    use crate::lookup::{CaseLine, Listener, LookupClient};

    async fn ask(client: LookupClient, line: CaseLine, listener: &dyn Listener) {
        let _ = client.view(&line, listener).await;
    }
}

/// E0308: a permit that is not on the disk is not enough.
#[cfg(piece = "not_entered")]
mod piece {
    use crate::lookup::{CaseLine, Listener, LookupClient};

    async fn ask(
        client: LookupClient,
        permit: crate::gate::ViewingPermit,
        line: CaseLine,
        listener: &dyn Listener,
    ) {
        let _ = client.view(permit, &line, listener).await;
    }
}

/// E0382: one permit, one look-up.
#[cfg(piece = "twice")]
mod piece {
    use crate::lookup::{CaseLine, Listener, LookupClient};

    async fn ask(
        client: LookupClient,
        permit: crate::gate::EnteredPermit,
        line: CaseLine,
        listener: &dyn Listener,
    ) {
        let _ = client.view(permit, &line, listener).await;
        let _ = client.view(permit, &line, listener).await;
    }
}

/// E0277: a permit cannot be kept for later by copying it.
#[cfg(piece = "copied")]
mod piece {
    fn keep(permit: &crate::gate::EnteredPermit) -> crate::gate::EnteredPermit {
        crate::gate::EnteredPermit::clone(permit)
    }
}

/// E0624: nobody but the gate issues one.
#[cfg(piece = "issued_elsewhere")]
mod piece {
    fn issue(wanted: crate::gate::Wanted) {
        let _ =
            crate::gate::ViewingPermit::issue(unreachable!(), wanted, std::time::Instant::now());
    }
}

/// E0423: nobody calls a permit entered by writing the word around it.
#[cfg(piece = "called_entered")]
mod piece {
    fn enter(permit: crate::gate::ViewingPermit) -> crate::gate::EnteredPermit {
        crate::gate::EnteredPermit(permit)
    }
}

/// E0616: the card of a permit cannot be exchanged for another person's.
#[cfg(piece = "another_card")]
mod piece {
    fn exchange(
        permit: &mut crate::gate::ViewingPermit,
        card: std::sync::Arc<crate::card::Certificate>,
    ) {
        permit.card = card;
    }
}
