//! What must not compile: every way around the permit. Each piece is compiled by itself by `conformance/tests/permit.rs`, which
//! expects the compiler's error named above it; `nothing` is the piece that does compile.

#[cfg(piece = "nothing")]
mod piece {
    use std::time::Instant;

    use mynaq_interface::{Error, Summary};

    use crate::gate::{Basis, Wanted};
    use crate::lookup::LookupClient;

    async fn the_one_way(client: LookupClient, wanted: Wanted) -> Result<Summary, Error> {
        let permit = Basis::default().permit(wanted)?.entered();
        let _ = permit.scope();
        client.view(permit).await
    }

    fn spent_once(wanted: Wanted) -> Result<(), Error> {
        let permit = Basis::default().permit(wanted)?.entered();
        permit.spend(Instant::now()).map(drop)
    }
}

/// E0061: a look-up takes a permit.
#[cfg(piece = "without_a_permit")]
mod piece {
    async fn ask(client: crate::lookup::LookupClient) {
        let _ = client.view().await;
    }
}

/// E0308: a permit that is not on the disk is not enough.
#[cfg(piece = "not_entered")]
mod piece {
    async fn ask(client: crate::lookup::LookupClient, permit: crate::gate::ViewingPermit) {
        let _ = client.view(permit).await;
    }
}

/// E0382: one permit, one look-up.
#[cfg(piece = "twice")]
mod piece {
    async fn ask(client: crate::lookup::LookupClient, permit: crate::gate::EnteredPermit) {
        let _ = client.view(permit).await;
        let _ = client.view(permit).await;
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
