//! Faults of the handshake.

use std::error::Error;

use rustls::{AlertDescription, CertificateError};

use crate::client::{ask, crew, post, request, with_faults};

/// What TLS says is the cause, if it says anything.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(cause) = error.downcast_ref() {
            return Some(cause);
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

#[tokio::test]
async fn the_servers_certificate_can_be_wrong_in_four_ways() {
    let is = |fault: &str, error: &CertificateError| match fault {
        "expired" => matches!(error, CertificateError::ExpiredContext { .. }),
        "not-yet-valid" => matches!(error, CertificateError::NotValidYetContext { .. }),
        "other-authority" => matches!(error, CertificateError::UnknownIssuer),
        _ => matches!(error, CertificateError::NotValidForNameContext { .. }),
    };
    for fault in ["expired", "not-yet-valid", "other-authority", "other-name"] {
        let simulator = with_faults(&format!("{fault}@1"));
        let error = post(&crew(), &simulator, request("P02", 1)).await.expect_err(fault);
        match cause(&error) {
            Some(rustls::Error::InvalidCertificate(wrong)) => {
                assert!(is(fault, wrong), "{wrong:?}")
            }
            other => panic!("{fault}: {other:?}"),
        }
        ask(&crew(), &simulator, request("P02", 1)).await;
        assert_eq!(simulator.viewings().len(), 1);
    }
}

/// Somebody who was let in before is not let in by a resumed session.
#[tokio::test]
async fn the_client_can_be_refused_with_a_word_or_without() {
    let simulator = with_faults("");
    let crew = crew();
    ask(&crew, &simulator, request("P02", 1)).await;
    simulator.set_faults("client-alert@1 client-close@2".parse().expect("faults"));
    let error = post(&self::crew(), &simulator, request("P02", 1)).await.expect_err("refused");
    let alert = cause(&error);
    assert!(
        matches!(alert, Some(rustls::Error::AlertReceived(AlertDescription::UnknownCA))),
        "{alert:?}"
    );
    let error = post(&self::crew(), &simulator, request("P02", 1)).await.expect_err("refused");
    assert!(cause(&error).is_none(), "{error:?}");
    assert_eq!(simulator.viewings().len(), 1);
    let refused = simulator.refusals();
    assert!(refused.len() == 1 && refused[0].reason.contains("UnknownIssuer"), "{refused:?}");
}
