use mynaq_interface::{NoticeLanguage, Reason};
use time::OffsetDateTime;
pub(crate) struct Department<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_kana: Option<&'a str>,
    pub(crate) contact: &'a str,
    pub(crate) url: Option<&'a str>,
}
pub(crate) struct Notice<'a> {
    pub(crate) department: Department<'a>,
    pub(crate) viewed_at: OffsetDateTime,
    pub(crate) reason: Reason,
    pub(crate) drill: bool,
}
pub(crate) fn page(n: &Notice<'_>, l: NoticeLanguage) -> String {
    format!(
        "{} {:?} {} {:?} {} {:?} {} {l:?}",
        n.department.name,
        n.department.name_kana,
        n.department.contact,
        n.department.url,
        n.viewed_at,
        n.reason,
        n.drill
    )
}
