//! The checks between a document and a roster: a mistake in it is found by whoever writes it, not
//! by a crew beside a patient.

use std::collections::BTreeMap;

use time::{Date, Month};
use toml::{Spanned, Value};

use crate::document::{Day, MemberDoc, RosterDoc};
use crate::faults::{Faults, NO_DAY, day_meant};
use crate::name::{outline, shown, unfit};
use crate::roster::{Member, Role, Roster};

/// Far more than a department has: a roster with more is a mistake, and work stays bounded.
const MAX_UNITS: usize = 1_000;
const MAX_MEMBERS: usize = 10_000;

/// Says in `faults` what is wrong. A roster that comes back together with faults is to be dropped.
///
/// That nobody is named is no fault: it is how a department stops every viewing at once, and the
/// crews are then told that they are not on the roster, which is true. A file that was lost or
/// emptied by accident does not pass for it, because it says neither department nor dates.
pub(crate) fn check(document: &RosterDoc, faults: &mut Faults<'_>) -> Roster {
    let department = &document.department;
    fit(department, ("本部の名", "the department's name"), faults);
    let issued = day(&document.issued, faults);
    let valid_until = day(&document.valid_until, faults);
    in_order(("issued", issued), ("valid_until", valid_until), &document.valid_until, faults);

    if let Some(unit) = document.unit.get(MAX_UNITS) {
        too_many(&unit.name, ("隊", "units"), MAX_UNITS, faults);
    }
    let mut units = Taken::default();
    for unit in document.unit.iter().take(MAX_UNITS) {
        units.take(&unit.name, ("隊", "unit"), faults);
    }
    if let Some(member) = document.member.get(MAX_MEMBERS) {
        too_many(&member.id, ("隊員", "members"), MAX_MEMBERS, faults);
    }
    let mut ids = Taken::default();
    let mut members = BTreeMap::new();
    for member in document.member.iter().take(MAX_MEMBERS) {
        ids.take(&member.id, ("隊員", "member"), faults);
        members.insert(member.id.get_ref().clone(), check_member(member, &units, faults));
    }
    Roster {
        department: department.get_ref().clone(),
        issued: issued.unwrap_or(Date::MAX),
        valid_until: valid_until.unwrap_or(Date::MIN),
        units: units.names().map(str::to_owned).collect(),
        members,
    }
}

fn check_member(member: &MemberDoc, units: &Taken<'_>, faults: &mut Faults<'_>) -> Member {
    let id = shown(member.id.get_ref());
    let roles = roles(member, faults);
    if roles.contains(&Role::Viewer) && member.units.is_empty() {
        faults.add_with(
            member.id.span(),
            &format!("隊員「{id}」は閲覧できる者だが、乗る隊がない"),
            &format!("member `{id}` may view, but rides with no unit"),
            Some("units = [\"…\"]".to_owned()),
        );
    }
    for (place, unit) in member.units.iter().enumerate() {
        if faults.full() {
            break;
        }
        let name = shown(unit.get_ref());
        if !units.has(unit.get_ref()) {
            faults.unknown(
                unit.span(),
                (
                    &format!("隊「{name}」は [[unit]] にない"),
                    &format!("unit `{name}` is not named by any [[unit]]"),
                ),
                unit.get_ref(),
                units.names(),
            );
        } else if member.units[..place].iter().any(|other| other.get_ref() == unit.get_ref()) {
            faults.add(
                unit.span(),
                &format!("隊「{name}」が二度ある。一つを消す"),
                &format!("unit `{name}` stands here twice: remove one"),
            );
        }
    }
    let [from, until, revoked] = [&member.from, &member.until, &member.revoked]
        .map(|written| written.as_ref().and_then(|written| day(written, faults)));
    if let Some(written) = &member.until {
        in_order(("from", from), ("until", until), written, faults);
    }
    Member {
        id: member.id.get_ref().clone(),
        units: member.units.iter().map(|unit| unit.get_ref().clone()).collect(),
        roles,
        from,
        until,
        revoked,
    }
}

fn roles(member: &MemberDoc, faults: &mut Faults<'_>) -> Vec<Role> {
    let written = member.roles.get_ref();
    if written.is_empty() {
        let id = shown(member.id.get_ref());
        faults.add_with(
            member.roles.span(),
            &format!("隊員「{id}」に役割がない"),
            &format!("member `{id}` has no role"),
            Some(format!("roles = [\"{}\"]", Role::Viewer.name())),
        );
    }
    let mut roles = vec![];
    for word in written {
        if faults.full() {
            break;
        }
        let name = shown(word.get_ref());
        match Role::from_name(word.get_ref()) {
            Some(role) if roles.contains(&role) => {
                faults.add(
                    word.span(),
                    &format!("役割「{name}」が二度ある。一つを消す"),
                    &format!("role `{name}` stands here twice: remove one"),
                );
            }
            Some(role) => roles.push(role),
            None => {
                let known = Role::ALL.map(Role::name);
                let list = known.map(|name| format!("`{name}`")).join(", ");
                faults.unknown(
                    word.span(),
                    (
                        &format!("役割「{name}」はない"),
                        &format!("unknown role `{name}`, expected one of {list}"),
                    ),
                    word.get_ref(),
                    known,
                );
            }
        }
    }
    roles
}

/// Names that are taken, by what an eye sees of them.
#[derive(Default)]
struct Taken<'a>(BTreeMap<String, &'a Spanned<String>>);

impl<'a> Taken<'a> {
    fn take(&mut self, name: &'a Spanned<String>, what: (&str, &str), faults: &mut Faults<'_>) {
        let (ja, en) = what;
        if faults.full() || !fit(name, what, faults) {
            return;
        }
        let outline = outline(name.get_ref());
        let Some(first) = self.0.get(&outline) else {
            self.0.insert(outline, name);
            return;
        };
        let line = faults.line(&first.span());
        if first.get_ref() == name.get_ref() {
            faults.add(
                name.span(),
                &format!("{ja}「{name}」は{line}行目にもある。どちらかを消す"),
                &format!("{en} `{name}` stands in line {line} already: remove one of them"),
            );
        } else {
            faults.add(
                name.span(),
                &format!("{ja}「{name}」は{line}行目の「{first}」と見分けられない。書き方を変える"),
                &format!("{en} `{name}` looks like `{first}` in line {line}: write it differently"),
            );
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.get(&outline(name)).is_some_and(|taken| taken.get_ref() == name)
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.values().map(|name| name.get_ref().as_str())
    }
}

fn fit(name: &Spanned<String>, (ja, en): (&str, &str), faults: &mut Faults<'_>) -> bool {
    let Some((why_ja, why_en)) = unfit(name.get_ref()) else { return true };
    let ja = format!("{ja}「{}」は使えない。{why_ja}", shown(name.get_ref()));
    let en = format!("{en} `{}` cannot be used: {why_en}", shown(name.get_ref()));
    let trimmed = name.get_ref().trim();
    let meant = unfit(trimmed).is_none().then(|| trimmed.to_owned());
    faults.add_with(name.span(), &ja, &en, meant);
    false
}

fn day(written: &Day, faults: &mut Faults<'_>) -> Option<Date> {
    let (day, meant) = match written.get_ref() {
        Value::Datetime(toml::value::Datetime { date: Some(date), time: None, offset: None }) => {
            let month = Month::try_from(date.month).ok();
            let day = month.and_then(|month| {
                Date::from_calendar_date(i32::from(date.year), month, date.day).ok()
            });
            (day, None)
        }
        Value::Datetime(moment) => (None, moment.date.and_then(|day| day_meant(&day.to_string()))),
        Value::String(text) => (None, day_meant(text)),
        _ => (None, None),
    };
    if day.is_none() {
        let (ja, en) = NO_DAY;
        faults.add_with(written.span(), ja, en, meant.map(|day| day.to_string()));
    }
    day
}

fn in_order(
    (first, begin): (&str, Option<Date>),
    (last, end): (&str, Option<Date>),
    at: &Day,
    faults: &mut Faults<'_>,
) {
    let (Some(begin), Some(end)) = (begin, end) else { return };
    if end < begin {
        faults.add(
            at.span(),
            &format!("{last}（{end}）が {first}（{begin}）より前になっている。どちらかを直す"),
            &format!("{last} ({end}) lies before {first} ({begin}): mend one of them"),
        );
    }
}

fn too_many(at: &Spanned<String>, (ja, en): (&str, &str), most: usize, faults: &mut Faults<'_>) {
    faults.add(
        at.span(),
        &format!("{ja}が{most}を超えている。名簿を分ける"),
        &format!("there are more than {most} {en}: split the roster"),
    );
}
