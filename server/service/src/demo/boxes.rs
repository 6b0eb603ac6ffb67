//! One gift box: four things of the assistance team, for less than they cost one by one.

use domain::bundle::PriceMode;
use domain::listing::ListingForm;

use super::world::{World, named};
use crate::bundles::{PartForm, SaveContents, create_bundle, save_contents};
use crate::listing::{SaveListing, edit_page, publish, save_draft};
use crate::{Result, Viewer};

/// What is in it, a piece of each, by product and variant.
const PARTS: [(&str, &str); 4] = [
    ("walnut-kernels", "HT-RE-250"),
    ("tofu-smoked", "DG-YX-300"),
    ("vermicelli-wide", "FT-KF-400"),
    ("konjac-knots", "MY-SJ-300"),
];

/// Packs it. A county without photos has none, since nothing comes into the shop without one.
pub(super) async fn act(world: &World, seller: &Viewer) -> Result<()> {
    let (mut photos, mut parts) = (Vec::new(), Vec::new());
    for (slug, code) in PARTS {
        let Some(good) = world.goods.iter().find(|good| good.slug == slug) else { continue };
        let Some(variant) = good.variants.iter().find(|variant| variant.code == code) else { continue };
        photos.extend(edit_page(&world.services, seller, good.id).await?.form.photos.into_iter().take(1));
        parts.push(PartForm { variant: variant.id.to_string(), quantity: "1".to_owned() });
    }
    if photos.is_empty() {
        return Ok(());
    }
    let team = named(&world.teams, "assistance-team")?.team;
    let product = create_bundle(&world.services, seller, team, "demo-box").await?;
    let page = edit_page(&world.services, seller, product).await?;
    let form = ListingForm {
        name: "岚皋山货小礼盒".to_owned(),
        name_en: "Lan'gao Mountain Sampler".to_owned(),
        story: "核桃仁、熏豆干、手工宽粉、魔芋丝结各一份，装一盒。四样来自不同的村，每一份的钱记到各村账上。".to_owned(),
        story_en: "Walnut kernels, smoked tofu, hand-made vermicelli and konjac knots, one of each. They come from different villages, and each village is credited with its own part.".to_owned(),
        category: named(&world.categories, "gift-boxes")?.to_string(),
        village: named(&world.villages, "duba")?.to_string(),
        photos,
        ..page.form
    };
    let saved =
        save_draft(&world.services, seller, &SaveListing { product, version: page.version, form }).await?;
    let contents = SaveContents {
        product: product.to_string(),
        version: saved.version,
        price_mode: PriceMode::Free.as_str().to_owned(),
        price: "66".to_owned(),
        parts,
    };
    save_contents(&world.services, seller, &contents, "demo-box-contents").await?;
    publish(&world.services, seller, product).await?;
    Ok(())
}
