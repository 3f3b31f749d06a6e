//! A look-up over a line with a round trip of 60 ms to a gateway that thinks for 200 ms, beside curl on
//! the same mutual TLS. The delays are the simulator's, on the bytes: TCP's own handshake is the
//! kernel's and costs nothing here.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mynaq_conformance::{opening, parts};
use mynaq_host_sdk::{
    Case, Consent, DoorKind, EventBody, GateState, Identity, Plugin, Quiet, Scope, Session,
};
use serde_json::json;

use crate::report;
use crate::stand::{CARD, Stand};

const ROUND_TRIP: f64 = 60.0;
const THINKING: f64 = 200.0;
const SAMPLES: usize = 40;

/// When a look-up is asked for.
#[derive(Clone, Copy)]
enum Line {
    /// The crew has been asking the patient for a second: the line is open.
    Warm,
    /// At once, in a terminal that has looked up before: TLS resumes.
    Resumed,
    /// At once, in a terminal that has just been started.
    Cold,
}

pub(crate) fn measure() {
    let milliseconds = |time: f64| format!("{time:.0}");
    let stand = Stand::with(&[
        "--rtt",
        &milliseconds(ROUND_TRIP),
        "--answer-delay",
        &milliseconds(THINKING),
    ]);
    let plugin = Plugin::load_by(&parts().plugin, DoorKind::C).expect("the plugin");
    let open = || plugin.open(stand.config(), Quiet).expect("a session");
    let session = open();
    let warm = samples(&stand, &session, Line::Warm);
    let resumed = samples(&stand, &session, Line::Resumed);
    drop(session);
    let cold: Vec<f64> =
        (0..SAMPLES / 2).flat_map(|_| take(&stand, &open(), Line::Cold, 1)).collect();
    let curl = Curl::of(&stand);
    let peer_warm: Vec<f64> = (0..SAMPLES).map(|_| curl.second_of_two()).collect();
    let peer_cold: Vec<f64> = (0..SAMPLES / 2).map(|_| curl.one()).collect();
    let floor = ROUND_TRIP + THINKING;
    for (name, ours, peer, goal) in [
        ("look_up_warm", &warm, Some(&peer_warm), Some(floor + 10.0)),
        ("look_up_resumed", &resumed, None, None),
        ("look_up_cold", &cold, Some(&peer_cold), None),
    ] {
        let ours_median = report::median(ours);
        let what = json!({
            "median": ours_median,
            "p95": report::quantile(ours, 0.95),
            "goal_p95": goal,
            "over_round_trip_and_thinking": ours_median - floor,
            "curl_median": peer.map(|peer| report::median(peer)),
            "curl_p95": peer.map(|peer| report::quantile(peer, 0.95)),
            "ratio": peer.map(|peer| report::median(peer) / ours_median),
            "includes": "from case_look_up to the fetched summary: permit on disk (tmpfs), the way there \
                         and back, XML, merging; curl: its own time from start to the answer's end",
        });
        report::line(name, "ms", what);
    }
}

fn samples(stand: &Stand, session: &Session, line: Line) -> Vec<f64> {
    take(stand, session, line, SAMPLES)
}

/// Times of so many look-ups, from the call to the fetched summary.
fn take(stand: &Stand, session: &Session, line: Line, count: usize) -> Vec<f64> {
    let watching = session.open_case(&opening()).expect("a case");
    let mut times = Vec::new();
    for _ in 0..count {
        stand.hand().lay_anew(&watching);
        let case = session.open_case(&opening()).expect("a case");
        case.read_card().expect("a command that works");
        case.identity(Identity::Visual).expect("a command that works");
        case.consent(Consent::Given, None).expect("a command that works");
        until(&case, |body| matches!(body, EventBody::Gate { state: GateState::Open, .. }));
        if matches!(line, Line::Warm) {
            std::thread::sleep(Duration::from_secs(1));
        }
        let begun = Instant::now();
        case.look_up(Scope::Summary).expect("a command that works");
        until(&case, |body| matches!(body, EventBody::Summary { .. }));
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

fn until(case: &Case, wanted: impl Fn(&EventBody) -> bool) {
    loop {
        let event = case.next_event(Duration::from_secs(20)).expect("an event");
        let body = event.expect("an event in time").body;
        if let EventBody::Trouble { error, .. } = &body {
            panic!("{error}");
        }
        if wanted(&body) {
            return;
        }
    }
}

/// The peer: the same request, certificate and authority.
struct Curl {
    arguments: Vec<String>,
    url: String,
}

impl Curl {
    fn of(stand: &Stand) -> Self {
        let path = |name: &str| stand.path(name).to_str().expect("a path").to_owned();
        let request = path("request.xml");
        fs::write(&request, message(&stand.path("world"))).expect("a file");
        let arguments = [
            "--silent",
            "--show-error",
            "--fail",
            "--noproxy",
            "*",
            "--http2",
            "--cert",
            &path("world/crew/client.pem"),
            "--key",
            &path("world/crew/client.key"),
            "--cacert",
            &path("world/gateway/ca.pem"),
            // Without it curl asks for leave first, which takes another round trip.
            "--header",
            "Expect:",
            "--header",
            "Content-Type: application/xml",
            "--data-binary",
            &format!("@{request}"),
            "--write-out",
            "%{time_total}\n",
            "--output",
            "/dev/null",
            "--output",
            "/dev/null",
        ];
        Curl {
            arguments: arguments.map(str::to_owned).to_vec(),
            url: format!("https://{}/", stand.gateway),
        }
    }

    /// A process, a connection, an answer.
    fn one(&self) -> f64 {
        self.run(&[&self.url])[0]
    }

    /// The second answer on one connection.
    fn second_of_two(&self) -> f64 {
        self.run(&[&self.url, &self.url])[1]
    }

    fn run(&self, urls: &[&str]) -> Vec<f64> {
        let output = Command::new("curl").args(&self.arguments).args(urls).output().expect("curl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let times = String::from_utf8(output.stdout).expect("numbers");
        times.lines().map(|time| time.parse::<f64>().expect("a number") * 1000.0).collect()
    }
}

/// A request as the gateway takes it.
fn message(world: &Path) -> String {
    let der = fs::read(world.join(format!("people/{CARD}/auth.der"))).expect("a certificate");
    format!(
        "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>9910000001</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>BENCH</ArbitraryFileIdentifier>\
         <ReferenceClassification>1</ReferenceClassification></MessageHeader><MessageBody>\
         <ConsentClassification>1</ConsentClassification>\
         <MedicalTreatmentFlag>4</MedicalTreatmentFlag>\
         <InformationRequestPattern>1</InformationRequestPattern>\
         <EmergencyViewingRight>1</EmergencyViewingRight>\
         <UserCertificate>{}</UserCertificate></MessageBody></XmlMsg>",
        STANDARD.encode(der)
    )
}
