//! One mark with two licences: the tea of three villages under the name of the old ferry. The listing of a fourth one
//! wishes to bear it and is told what is missing.

use domain::role::Role;
use domain::time::Date;

use super::world::{World, named};
use crate::marks::{ChooseMark, GrantLicence, SaveMark, choose_mark, grant_licence, save_mark};
use crate::{Result, SignedIn, Viewer};

/// To whom it is licensed, grams for a year.
const LICENCES: [(&str, i64); 2] = [("tayuan", 200_000), ("luanshigou", 120_000)];
/// What is to bear it; the last of them has tea of a village without a licence as well.
const BEARERS: [&str; 3] = ["tea-mingqian", "tea-danya", "tea-yuqian"];

/// Registers the mark, licenses it and puts the tea under it.
pub(super) async fn act(world: &World, seller: &Viewer) -> Result<()> {
    let owner = *named(&world.collectives, "zuolong-cun")?;
    let user = SignedIn {
        user_id: world.staff()?.mark_treasurer,
        display_name: String::new(),
        roles: vec![Role::TreasurerOf(owner)],
    };
    let treasurer = Viewer { user: Some(user), ..Viewer::default() };
    let texts = SaveMark {
        collective: owner.to_string(),
        name: "岚河老渡口".to_owned(),
        name_en: "Old Ferry".to_owned(),
        story: "岚河边的老渡口，从前茶叶从这里上船。佐龙村用它做茶的名字，也许可邻村使用。".to_owned(),
        story_en: "Tea once left by boat from the old ferry on the Lan. Zuolong sells its tea under that name and lets its neighbours use it.".to_owned(),
        rules: "只用本镇茶园当年的鲜叶。\n每一批都登记各村重量，并附合格证。\n不掺陈茶。".to_owned(),
        rules_en: "Only this year's leaf from gardens of the town.\nEvery batch is weighed by village and has its certificate.\nNo leaf of former years.".to_owned(),
        // A number that nobody has.
        registration_number: "00000000".to_owned(),
        goods_classes: "30".to_owned(),
        valid_until: Date::from_epoch_ms(world.services.now_ms()).plus_days(2_000).to_string(),
        ..SaveMark::default()
    };
    let mark = save_mark(&world.services, &treasurer, &texts, "demo-mark").await?;
    let ends_on = Date::from_epoch_ms(world.services.now_ms()).plus_days(365).to_string();
    for (village, grams) in LICENCES {
        let licence = GrantLicence {
            mark: mark.to_string(),
            collective: named(&world.collectives, village)?.to_string(),
            category: named(&world.categories, "tea")?.to_string(),
            base_unit: "g".to_owned(),
            quantity: grams.to_string(),
            ends_on: ends_on.clone(),
            ..GrantLicence::default()
        };
        grant_licence(&world.services, &treasurer, &licence, &format!("demo-licence-{village}")).await?;
    }
    for slug in BEARERS {
        let Some(good) = world.goods.iter().find(|good| good.slug == slug) else { continue };
        let wish = ChooseMark { product: good.id.to_string(), mark: mark.to_string() };
        choose_mark(&world.services, seller, &wish, &format!("demo-mark-{slug}")).await?;
    }
    Ok(())
}
