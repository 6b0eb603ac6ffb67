//! The small world that the access tests are about: two of everything. Whatever is asked for belongs to the first team,
//! the first unit, the first collective, and lies in the first town; people of the second ones are the strangers.

mod deeds;

use std::collections::BTreeMap;

use domain::ids::{
    AfterSaleId, BatchId, CategoryId, CollectiveId, CorpsId, DeskListId, FreightTemplateId, LineId,
    ListingChangeId, MarkId, MarkLicenceId, OrderId, ParcelId, PaymentId, PlaceId, ProductId, RefundId,
    SheetPreviewId, TeamId, TownId, UserId, VariantId, VillageId,
};
use domain::locale::Locale;
use domain::role::Role;
use service::marks::{GrantLicence, SaveMark};
use service::{Services, Viewer, hash_token};
use store::WriteTx;
use store::places;
use store::testing::digest::{Digest, changes, digest};
use store::testing::traces::count_beside_digest;

use super::Who;
use super::side::{Side, insert_side, names};
use crate::test_shop::{Browser, TestShop};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What stands in the database, and a browser for everybody.
#[derive(Debug)]
pub struct World {
    pub shop: TestShop,
    /// The corps of both teams, and where the first side's village lies.
    pub corps: CorpsId,
    pub town: TownId,
    pub village: VillageId,
    pub team: TeamId,
    pub other_team: TeamId,
    pub collective: CollectiveId,
    pub other_collective: CollectiveId,
    /// A mark of the collective, and a licence of it for the other one.
    pub mark: MarkId,
    /// Where the product stands, and what its goods are told apart by.
    pub category: CategoryId,
    pub attribute: String,
    pub licence: MarkLicenceId,
    pub product: ProductId,
    /// A gift box with nothing in it.
    pub bundle: ProductId,
    pub variant: VariantId,
    pub batch: BatchId,
    pub place: PlaceId,
    pub template: FreightTemplateId,
    /// What the second team sells, and from where.
    pub other_product: ProductId,
    pub other_variant: VariantId,
    pub other_place: PlaceId,
    /// The slugs of the units.
    pub unit: &'static str,
    pub other_unit: &'static str,
    /// Bought by [`Who::Shopper`], not paid.
    pub retail: Placed,
    /// Bought by [`Who::Guest`], not paid.
    pub guest: Placed,
    /// Of the unit, waiting for its approver.
    pub waiting: Placed,
    /// Another one.
    pub also_waiting: Placed,
    /// Of the unit, approved and not paid.
    pub approved: Placed,
    /// Of the unit, transfer announced.
    pub announced: Placed,
    /// Of the unit, paid and to be packed.
    pub paid: Placed,
    /// Of the unit, paid and to be packed; the unit wants one of its three pieces' money back.
    pub claimed: Placed,
    /// What it asks for.
    pub after_sale: AfterSaleId,
    /// A transfer that was announced.
    pub payment: PaymentId,
    /// A transfer whose order is closed.
    pub lost_payment: PaymentId,
    /// A transfer that has to be sent back.
    pub refund: RefundId,
    /// A change of the product, and the version after it.
    pub change: ListingChangeId,
    pub version: i64,
    /// A sheet that would change the product.
    pub preview: SheetPreviewId,
    /// The only line of `paid`, and a list with a tracking number for its parcel.
    pub line: LineId,
    pub desk_list: DeskListId,
    /// Of [`Who::OtherShopper`], who has no role.
    pub account: UserId,
    browsers: BTreeMap<Who, Browser>,
}

/// What stands in the database at a moment.
#[derive(Debug)]
pub struct Written {
    rows: Digest,
    beside: Vec<(&'static str, i64)>,
}

/// An order with its only parcel.
#[derive(Debug, Clone)]
pub struct Placed {
    pub id: OrderId,
    pub number: String,
    pub parcel: ParcelId,
}

fn token(who: Who) -> String {
    format!("token-of-{who:?}")
}

impl World {
    /// The browser in which `who` is signed in; signed in anew when something has ended that.
    pub fn browser(&self, who: Who) -> &Browser {
        let browser = &self.browsers[&who];
        // A visitor who puts something into a cart becomes a guest; here they stay what they are.
        browser.set_cookie("xj", &if who == Who::Visitor { String::new() } else { token(who) });
        browser
    }

    /// Who `who` is to the services.
    pub async fn viewer(&self, who: Who) -> Viewer {
        let services = &self.shop.services;
        service::accounts::load_viewer(services, Some(&token(who)), Locale::Zh).await.unwrap()
    }

    pub async fn start() -> Self {
        Self::found(TestShop::start().await).await
    }

    /// The same in an empty shop that was started in another way.
    pub async fn found(shop: TestShop) -> Self {
        let services = &shop.services;
        let mut tx = services.db.write().await.unwrap();
        let county = services.new_id();
        places::insert_county(&mut tx, county, &names("610925")).await.unwrap();
        let (town, other_town) = (services.new_id(), services.new_id());
        places::insert_town(&mut tx, town, county, &names("town")).await.unwrap();
        places::insert_town(&mut tx, other_town, county, &names("other-town")).await.unwrap();
        let corps = services.new_id();
        places::insert_corps(&mut tx, corps, county, None, &names("")).await.unwrap();
        let own = insert_side(services, &mut tx, corps, town, "own").await;
        let other = insert_side(services, &mut tx, corps, other_town, "other").await;
        for who in Who::ALL {
            let role = match who {
                Who::Visitor | Who::Guest | Who::Shopper | Who::OtherShopper => None,
                Who::Seller => Some(Role::SellerOf(own.team)),
                Who::Captain => Some(Role::CaptainOf(own.team)),
                Who::OtherSeller => Some(Role::SellerOf(other.team)),
                Who::OtherCaptain => Some(Role::CaptainOf(other.team)),
                Who::Buyer => Some(Role::UnitBuyer(own.unit)),
                Who::Approver => Some(Role::UnitApprover(own.unit)),
                Who::Finance => Some(Role::UnitFinance(own.unit)),
                Who::OtherBuyer => Some(Role::UnitBuyer(other.unit)),
                Who::OtherApprover => Some(Role::UnitApprover(other.unit)),
                Who::OtherFinance => Some(Role::UnitFinance(other.unit)),
                Who::Treasurer => Some(Role::TreasurerOf(own.collective)),
                Who::OtherTreasurer => Some(Role::TreasurerOf(other.collective)),
                Who::TownAdmin => Some(Role::TownAdmin(town)),
                Who::OtherTownAdmin => Some(Role::TownAdmin(other_town)),
                Who::CountyAdmin => Some(Role::CountyAdmin(county)),
                Who::Operator => Some(Role::Operator),
            };
            sign_up(services, &mut tx, who, role).await;
        }
        tx.commit().await.unwrap();
        let browsers = Who::ALL.iter().map(|who| (*who, shop.browser())).collect();
        with_orders(shop, own, other, browsers).await
    }

    /// Makes sure that `who` is signed in: some calls end sessions.
    pub async fn sign_in_again(&self, who: Who) {
        if matches!(who, Who::Visitor | Who::Guest) {
            return;
        }
        let services = &self.shop.services;
        if self.viewer(who).await.user.is_some() {
            return;
        }
        let mut tx = services.db.write().await.unwrap();
        let hash = hash_token(&token(who));
        let login = format!("{}@access.example", format!("{who:?}").to_lowercase());
        let user = store::people::find_user_by_login_name(&mut tx, &login).await.unwrap().unwrap().id;
        let now_ms = services.now_ms();
        store::people::insert_session(&mut tx, &hash, Some(user), now_ms, now_ms + DAY_MS).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// All that a refused request leaves alone: every row of the business, and what is noted beside it.
    pub async fn written(&self) -> Written {
        let db = &self.shop.services.db;
        let mut conn = db.read().await.unwrap();
        Written {
            rows: digest(db.engine(), &mut conn).await.unwrap(),
            beside: count_beside_digest(&mut conn).await.unwrap(),
        }
    }

    /// Nothing was written since `before`; what was answered otherwise than by a refusal is told along with it.
    pub async fn assert_untouched(&self, before: &Written, wrong: &[String]) {
        let after = self.written().await;
        let changed = changes(&before.rows, &after.rows);
        assert!(changed.is_empty(), "a refused call changes nothing: {changed:#?}; wrong: {wrong:#?}");
        assert_eq!(after.beside, before.beside, "a refused call changes nothing; wrong: {wrong:#?}");
    }
}

async fn sign_up(services: &Services, tx: &mut WriteTx, who: Who, role: Option<Role>) {
    let now_ms = services.now_ms();
    if who == Who::Visitor {
        return;
    }
    let user = if who == Who::Guest {
        None
    } else {
        let user = services.new_id();
        // No password has this hash.
        store::people::insert_user(tx, user, &format!("{who:?}"), "!", "zh", now_ms).await.unwrap();
        let login = format!("{}@access.example", format!("{who:?}").to_lowercase());
        store::people::insert_login_name(tx, &login, "email", user).await.unwrap();
        if let Some(role) = role {
            assert!(store::people::insert_role(tx, services.new_id(), user, role, now_ms).await.unwrap());
        }
        Some(user)
    };
    let hash = hash_token(&token(who));
    store::people::insert_session(tx, &hash, user, now_ms, now_ms + 30 * DAY_MS).await.unwrap();
}

async fn with_orders(shop: TestShop, own: Side, other: Side, browsers: BTreeMap<Who, Browser>) -> World {
    let nothing = Placed { id: OrderId::from_i64(0), number: String::new(), parcel: ParcelId::from_i64(0) };
    let mut world = World {
        corps: own.corps,
        town: own.town,
        village: own.village,
        team: own.team,
        other_team: other.team,
        collective: own.collective,
        other_collective: other.collective,
        mark: MarkId::from_i64(0),
        category: own.category,
        attribute: String::new(),
        licence: MarkLicenceId::from_i64(0),
        product: own.product,
        bundle: ProductId::from_i64(0),
        variant: own.variant,
        batch: own.batch,
        place: own.place,
        template: own.template,
        other_product: other.product,
        other_variant: other.variant,
        other_place: other.place,
        unit: "own",
        other_unit: "other",
        retail: nothing.clone(),
        guest: nothing.clone(),
        waiting: nothing.clone(),
        also_waiting: nothing.clone(),
        approved: nothing.clone(),
        announced: nothing.clone(),
        paid: nothing.clone(),
        claimed: nothing,
        after_sale: AfterSaleId::from_i64(0),
        payment: PaymentId::from_i64(0),
        lost_payment: PaymentId::from_i64(0),
        refund: RefundId::from_i64(0),
        change: ListingChangeId::from_i64(0),
        version: 0,
        preview: SheetPreviewId::from_i64(0),
        line: LineId::from_i64(0),
        desk_list: DeskListId::from_i64(0),
        account: UserId::from_i64(0),
        shop,
        browsers,
    };
    world.account = world.viewer(Who::OtherShopper).await.user_id().unwrap();
    world.retail = world.buy(Who::Shopper, "13800000001").await;
    world.guest = world.buy(Who::Guest, "13800000002").await;
    let (finance, captain) = (world.viewer(Who::Finance).await, world.viewer(Who::Captain).await);
    world.waiting = world.hand_in("waiting").await;
    world.also_waiting = world.hand_in("also waiting").await;
    world.approved = world.hand_in_approved("approved").await;
    let services = world.shop.services.clone();
    let announce = async |placed: &Placed| -> PaymentId {
        let reference = format!("ref {}", placed.number);
        service::units::announce_transfer(&services, &finance, &placed.number, &reference).await.unwrap();
        let mut conn = services.db.read().await.unwrap();
        store::payments::list_order_payments(&mut conn, placed.id).await.unwrap()[0].id
    };
    world.announced = world.hand_in_approved("announced").await;
    world.payment = announce(&world.announced).await;
    let lost = world.hand_in_approved("lost").await;
    world.lost_payment = announce(&lost).await;
    service::orders::cancel_order_as_seller(&services, &captain, lost.id, "款没到").await.unwrap();
    world.paid = world.hand_in_approved("paid").await;
    let given_back = world.hand_in_approved("given back").await;
    for placed in [&world.paid, &given_back] {
        let payment = announce(placed).await;
        let amount = {
            let mut conn = services.db.read().await.unwrap();
            store::payments::get_payment(&mut conn, payment).await.unwrap().amount_fen
        };
        service::units::confirm_transfer(&services, &captain, payment, amount).await.unwrap();
    }
    service::orders::cancel_order_as_seller(&services, &captain, given_back.id, "破损").await.unwrap();
    let mut conn = services.db.read().await.unwrap();
    world.refund = store::payments::list_order_refunds(&mut conn, given_back.id).await.unwrap()[0].id;
    drop(conn);
    world.claimed = world.hand_in_paid("claimed", 3).await;
    world.after_sale = world.claim(&world.claimed, 1, "refund_unshipped", "late").await;
    world.with_changes().await
}

impl World {
    /// Something that was changed by a sheet, and another sheet that waits.
    async fn with_changes(mut self) -> Self {
        let (services, seller) = (self.shop.services.clone(), self.viewer(Who::Seller).await);
        let first = self.sheet_of("Tin of tea", "access-sheet-1").await;
        let wanted = service::sheets::Wanted::All;
        let applied = service::sheets::apply(&services, &seller, self.team, first, &wanted).await.unwrap();
        assert_eq!(applied.done, 1);
        let all = service::changes::ChangeQuery::default();
        let history = service::changes::history(&services, &seller, self.product, &all, None).await.unwrap();
        (self.change, self.version) = (history.entries[0].change, history.version);
        let tree = service::attributes::SaveAttribute {
            category: self.category.to_string(),
            name: "树种".to_owned(),
            kind: "text".to_owned(),
            ..service::attributes::SaveAttribute::default()
        };
        let county = self.viewer(Who::CountyAdmin).await;
        self.attribute =
            service::attributes::save_attribute(&services, &county, &tree, "access-attribute").await.unwrap();
        let treasurer = self.viewer(Who::Treasurer).await;
        let texts = SaveMark {
            collective: self.collective.to_string(),
            name: "own".to_owned(),
            rules: "只用春茶".to_owned(),
            ..SaveMark::default()
        };
        self.mark = service::marks::save_mark(&services, &treasurer, &texts, "access-mark").await.unwrap();
        let licence = GrantLicence {
            mark: self.mark.to_string(),
            collective: self.other_collective.to_string(),
            product: "own".to_owned(),
            base_unit: "g".to_owned(),
            quantity: "50".to_owned(),
            ends_on: "2030-12-31".to_owned(),
            ..GrantLicence::default()
        };
        let licence = service::marks::grant_licence(&services, &treasurer, &licence, "access-licence").await;
        self.licence = licence.unwrap();
        self.preview = self.sheet_of("Tin of spring tea", "access-sheet-2").await;
        self.line = {
            let mut conn = services.db.read().await.unwrap();
            store::orders::list_order_lines(&mut conn, self.paid.id).await.unwrap()[0].id
        };
        self.desk_list = self.list_of("CP1", "access-list").await;
        self.bundle =
            service::bundles::create_bundle(&services, &seller, self.team, "access-box").await.unwrap();
        self
    }
}
