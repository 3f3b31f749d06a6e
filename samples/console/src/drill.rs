//! The drill's card table: the simulator's control page, where a virtual card is laid on the
//! virtual reader. Plain HTTP, on this machine only.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(3);
const LARGEST_ANSWER: usize = 256 * 1024;

/// Where the card table stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CardTable(SocketAddr);

/// One synthetic person whose card can be laid down.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// The name on the card's face, which the crew sees when it holds the card.
    pub(crate) name: String,
}

/// What can be done on the table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move<'a> {
    Tap(&'a str),
    Remove,
}

impl CardTable {
    /// Only an address of this machine is taken: a drill must not reach anything else.
    pub(crate) fn at(url: &str) -> Result<Self, String> {
        let address = url
            .strip_prefix("http://")
            .map(|rest| rest.strip_suffix('/').unwrap_or(rest).replace("localhost:", "127.0.0.1:"))
            .and_then(|rest| rest.parse::<SocketAddr>().ok())
            .filter(|address| address.ip().is_loopback());
        address.map(CardTable).ok_or_else(|| {
            format!(
                "--drill-table {url}: not an address of this machine; give the simulator's \
                 control page, such as http://127.0.0.1:8090/"
            )
        })
    }

    /// The people with a card; none if the table does not answer.
    pub(crate) async fn people(self) -> Option<Vec<Person>> {
        let answer = self.ask(Method::GET, "/people").await?;
        let people: Vec<Person> = serde_json::from_slice(&answer).ok()?;
        Some(people.into_iter().filter(|person| is_id(&person.id)).collect())
    }

    /// Whether the table did it.
    pub(crate) async fn play(self, what: Move<'_>) -> bool {
        let path = match what {
            Move::Tap(id) if is_id(id) => format!("/tap/{id}"),
            Move::Tap(_) => return false,
            Move::Remove => "/remove".to_owned(),
        };
        self.ask(Method::POST, &path).await.is_some()
    }

    /// The body of a good answer in time.
    async fn ask(self, method: Method, path: &str) -> Option<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.0.to_string())
            .body(Empty::<Bytes>::new())
            .ok()?;
        tokio::time::timeout(PATIENCE, async {
            let stream = TcpStream::connect(self.0).await.ok()?;
            let (mut sender, line) = http1::handshake(TokioIo::new(stream)).await.ok()?;
            let line = tokio::spawn(line);
            let answer = sender.send_request(request).await.ok()?;
            let good = answer.status().is_success();
            let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect().await.ok()?;
            line.abort();
            good.then(|| body.to_bytes())
        })
        .await
        .ok()?
    }
}

/// It becomes part of a path: letters, digits and hyphens only.
fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_taken() {
        for good in ["http://127.0.0.1:8090", "http://localhost:8090/", "http://[::1]:8090/"] {
            assert!(CardTable::at(good).is_ok(), "{good}");
        }
        for bad in [
            "http://192.0.2.1:8090/",
            "https://127.0.0.1:8090/",
            "http://example.jp:80/",
            "http://127.0.0.1:8090/people",
            "http://127.0.0.1/",
            "",
        ] {
            assert!(CardTable::at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        assert!(is_id("P01"));
        for bad in ["", "../remove", "P01/x", "P01?x", "P 01", "Ｐ０１"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
