//! Every error there is: number, name, what happened, and what to do now.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ErrorClass;

/// What is fixed of a code.
pub(super) struct Entry {
    pub(super) class: ErrorClass,
    pub(super) retry: bool,
    pub(super) ja: &'static str,
    pub(super) en: &'static str,
    pub(super) action_ja: &'static str,
    pub(super) action_en: &'static str,
}

/// The catalogue: numbers and names are never reused or renumbered.
macro_rules! catalogue {
    ($($class:ident { $($code:ident = $number:literal $name:literal $retry:ident
        $ja:literal $en:literal => $action_ja:literal $action_en:literal;)+ })+) => {
        /// The stable code of an error: a name in documents, a negative number at the C door.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[schemars(transform = crate::schema::open_words)]
        pub enum ErrorCode {
            $($(#[doc = $en] #[serde(rename = $name)] $code,)+)+
        }

        impl ErrorCode {
            /// Every code, in catalogue order.
            pub const ALL: &'static [ErrorCode] = &[$($(ErrorCode::$code),+),+];

            /// The number at the C door.
            pub const fn status(self) -> i32 {
                match self { $($(ErrorCode::$code => $number),+),+ }
            }

            /// The name in documents, `class.what`.
            pub const fn name(self) -> &'static str {
                match self { $($(ErrorCode::$code => $name),+),+ }
            }

            /// The code of a name; none for one this version does not know.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($($name => Some(ErrorCode::$code),)+)+ _ => None }
            }

            pub(super) const fn entry(self) -> Entry {
                match self { $($(ErrorCode::$code => Entry {
                    class: ErrorClass::$class, retry: catalogue!(@$retry),
                    ja: $ja, en: $en, action_ja: $action_ja, action_en: $action_en,
                }),+),+ }
            }
        }
    };
    (@again) => { true };
    (@final) => { false };
}

catalogue! {
    Usage {
        NullArgument = -101 "usage.null_argument" final
            "必要な引数がありません" "a required argument is null"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        NotUtf8 = -102 "usage.not_utf8" final
            "文字列がUTF-8ではありません" "a text argument is not UTF-8"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        UnknownHandle = -103 "usage.unknown_handle" final
            "この事案はすでに閉じられているか、存在しません" "the handle is closed, stale or was never given out"
            => "事案を開き直してください" "open a case again";
        UnknownValue = -104 "usage.unknown_value" final
            "値が決められた範囲にありません" "a value is not in its closed list"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        WrongState = -105 "usage.wrong_state" final
            "今の段階ではこの操作はできません" "the case is not at the stage this call needs"
            => "画面の表示に従って進めてください" "follow the events of the case";
        BadDocument = -106 "usage.bad_document" final
            "渡された文書を読めません" "a document handed in does not follow its schema"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        Incompatible = -107 "usage.incompatible" final
            "プラグインと組み込み先の版が合いません" "host and plugin speak different major versions"
            => "対応する版のプラグインを入れてください" "install a plugin of the host's major version";
        TooLarge = -108 "usage.too_large" final
            "渡された値が大きすぎます" "an argument is larger than the interface takes"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        Forked = -109 "usage.forked" final
            "別のプロセスから呼び出されました" "called in a forked process; open the plugin after the fork"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        WrongThread = -110 "usage.wrong_thread" final
            "この場所からは呼び出せません" "this function may not be called from within log or wake"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        TooMany = -111 "usage.too_many" final
            "開いたままの事案または文書が多すぎます" "too many cases are open, or documents not released"
            => "使い終わった事案を閉じてください" "close cases and release documents that are done with";
    }
    Config {
        ConfigUnreadable = -201 "config.unreadable" final
            "設定ファイルを開けません" "the configuration file cannot be opened"
            => "設定ファイルの場所を確認してください" "check the path of the configuration file";
        ConfigInvalid = -202 "config.invalid" final
            "設定ファイルに誤りがあります" "the configuration file has a fault"
            => "示された行を直してください" "mend the line named";
        ConfigCredentials = -203 "config.credentials" final
            "証明書または鍵のファイルを使えません" "a certificate or key file cannot be used"
            => "証明書の設定を確認してください" "check the certificate files named in the configuration";
        ConfigConflict = -204 "config.conflict" final
            "別の設定ですでに使われています" "the ledger is in use by another process"
            => "他のソフトウェアを終了してください" "stop the other program that uses this ledger";
    }
    Reader {
        NoReaderService = -301 "reader.no_service" again
            "スマートカードのサービスが動いていません" "the smart card service does not run"
            => "端末を確認してください。急ぐ場合は口頭で聴取してください" "start the smart card service, or go on by asking";
        NoReader = -302 "reader.none" again
            "カードリーダーが見つかりません" "no card reader is connected"
            => "リーダーを接続してください。急ぐ場合は口頭で聴取してください" "connect the reader, or go on by asking";
        ReaderBusy = -303 "reader.busy" again
            "カードリーダーを他のソフトウェアが使っています" "another program holds the card reader"
            => "少し待ってからもう一度かざしてください" "wait a moment and present the card again";
        ReaderNotAnswering = -304 "reader.not_answering" again
            "カードリーダーが応答しません" "the reader, or the card on it, does not answer"
            => "リーダーを抜き差しするか、口頭で聴取してください" "unplug the reader and plug it in again, or go on by asking";
    }
    Card {
        CardRemoved = -401 "card.removed" again
            "もう一度かざしてください" "the card was taken away while it was read"
            => "カードをリーダーに置いたままにしてください" "leave the card on the reader";
        CardTimeout = -402 "card.timeout" again
            "カードがかざされませんでした" "no card was presented in time"
            => "もう一度読み取るか、口頭で聴取してください" "start reading again, or go on by asking";
        CardNotMyNumber = -403 "card.not_my_number" again
            "マイナンバーカードではありません（新しい世代のカードの可能性もあります）" "not a My Number Card, or a generation not yet known"
            => "マイナンバーカードをかざしてください" "present the My Number Card";
        CardBasicResident = -404 "card.basic_resident" again
            "住基カードです" "a 住基カード, which carries no user authentication certificate"
            => "マイナンバーカードをかざしてください" "present the My Number Card";
        CardPhone = -405 "card.phone" again
            "スマートフォンです。カードをかざしてください" "a phone; マイナ救急 needs the plastic card"
            => "マイナンバーカードをかざしてください" "present the My Number Card";
        CardNoCertificate = -406 "card.no_certificate" final
            "利用者証明用電子証明書がありません" "the card carries no user authentication certificate"
            => "口頭で聴取してください" "go on by asking";
        CardUnreadable = -407 "card.unreadable" again
            "カードを読み取れません" "the card's answer makes no sense"
            => "もう一度かざしてください。続く場合は口頭で聴取してください" "present the card again; if it stays so, go on by asking";
        CardChanged = -408 "card.changed" again
            "前と違うカードです" "a different card from the one read before"
            => "本人のカードか確認してください" "make sure this is the patient's card";
        CardPinWrong = -409 "card.pin_wrong" again
            "暗証番号が違います" "the PIN is wrong"
            => "残り回数を確認して、もう一度入力してください" "mind the tries left and let the patient type again";
        CardPinLastTry = -410 "card.pin_last_try" final
            "暗証番号の残り回数が1回のため、照合しません" "only one try is left, so the PIN is not tried"
            => "目視で確認するか、口頭で聴取してください" "compare the face, or go on by asking";
        CardPinLocked = -411 "card.pin_locked" final
            "暗証番号が使えないカードです（ロック中または顔認証カード）" "the PIN is locked, or the card has none in use"
            => "目視で確認するか、口頭で聴取してください" "compare the face, or go on by asking";
        CardPinMalformed = -412 "card.pin_malformed" again
            "暗証番号は4桁の数字です" "the PIN is 4 digits"
            => "4桁の数字を入力してください" "type 4 digits";
        CardSignature = -413 "card.signature" final
            "カードの署名を確認できません" "the card's signature does not match its certificate"
            => "このカードは使わず、口頭で聴取してください" "do not use this card; go on by asking";
        CardCancelled = -414 "card.cancelled" again
            "カードの読み取りを中止しました" "reading was cancelled"
            => "必要ならもう一度読み取ってください" "start reading again when wanted";
        CardSimulated = -415 "card.simulated" final
            "演習用のカードは実運用では使えません" "a simulated card in production"
            => "本物のマイナンバーカードをかざしてください" "present a real My Number Card";
        CardReal = -416 "card.real" final
            "演習では本物のカードを読み取りません" "a real card in a drill"
            => "演習用のカードを使ってください" "use a simulated card";
        CardDrivingLicence = -417 "card.driving_licence" again
            "運転免許証です" "a driving licence"
            => "マイナンバーカードをかざしてください" "present the My Number Card";
        CardForeign = -418 "card.foreign" again
            "別の種類のカードです（在留カード、旅券、クレジットカードなど）" "a card of another kind: a residence card, passport or payment card"
            => "マイナンバーカードをかざしてください" "present the My Number Card";
        CardNoPin = -419 "card.no_pin" final
            "暗証番号のないカードです（顔認証マイナンバーカードなど）" "a card with no PIN in use, such as a face-authentication card"
            => "目視で確認するか、口頭で聴取してください" "compare the face, or go on by asking";
        CardOtherCase = -420 "card.other_case" again
            "別の事案で読み取ったカードが置かれたままです" "the card lying there was read for another case"
            => "この傷病者のカードか確かめて、いったん離してからかざしてください" "make sure it is this patient's, lift it, and present it again";
        CardNotThisPatient = -421 "card.not_this_patient" again
            "この事案で別人のものとしたカードです" "this case has set the card aside as another person's"
            => "この傷病者のカードをかざすか、口頭で聴取してください" "present this patient's card, or go on by asking";
    }
    Gate {
        GateNotReady = -501 "gate.not_ready" again
            "カード、本人確認、同意のすべてが必要です" "card, identity check and consent are not complete"
            => "足りないものを済ませてください" "complete what is missing";
        GateReasonRequired = -502 "gate.reason_required" again
            "同意が得られない理由を選んでください" "viewing without consent needs a coded reason"
            => "理由を一つ選んでください" "choose one reason";
        GateReasonUnknown = -503 "gate.reason_unknown" again
            "その理由では閲覧できません" "the reason is not on the list"
            => "一覧から理由を選んでください" "choose a reason from the list";
        GateIdentityFailed = -504 "gate.identity_failed" again
            "本人確認ができないため閲覧しません" "identity could not be confirmed, so nothing is viewed"
            => "口頭で聴取してください" "go on by asking";
        GateRefused = -505 "gate.refused" final
            "同意が得られないため閲覧しません" "the patient refused, so nothing is viewed"
            => "口頭で聴取してください。不利益はありません" "go on by asking; refusal has no disadvantage";
        GateNoRecord = -506 "gate.no_record" again
            "閲覧の根拠を記録できないため照会しません" "the basis of the viewing could not be written to the ledger"
            => "端末の空き容量を確認してください。急ぐ場合は口頭で聴取してください" "check the terminal's disk, or go on by asking";
        GateNoPhoto = -507 "gate.no_photo" again
            "顔写真のないカードのため、目視では確認できません" "the card has no photo, so a look proves nothing"
            => "暗証番号で確認するか、口頭で聴取してください" "let the PIN be typed, or go on by asking";
        GateConsentImpossible = -508 "gate.consent_impossible" again
            "同意したときの意識レベルがJCS IIIと記録されています" "the patient was recorded as JCS III when consent was said to be given"
            => "意識レベルを確認し、同意または理由を選び直してください" "look at the level of consciousness again, and record consent or a reason anew";
        GateReasonUnfit = -509 "gate.reason_unfit" again
            "記録された意識レベルでは、この理由で閲覧できません" "the reason does not fit the level of consciousness that is recorded"
            => "本人に同意を確認するか、当てはまる理由を選んでください" "ask the patient, or choose the reason that fits";
        GateOptedOut = -510 "gate.opted_out" final
            "事前に閲覧を希望しないと申し出た方です" "the person has told the department not to look them up"
            => "口頭で聴取してください。不利益はありません" "go on by asking; it has no disadvantage";
        GateNotLoggedIn = -511 "gate.not_logged_in" final
            "この隊員は端末にログインしていません" "the crew member is not logged in on this terminal"
            => "勤務の始めにログインしてください。急ぐ場合は口頭で聴取してください" "log in when the shift begins; for now, go on by asking";
        GateLogInExpired = -512 "gate.log_in_expired" final
            "ログインの有効時間が過ぎました" "the log-in has run out"
            => "ログインし直してください。急ぐ場合は口頭で聴取してください" "log in again; for now, go on by asking";
        GateTwoFactors = -513 "gate.two_factors" final
            "異なる種類の二要素での認証が必要です" "log-in needs two factors of different kinds"
            => "もう一つの要素で認証してください" "authenticate by a second factor of another kind";
        GateCrewUnknown = -514 "gate.crew_unknown" final
            "閲覧できる者の名簿にない隊員です" "the crew member is not on the roster"
            => "管理者に連絡してください。急ぐ場合は口頭で聴取してください" "call the administrator; for now, go on by asking";
        GateCrewExpired = -515 "gate.crew_expired" final
            "この隊員の閲覧権限は期間外です" "the crew member's right to view has not begun, or has ended"
            => "名簿の期間を管理者に確認してください。急ぐ場合は口頭で聴取してください" "ask the administrator about the dates in the roster; for now, go on by asking";
        GateCrewRevoked = -516 "gate.crew_revoked" final
            "この隊員の閲覧権限は取り消されています" "the crew member's right to view was revoked"
            => "管理者に連絡してください。急ぐ場合は口頭で聴取してください" "call the administrator; for now, go on by asking";
        GateCrewNoRight = -517 "gate.crew_no_right" final
            "この隊員には、この隊での閲覧権限がありません" "the crew member may not view in this unit"
            => "隊と役割を管理者に確認してください。急ぐ場合は口頭で聴取してください" "ask the administrator about unit and role; for now, go on by asking";
        GateRosterExpired = -518 "gate.roster_expired" final
            "閲覧できる者の名簿の有効期限が切れています" "the roster has run out"
            => "新しい名簿を入れてください。急ぐ場合は口頭で聴取してください" "install the new roster; for now, go on by asking";
        GateRosterUnreadable = -519 "gate.roster_unreadable" final
            "閲覧できる者の名簿を読めません" "the roster cannot be read"
            => "示された行を直してください。急ぐ場合は口頭で聴取してください" "mend the line named; for now, go on by asking";
        GateClockSetBack = -520 "gate.clock_set_back" final
            "端末の時計が戻っているため、権限を確かめられません" "this terminal's clock was set back, so no right can be checked"
            => "端末の日時を合わせてください。急ぐ場合は口頭で聴取してください" "set date and time; for now, go on by asking";
        GatePermitExpired = -521 "gate.permit_expired" again
            "閲覧の許可から時間がたちすぎたため、照会しません" "the permit was not used in time, so nothing is looked up"
            => "もう一度照会するか、口頭で聴取してください" "look up again, or go on by asking";
        GateTranscription = -522 "gate.transcription" final
            "この項目を記録に取り込むことは認められていません" "the department does not let this be taken over that way"
            => "項目ごとに確かめて取り込むか、書き写してください" "take it field by field where that is allowed, or write it down by hand";
    }
    Network {
        NetworkUnreachable = -601 "network.unreachable" again
            "回線がつながりません" "the gateway cannot be reached"
            => "口頭で聴取し、つながる場所でもう一度照会してください" "go on by asking; look up again where there is a line";
        NetworkTimeout = -602 "network.timeout" again
            "時間内に応答がありません" "no answer in time"
            => "口頭で聴取してください。もう一度照会もできます" "go on by asking, or look up again";
        NetworkLost = -603 "network.lost" again
            "通信が途中で切れました" "the line was lost during the look-up"
            => "もう一度照会するか、口頭で聴取してください" "look up again, or go on by asking";
        NetworkCancelled = -604 "network.cancelled" again
            "照会を中止しました" "the look-up was cancelled"
            => "口頭で聴取してください。必要ならもう一度照会できます" "go on by asking, or look up again when wanted";
        NetworkNameUnknown = -605 "network.name_unknown" again
            "接続先の名前を調べられません" "the gateway's name cannot be resolved"
            => "口頭で聴取し、つながる場所でもう一度照会してください" "go on by asking; look up again where there is a line";
        NetworkIntercepted = -606 "network.intercepted" again
            "回線の途中で別のものが応答しています（ログインが必要な回線など）" "something on the way answers instead of the gateway, such as a captive portal"
            => "口頭で聴取し、回線を確認してください" "go on by asking, and check which network the terminal is on";
        NetworkClockWrong = -607 "network.clock_wrong" final
            "端末の時刻が合っていないため、接続先を確認できません" "the gateway cannot be verified at the time this terminal's clock shows"
            => "口頭で聴取し、端末の時刻を合わせてください" "go on by asking, and set the terminal's clock";
        NetworkWaiting = -608 "network.waiting" again
            "回線の不調が続いているため、少し時間をおいて照会します" "the line keeps failing; the next attempt waits a while"
            => "口頭で聴取してください" "go on by asking";
        NetworkProxy = -609 "network.proxy" again
            "プロキシを通れません" "the proxy does not let the line through"
            => "口頭で聴取し、管理者に連絡してください" "go on by asking, and call the administrator";
        NetworkFolder = -610 "network.folder" again
            "連携フォルダを使えません" "the exchange folder cannot be used"
            => "口頭で聴取し、管理者に連絡してください" "go on by asking, and call the administrator";
    }
    Gateway {
        GatewayUntrusted = -701 "gateway.untrusted" final
            "接続先の証明書を確認できません" "the gateway's certificate is not from the configured authority"
            => "口頭で聴取し、管理者に連絡してください" "go on by asking, and call the administrator";
        GatewayCertificateRefused = -702 "gateway.certificate_refused" final
            "この端末の証明書が受け付けられませんでした" "the gateway refused this terminal's client certificate, or closed before answering"
            => "口頭で聴取し、管理者に連絡してください" "go on by asking, and call the administrator";
        GatewayNotRegistered = -703 "gateway.not_registered" final
            "健康保険証としての利用登録がありません" "the card is not registered as a health insurance card"
            => "口頭で聴取してください" "go on by asking";
        GatewayAmbiguous = -704 "gateway.ambiguous" final
            "複数の人が該当したため、表示しません" "more than one person matched; none is shown"
            => "口頭で聴取してください" "go on by asking";
        GatewayOptedOut = -705 "gateway.opted_out" final
            "本人が情報提供を希望していません" "the person has opted out"
            => "口頭で聴取してください" "go on by asking";
        GatewayExpired = -706 "gateway.certificate_expired" final
            "電子証明書の有効期限が切れているため照会できません" "the card's certificate expired too long ago"
            => "口頭で聴取してください" "go on by asking";
        GatewayUnreadable = -707 "gateway.unreadable" again
            "応答を読み取れません" "the answer does not follow the message layout"
            => "もう一度照会するか、口頭で聴取してください" "look up again, or go on by asking";
        GatewayMismatch = -708 "gateway.mismatch" final
            "別の照会への応答が届いたため捨てました" "the answer belongs to another request and was thrown away"
            => "口頭で聴取するか、もう一度照会してください。続く場合は管理者に連絡してください" "go on by asking, or look up again; if it stays so, call the administrator";
        GatewayFault = -709 "gateway.fault" again
            "照会先でエラーが起きました" "the gateway reported an error"
            => "もう一度照会するか、口頭で聴取してください" "look up again, or go on by asking";
        GatewayBusy = -710 "gateway.busy" again
            "照会先が混み合っています" "the gateway takes no more requests for the moment"
            => "口頭で聴取し、少し待ってからもう一度照会してください" "go on by asking, and look up again a little later";
        GatewayMaintenance = -711 "gateway.maintenance" again
            "照会先はメンテナンス中です" "the gateway is out of service for maintenance"
            => "口頭で聴取してください" "go on by asking";
        GatewayOwnCertificateExpired = -712 "gateway.own_certificate_expired" final
            "この端末の証明書の有効期限が切れています" "this terminal's client certificate has expired"
            => "口頭で聴取し、管理者に連絡してください" "go on by asking, and call the administrator";
    }
    Mapping {
        PackUnknown = -801 "mapping.unknown_pack" final
            "指定された様式がありません" "no pack of that name is installed"
            => "管理者に連絡してください" "call the administrator";
        PackInvalid = -802 "mapping.invalid_pack" final
            "様式の定義に誤りがあります" "the pack has a fault"
            => "示された行を直してください" "mend the line named";
        FieldUnknown = -803 "mapping.unknown_field" final
            "その項目はありません" "the record has no such field"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
        FormatUnknown = -804 "mapping.unknown_format" final
            "その形式では書き出せません" "the pack has no such format"
            => "ソフトウェアの保守担当に連絡してください" "report this to the host's vendor";
    }
    Internal {
        Panic = -901 "internal.panic" final
            "プラグイン内部で不具合が起きました。この事案では使えません" "a defect in the plugin; this case is closed to further use"
            => "口頭で聴取し、事案を開き直してください" "go on by asking, and open the case again";
        Stopped = -902 "internal.stopped" final
            "プラグインは停止しています" "the plugin has been shut down"
            => "ソフトウェアを起動し直してください" "restart the host";
        Unknown = -903 "internal.unknown" final
            "この版では分からないエラーです" "an error this version does not know"
            => "口頭で聴取し、管理者に連絡してください" "go on by asking, and call the administrator";
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
