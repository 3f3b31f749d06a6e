//! What a configuration may say.

use super::*;

const GOOD: &str = r#"mode = "drill"
[department]
facility_code = "9910000001"
[card]
reader = "drill"
drill_address = "127.0.0.1:4001"
[gateway]
url = "https://127.0.0.1:4443/"
authority = "ca.pem"
certificate = "client.pem"
key = "client.key"
[ledger]
directory = "ledger"
[packs]
directory = "packs"
"#;

fn fault(from: &str, to: &str) -> FileFault {
    assert!(GOOD.contains(from));
    Config::parse(Path::new("etc/mynaq.toml"), &GOOD.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn the_configurations_of_the_manual_are_right() {
    let manual = include_str!("../../../host-sdk/INTERFACE.md");
    let blocks: Vec<_> = manual.split("```toml\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for (block, mode) in blocks.iter().zip([Mode::Production, Mode::Drill]) {
        let text = block.split("```").next().unwrap();
        let config = Config::parse(Path::new("mynaq.toml"), text).unwrap();
        assert_eq!(config.mode, mode);
    }
}

#[test]
fn paths_are_relative_to_the_file() {
    let config = Config::parse(Path::new("etc/mynaq.toml"), GOOD).unwrap();
    assert_eq!(config.ledger.path, Path::new("etc/ledger"));
    let Way::Https(Https { identity: Identity::Pem { key, .. }, .. }) = config.gateway.way else {
        panic!("{:?}", config.gateway)
    };
    assert_eq!(key, Path::new("etc/client.key"));
    assert_eq!(config.card_wait, Duration::from_secs(60));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_key_meant() {
    let fault = fault("drill_address", "dril_adress");
    assert_eq!((fault.line, fault.column), (6, 1));
    assert_eq!(fault.suggestion.as_deref(), Some("drill_address"));
}

#[test]
fn a_drill_reaches_nothing_but_this_machine() {
    assert_eq!(fault("https://127.0.0.1:4443/", "https://192.0.2.1/").line, 8);
    assert_eq!(fault("https://127.0.0.1:4443/", "https://localhost.example/").line, 8);
    assert_eq!(fault("127.0.0.1:4001", "192.0.2.1:4001").line, 6);
}

#[test]
fn production_has_no_simulated_reader() {
    let fault = fault("mode = \"drill\"", "mode = \"production\"");
    assert_eq!((fault.line, fault.column), (5, 10));
}

#[test]
fn values_out_of_range_are_refused_where_they_stand() {
    assert_eq!(fault("9910000001", "99100").line, 3);
    assert_eq!(fault("https://127.0.0.1:4443/", "http://127.0.0.1/").line, 8);
    assert_eq!(fault("[card]", "[card]\nwait_seconds = 0").line, 5);
    assert_eq!(fault("\"drill\"", "\"dril\"").suggestion.as_deref(), Some("drill"));
}

/// What a department writes when patients are real.
fn production(without: &str) -> Result<Config, FileFault> {
    let text = GOOD
        .replacen("mode = \"drill\"", "mode = \"production\"", 1)
        .replacen("reader = \"drill\"\ndrill_address = \"127.0.0.1:4001\"", "reader = \"pcsc\"", 1)
        .replacen(
            "[card]",
            "name = \"模擬消防本部\"\ncontact = \"救急課\"\n[roster]\nfile = \"roster.toml\"\n[card]",
            1,
        );
    assert!(text.contains(without));
    Config::parse(Path::new("etc/mynaq.toml"), &text.replacen(without, "", 1))
}

#[test]
fn production_names_its_viewers_in_advance_and_a_contact_for_the_notice() {
    let config = production("").unwrap();
    assert_eq!(config.log_in.roster.as_deref(), Some(Path::new("etc/roster.toml")));
    assert!(config.log_in.log_in_required && config.log_in.two_factors);
    assert_eq!(config.log_in.shift, Duration::from_secs(25 * 3600));
    let fault = production("[roster]\nfile = \"roster.toml\"\n").unwrap_err();
    assert!(fault.message.contains("[roster]"), "{fault}");
    assert_eq!((fault.line, fault.column), (1, 8));
    for key in ["name = \"模擬消防本部\"\n", "contact = \"救急課\"\n"] {
        let fault = production(key).unwrap_err();
        assert!(fault.message.contains(key.split(' ').next().unwrap()), "{fault}");
        assert_eq!(fault.line, 2);
    }
}

#[test]
fn a_drill_needs_neither_roster_nor_name() {
    let config = Config::parse(Path::new("etc/mynaq.toml"), GOOD).unwrap();
    assert_eq!(config.log_in.roster, None);
    assert!(config.department.name.contains("訓練"), "nobody takes it for a real notice");
}

#[test]
fn what_may_be_taken_over_is_written_by_section_and_by_pack() {
    let text = format!(
        "{GOOD}[transcription]\ndefault = \"all\"\nsections = {{ medications = \"item\" }}\n\
         [transcription.packs.ledger]\nsections = {{ patient = \"never\" }}\n"
    );
    let config = Config::parse(Path::new("etc/mynaq.toml"), &text).unwrap();
    assert_eq!(config.transcription.all.default, mynaq_interface::Transcription::All);
    let pack = &config.transcription.packs["ledger"];
    assert_eq!(pack.default, mynaq_interface::Transcription::Item, "a pack's own decision");
    let wrong = format!("{GOOD}[transcription]\nsections = {{ medication = \"item\" }}\n");
    let fault = Config::parse(Path::new("etc/mynaq.toml"), &wrong).unwrap_err();
    assert_eq!((fault.line, fault.suggestion.as_deref()), (17, Some("medications")));
    let wrong = format!("{GOOD}[transcription]\ndefault = \"always\"\n");
    assert_eq!(Config::parse(Path::new("etc/mynaq.toml"), &wrong).unwrap_err().line, 17);
}

#[test]
fn shares_and_shifts_out_of_range_are_refused() {
    let with = |more: &str| Config::parse(Path::new("m.toml"), &format!("{GOOD}{more}"));
    assert!(with("[review]\nconsented_percent = 100\n").is_ok());
    assert_eq!(with("[review]\nconsented_percent = 101\n").unwrap_err().line, 17);
    assert_eq!(with("[roster]\nfile = \"r\"\nshift_hours = 0\n").unwrap_err().line, 18);
    assert!(with("[roster]\nfile = \"r\"\nshift_hours = 72\nlog_in = \"optional\"\n").is_ok());
}

const PEM: &str = "certificate = \"client.pem\"\nkey = \"client.key\"\n";

#[test]
fn the_client_certificate_is_given_in_one_of_three_ways() {
    let pkcs12 = "pkcs12 = \"crew.p12\"\npkcs12_password_file = \"crew.password\"\n";
    let text = GOOD.replacen(PEM, pkcs12, 1);
    let config = Config::parse(Path::new("etc/mynaq.toml"), &text).unwrap();
    let Way::Https(Https { identity: Identity::Pkcs12 { file, password }, .. }) =
        config.gateway.way
    else {
        panic!("{:?}", config.gateway)
    };
    assert_eq!(file, Path::new("etc/crew.p12"));
    assert_eq!(password.unwrap(), Path::new("etc/crew.password"));
    for (given, line) in [
        ("", 7),
        ("certificate = \"client.pem\"\n", 7),
        ("certificate = \"a\"\nkey = \"b\"\npkcs12 = \"c\"\n", 7),
        ("certificate = \"a\"\nkey = \"b\"\npkcs12_password_file = \"c\"\n", 12),
    ] {
        assert_eq!(fault(PEM, given).line, line, "{given:?}");
    }
}

#[test]
fn a_thumbprint_is_for_windows_and_has_forty_digits() {
    let short = fault(PEM, "windows_certificate = \"00 11\"\n");
    let whole = format!("windows_certificate = \"{}\"\n", "a9:".repeat(20));
    let text = GOOD.replacen(PEM, &whole, 1);
    let config = Config::parse(Path::new("mynaq.toml"), &text);
    assert_eq!((short.line, config.is_ok()), (10, cfg!(windows)));
}

#[test]
fn a_folder_has_no_line_of_its_own() {
    let https = &GOOD[GOOD.find("url = ").unwrap()..GOOD.find("[ledger]").unwrap()];
    let folder = "transport = \"folder\"\ndirectory = \"OQS\"\n";
    let text = GOOD.replacen(https, folder, 1);
    let config = Config::parse(Path::new("etc/mynaq.toml"), &text).unwrap();
    let Way::Folder(exchange) = config.gateway.way else { panic!("{:?}", config.gateway) };
    assert_eq!(exchange.path, Path::new("etc/OQS"));
    assert_eq!(fault("url = ", "transport = \"folder\"\ndirectory = \"OQS\"\nurl = ").line, 10);
    assert_eq!(fault("key = \"client.key\"", "key = \"k\"\ndirectory = \"OQS\"").line, 12);
}

#[test]
fn addresses_hold_no_secrets_and_proxies_are_plain() {
    assert_eq!(fault("https://127.0.0.1", "https://crew:word@127.0.0.1").line, 8);
    for (proxy, right) in [
        ("http://127.0.0.1:8080", true),
        ("http://192.0.2.1:8080", false),
        ("socks5://127.0.0.1:8080", false),
        ("127.0.0.1:8080", false),
    ] {
        let key = format!("key = \"client.key\"\nproxy = \"{proxy}\"");
        let text = GOOD.replacen("key = \"client.key\"", &key, 1);
        let config = Config::parse(Path::new("mynaq.toml"), &text);
        assert_eq!(config.is_ok(), right, "{proxy}");
    }
}

#[test]
fn one_attempt_fits_into_the_time_of_all() {
    let given = "key = \"client.key\"\nanswer_seconds = 30\ngive_up_seconds = 20";
    assert_eq!(fault("key = \"client.key\"", given).line, 13);
}
