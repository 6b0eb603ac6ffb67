//! What belongs to the first side, below the team, the unit or the collective of whoever asks: a name that its sender may
//! use opens nothing that does not belong to it, and what is another's is answered like what there is not.
//!
//! Which calls and uploads are asked is a rule: those whose fields name a team, a unit or a collective and, beside it, a
//! thing. The others have nothing to cross. No upload has such fields as yet: what sheets and pasted lists name is no
//! field, and is looked for below their team by `sheets/tests.rs` and `tests/money/desk/lists.rs` of `service`.

use domain::ids::OrderId;

use super::calls::{Fields, Row, all_rows, apart, send_fields};
use super::world::World;
use super::{OTHER_MEMBERS, OTHER_SELLERS, Who, ask_all};

/// What things lie below.
pub struct Scope {
    /// As fields, and the parts of addresses that vary, are called.
    pub name: &'static str,
    /// Who works in the second one.
    pub strangers: &'static [Who],
    /// The second one.
    pub theirs: fn(&World) -> String,
}

pub const SCOPES: &[Scope] = &[
    Scope { name: "team", strangers: OTHER_SELLERS, theirs: |world| world.other_team.to_string() },
    Scope { name: "unit", strangers: OTHER_MEMBERS, theirs: |world| world.other_unit.to_owned() },
    Scope {
        name: "collective",
        strangers: &[Who::OtherTreasurer],
        theirs: |world| world.other_collective.to_string(),
    },
];

/// What is sent beside the fields of a row, or in place of some of them.
type Over = (&'static str, fn(&World) -> Fields);

/// Functions that make something unless they are told what to write over: their rows in the table make it, and with this
/// they write over it.
const WRITING_OVER: &[Over] = &[
    ("/api/freight/save_template", |world| {
        let template = ("template", world.template.to_string());
        vec![template, ("version", "1".to_owned()), ("key", "crossed-1".to_owned())]
    }),
    ("/api/freight/save_place", |world| {
        let place = ("place", world.place.to_string());
        vec![place, ("version", "1".to_owned()), ("key", "crossed-2".to_owned())]
    }),
    // In the table it asks for a price alone.
    ("/api/units/submit_bulk_order", |world| {
        vec![
            ("replaces", world.waiting.number.clone()),
            ("then", "submit".to_owned()),
            ("name", "收货人".to_owned()),
            ("phone", "13800000003".to_owned()),
            ("region", "610925".to_owned()),
            ("detail", "城关镇1号".to_owned()),
            ("expected", "21000".to_owned()),
            ("key", "crossed-3".to_owned()),
        ]
    }),
];

/// The fields of a row with others beside them, or in their place.
fn written_over(fields: &[(&'static str, String)], others: Fields) -> Fields {
    let is_kept = |(name, _): &&(&'static str, String)| others.iter().all(|(other, _)| other != name);
    let kept: Fields = fields.iter().filter(is_kept).cloned().collect();
    kept.into_iter().chain(others).collect()
}

/// Here each row of a table has an answer of its own, which says of another's goods that there is no such thing.
const ROW_BY_ROW: &[&str] = &["/api/sheets/edit_table"];

pub const ID_OF_NOTHING: &str = "0000000000001";
pub const NUMBER_OF_NOTHING: &str = "XJ260101NOTHING1";

/// The name of something that there is not, if `value` is the name of a thing. Nothing else that rows send reads as an id;
/// orders are named by their numbers as well.
fn name_of_nothing(value: &str) -> Option<&'static str> {
    if value.parse::<OrderId>().is_ok() {
        return Some(ID_OF_NOTHING);
    }
    value.starts_with("XJ").then_some(NUMBER_OF_NOTHING)
}

/// What the fields name a thing below; `None` when they have nothing to cross.
fn scope_of(fields: &[(&'static str, String)]) -> Option<&'static Scope> {
    let scope = SCOPES.iter().find(|scope| fields.iter().any(|(name, _)| *name == scope.name))?;
    let mut beside = fields.iter().filter(|(name, _)| *name != scope.name);
    beside.any(|(_, value)| name_of_nothing(value).is_some()).then_some(scope)
}

/// The fields with the strangers' own team, unit or collective; with `of_nothing` instead of each thing one that there is
/// not.
fn crossed(world: &World, scope: &Scope, fields: &[(&'static str, String)], of_nothing: bool) -> Fields {
    let put = |(name, value): &(&'static str, String)| {
        let sent = match name_of_nothing(value) {
            _ if *name == scope.name => (scope.theirs)(world),
            Some(nothing) if of_nothing => nothing.to_owned(),
            _ => value.clone(),
        };
        (*name, sent)
    };
    fields.iter().map(put).collect()
}

/// Who does on the first side what `who` does on the second one.
pub fn of_first_side(who: Who) -> Who {
    match who {
        Who::OtherSeller => Who::Seller,
        Who::OtherCaptain => Who::Captain,
        Who::OtherBuyer => Who::Buyer,
        Who::OtherApprover => Who::Approver,
        Who::OtherFinance => Who::Finance,
        Who::OtherTreasurer => Who::Treasurer,
        Who::OtherTownAdmin => Who::TownAdmin,
        other => other,
    }
}

async fn ask_crossed(world: &World, row: &Row, fields: Fields, scope: &Scope, who: Who) -> Option<String> {
    let answered = send_fields(world, row.path, crossed(world, scope, &fields, false), who).await;
    let of_nothing = send_fields(world, row.path, crossed(world, scope, &fields, true), who).await;
    let fits = match answered.status {
        404 => true,
        // Whoever may not even do it at home is not asked what it is about.
        403 => !row.may.contains(&of_first_side(who)),
        422 => ROW_BY_ROW.contains(&row.path),
        _ => false,
    };
    // Whoever is answered otherwise about what there is has learnt that there is such a thing.
    let tells = (answered.status, &answered.body) != (of_nothing.status, &of_nothing.body);
    (!fits || tells).then(|| {
        format!(
            "{} as {who:?} with their own {}: {} {}, and of nothing {} {}",
            row.path, scope.name, answered.status, answered.body, of_nothing.status, of_nothing.body
        )
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_others_is_unknown_below_one_s_own_team_unit_or_collective() {
    let world = World::start().await;
    let before = world.written().await;
    let mut below = Vec::new();
    let mut questions = Vec::new();
    let mut overwriting = 0;
    for row in all_rows().chain(apart()) {
        let mut sent = vec![(row.fields)(&world)];
        for (_, others) in WRITING_OVER.iter().filter(|(path, _)| *path == row.path) {
            sent.push(written_over(&sent[0], others(&world)));
            overwriting += 1;
        }
        for fields in sent {
            let Some(scope) = scope_of(&fields) else { continue };
            below.push(scope.name);
            let asked = scope.strangers.iter();
            questions.extend(asked.map(|who| ask_crossed(&world, row, fields.clone(), scope, *who)));
        }
    }
    assert_eq!(overwriting, WRITING_OVER.len(), "each writes over what a row of the table makes");
    for scope in SCOPES {
        assert!(below.contains(&scope.name), "no call about a thing below a {}", scope.name);
    }
    let wrong = ask_all(questions).await;
    world.assert_untouched(&before, &wrong).await;
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    world.shop.stop().await;
}

#[test]
fn what_names_a_team_a_unit_or_a_collective_and_a_thing_beside_it_is_crossed() {
    let below = |pairs: &[(&'static str, &str)]| {
        let fields: Fields = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        scope_of(&fields).map(|scope| scope.name)
    };
    assert_eq!(below(&[("team", ID_OF_NOTHING), ("parcel", ID_OF_NOTHING)]), Some("team"));
    assert_eq!(below(&[("number", NUMBER_OF_NOTHING), ("unit", "own")]), Some("unit"));
    assert_eq!(below(&[("team", ID_OF_NOTHING), ("rows[0][parcel]", ID_OF_NOTHING)]), Some("team"));
    assert_eq!(below(&[("collective", ID_OF_NOTHING), ("mark", ID_OF_NOTHING)]), Some("collective"));
    assert_eq!(below(&[("team", ID_OF_NOTHING), ("key", "access-desk-1")]), None, "as long as an id");
    assert_eq!(below(&[("unit", "own"), ("lines", "OWN-1 3")]), None);
    assert_eq!(below(&[("parcel", ID_OF_NOTHING)]), None, "asked by all about the first side's already");
}
