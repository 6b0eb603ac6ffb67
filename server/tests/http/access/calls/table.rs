//! The rows of the server functions.

use super::parts::{
    CAPTAIN, COUNTY, KNOW_OF_CLAIM, KNOW_OF_MONEY, MONEY_RECEIVERS, RECALLERS, TREASURER, WITH_SESSION, case,
    number, of_batch, seller_role, unit_order,
};
use super::{FORBIDDEN, HIDDEN, Row, UNKNOWN, known_to, none, row};
use crate::access::{EVERYONE, MEMBERS, SELLERS, SIGNED_IN, TOWN, Who};

/// In an order in which those who may can do one thing after the other.
pub const TABLE: &[Row] = &[
    row("/api/cart/add_line", EVERYONE, UNKNOWN, |world| {
        vec![("variant", world.variant.to_string()), ("quantity", "1".to_owned())]
    }),
    row("/api/cart/set_quantity", WITH_SESSION, FORBIDDEN, |world| {
        vec![("variant", world.variant.to_string()), ("quantity", "2".to_owned())]
    }),
    row("/api/checkout/quote", EVERYONE, UNKNOWN, |_| vec![("region", "610925".to_owned())]),
    row("/api/checkout/read_address", EVERYONE, UNKNOWN, |_| vec![("paste", "李 13800000009".to_owned())]),
    row("/api/checkout/place_order", EVERYONE, UNKNOWN, none),
    row("/api/cart/remove_line", WITH_SESSION, FORBIDDEN, |world| {
        vec![("variant", world.variant.to_string())]
    }),
    // Before what follows takes the goods out of the shop.
    row("/api/bundles/create_bundle", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "bundles-1".to_owned())]
    }),
    row("/api/bundles/save_contents", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("product", world.bundle.to_string()),
            ("version", "1".to_owned()),
            ("price_mode", "summed".to_owned()),
            ("parts[0][variant]", world.variant.to_string()),
            ("parts[0][quantity]", "2".to_owned()),
            ("key", "bundles-2".to_owned()),
        ]
    }),
    row("/api/listing/save_draft", SELLERS, HIDDEN, |world| {
        vec![("product", world.product.to_string()), ("version", "1".to_owned()), ("name", "改".to_owned())]
    }),
    row("/api/listing/create", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "access-1".to_owned())]
    }),
    row("/api/listing/add_batch", SELLERS, HIDDEN, |world| {
        let pairs =
            [("base_unit", "g"), ("key", "access-2"), ("produced_on", "2026-03-27"), ("received", "5")];
        let product = ("product", world.product.to_string());
        pairs.map(|(name, value)| (name, value.to_owned())).into_iter().chain([product]).collect()
    }),
    row("/api/listing/update_papers", SELLERS, HIDDEN, |world| {
        let pairs =
            [("produced_on", "2026-03-20"), ("certificate_number", "2"), ("certificate_issuer", "合作社")];
        let more = [("certificate_contact", "0915-2522001".to_owned()), ("batch", world.batch.to_string())];
        pairs.map(|(name, value)| (name, value.to_owned())).into_iter().chain(more).collect()
    }),
    row("/api/listing/correct_stock", SELLERS, HIDDEN, |world| {
        let pairs = [("base_unit", "g"), ("key", "access-3"), ("change", "-1"), ("reason", "damaged")];
        let batch = ("batch", world.batch.to_string());
        pairs.map(|(name, value)| (name, value.to_owned())).into_iter().chain([batch]).collect()
    }),
    row("/api/changes/restore", SELLERS, HIDDEN, |world| {
        let ids = [("product", world.product.to_string()), ("change", world.change.to_string())];
        ids.into_iter().chain([("version", world.version.to_string())]).collect()
    }),
    row("/api/sheets/apply", SELLERS, FORBIDDEN, |world| {
        let ids = [("team", world.team.to_string()), ("preview", world.preview.to_string())];
        ids.into_iter().chain([("then", "all".to_owned())]).collect()
    }),
    row("/api/sheets/edit_table", SELLERS, FORBIDDEN, |world| {
        let (product, team) = (world.product.to_string(), world.team.to_string());
        let row = [
            ("rows[0][code]", "OWN-1"),
            ("rows[0][stock_change]", "5"),
            ("reason", "counted"),
            ("key", "access-5"),
        ];
        let row = row.map(|(name, value)| (name, value.to_owned()));
        row.into_iter().chain([("rows[0][product]", product), ("team", team)]).collect()
    }),
    row("/api/orders/pay", &[Who::Shopper], UNKNOWN, |world| number(&world.retail.number)),
    row("/api/orders/buy_again", &[Who::Shopper], UNKNOWN, |world| number(&world.retail.number)),
    row("/api/orders/confirm_receipt", &[Who::Shopper], UNKNOWN, |world| {
        let parcel = ("parcel", world.retail.parcel.to_string());
        number(&world.retail.number).into_iter().chain([parcel]).collect()
    }),
    row("/api/orders/cancel", &[Who::Shopper], UNKNOWN, |world| {
        let reason = ("reason", "不想要了".to_owned());
        number(&world.retail.number).into_iter().chain([reason]).collect()
    }),
    row("/api/units/submit_bulk_order", &[Who::Buyer], known_to(&[Who::Approver, Who::Finance]), |world| {
        vec![("unit", world.unit.to_owned()), ("then", "check".to_owned()), ("lines", "OWN-1 3".to_owned())]
    }),
    row("/api/units/approve_order", &[Who::Approver], known_to(&[Who::Buyer, Who::Finance]), |world| {
        unit_order(world, &world.waiting.number)
    }),
    row("/api/units/return_order", &[Who::Approver], known_to(&[Who::Buyer, Who::Finance]), |world| {
        unit_order(world, &world.also_waiting.number)
    }),
    row("/api/units/announce_transfer", &[Who::Finance], known_to(&[Who::Buyer, Who::Approver]), |world| {
        unit_order(world, &world.approved.number)
    }),
    row("/api/units/pay_order", &[Who::Finance], known_to(&[Who::Buyer, Who::Approver]), |world| {
        unit_order(world, &world.approved.number)
    }),
    row("/api/units/cancel_order", MEMBERS, HIDDEN, |world| unit_order(world, &world.approved.number)),
    row("/api/sell/confirm_transfer", MONEY_RECEIVERS, known_to(KNOW_OF_MONEY), |world| {
        vec![("payment", world.payment.to_string()), ("amount", "210.00".to_owned())]
    }),
    row("/api/sell/give_up_transfer", MONEY_RECEIVERS, known_to(KNOW_OF_MONEY), |world| {
        vec![("payment", world.lost_payment.to_string())]
    }),
    row("/api/sell/confirm_refund", MONEY_RECEIVERS, known_to(KNOW_OF_MONEY), |world| {
        vec![("refund", world.refund.to_string())]
    }),
    row("/api/parcels/weigh", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("key", "access-weigh".to_owned()),
        ]
    }),
    row("/api/parcels/split", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("key", "access-desk-1".to_owned()),
            ("lines[0][line]", world.line.to_string()),
            ("lines[0][quantity]", "1".to_owned()),
        ]
    }),
    row("/api/parcels/reallocate", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("quantity", "1".to_owned()),
            ("reason", "damaged".to_owned()),
            ("key", "access-desk-3".to_owned()),
        ]
    }),
    row("/api/parcels/merge", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("into", world.paid.parcel.to_string()),
            ("key", "access-desk-2".to_owned()),
        ]
    }),
    row("/api/parcels/ship", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("carrier", "中国邮政".to_owned()),
            ("tracking_number", "CP1".to_owned()),
        ]
    }),
    row("/api/parcels/paste_numbers", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("key", "access-desk-3".to_owned()),
            ("text", format!("{} 中国邮政 CP1", world.paid.parcel)),
        ]
    }),
    row("/api/parcels/apply_list", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("list", world.desk_list.to_string()),
            ("then", "all".to_owned()),
        ]
    }),
    row("/api/day/ship_many", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("then", "ship".to_owned()),
            ("carrier", "中国邮政".to_owned()),
            ("rows[0][parcel]", world.paid.parcel.to_string()),
            ("rows[0][chosen]", "on".to_owned()),
            ("rows[0][tracking_number]", "CP1".to_owned()),
        ]
    }),
    row("/api/day/mark", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("then", "all".to_owned())]
    }),
    row("/api/day/set_wishes", SELLERS, FORBIDDEN, |world| {
        let row = [("rows[0][kind]", "late"), ("rows[0][in_console]", "on"), ("rows[0][by_mail]", "at_once")];
        let team = ("team", world.team.to_string());
        row.map(|(name, value)| (name, value.to_owned())).into_iter().chain([team]).collect()
    }),
    row("/api/units/receive_parcel", MEMBERS, UNKNOWN, |world| unit_order(world, &world.paid.number)),
    row("/api/parcels/give_up", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("order", world.announced.id.to_string()),
            ("reason", "破损".to_owned()),
        ]
    }),
    row("/api/after_sales/offer_refund", SELLERS, HIDDEN, |world| {
        vec![
            ("parcel", world.claimed.parcel.to_string()),
            ("words", "少装一份".to_owned()),
            ("key", "access-9".to_owned()),
        ]
    }),
    row("/api/after_sales/offer_part", SELLERS, known_to(KNOW_OF_CLAIM), |world| {
        case(world).into_iter().chain([("amount", "1".to_owned())]).collect()
    }),
    row("/api/after_sales/agree", SELLERS, known_to(KNOW_OF_CLAIM), case),
    row("/api/after_sales/refuse", SELLERS, known_to(KNOW_OF_CLAIM), case),
    row("/api/after_sales/take_back", SELLERS, known_to(KNOW_OF_CLAIM), |world| {
        case(world).into_iter().chain([("goods", "restock".to_owned())]).collect()
    }),
    row(
        "/api/after_sales/confirm",
        &[Who::Captain, Who::TownAdmin, Who::CountyAdmin, Who::Operator],
        known_to(&[Who::Buyer, Who::Approver, Who::Finance, Who::Seller]),
        case,
    ),
    row(
        "/api/after_sales/decide",
        TOWN,
        known_to(&[Who::Buyer, Who::Approver, Who::Finance, Who::Seller, Who::Captain]),
        |world| case(world).into_iter().chain([("then", "uphold".to_owned())]).collect(),
    ),
    row("/api/after_sales/accept_offer", MEMBERS, UNKNOWN, case),
    row("/api/after_sales/withdraw", MEMBERS, UNKNOWN, case),
    row("/api/after_sales/appeal", MEMBERS, UNKNOWN, case),
    row("/api/after_sales/send_back", MEMBERS, UNKNOWN, |world| {
        let more = [("carrier", "中国邮政".to_owned()), ("tracking_number", "RT1".to_owned())];
        case(world).into_iter().chain(more).collect()
    }),
    row("/api/listing/duplicate", SELLERS, HIDDEN, |world| {
        vec![("product", world.product.to_string()), ("key", "access-6".to_owned())]
    }),
    row("/api/listing/unpublish", SELLERS, HIDDEN, |world| vec![("product", world.product.to_string())]),
    row("/api/listing/decide_review", CAPTAIN, known_to(&[Who::Seller]), |world| {
        vec![
            ("product", world.product.to_string()),
            ("version", "1".to_owned()),
            ("then", "approve".to_owned()),
        ]
    }),
    row("/api/listing/set_reviews", CAPTAIN, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("then", "off".to_owned())]
    }),
    row("/api/listing/schedule", SELLERS, HIDDEN, |world| {
        let tomorrow_ms = world.shop.services.now_ms() + domain::time::DAY_MS;
        let moment = domain::time::china_minute_text(tomorrow_ms).replace(' ', "T");
        vec![("product", world.product.to_string()), ("publish_at", moment)]
    }),
    row("/api/stock/write_off", SELLERS, HIDDEN, |world| {
        of_batch(
            world,
            &[("base_unit", "piece"), ("quantity", "1"), ("reason", "damaged"), ("key", "stock-1")],
        )
    }),
    row("/api/stock/split", SELLERS, HIDDEN, |world| {
        of_batch(world, &[("base_unit", "piece"), ("quantity", "1000"), ("key", "stock-2")])
    }),
    row("/api/stock/move", SELLERS, HIDDEN, |world| of_batch(world, &[("key", "stock-3")])),
    row("/api/stock/count", SELLERS, HIDDEN, |world| {
        vec![
            ("product", world.product.to_string()),
            ("base_unit", "piece".to_owned()),
            ("key", "stock-4".to_owned()),
        ]
    }),
    row("/api/stock/count_place", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("place", world.place.to_string()),
            ("key", "stock-7".to_owned()),
        ]
    }),
    row("/api/stock/correct_inputs", SELLERS, HIDDEN, |world| {
        of_batch(world, &[("reason", "看错"), ("key", "stock-5")])
    }),
    row("/api/stock/set_threshold", SELLERS, HIDDEN, |world| {
        vec![
            ("product", world.product.to_string()),
            ("base_unit", "piece".to_owned()),
            ("low_stock", "7".to_owned()),
        ]
    }),
    row("/api/stock/remove_certificate", SELLERS, HIDDEN, |world| of_batch(world, &[])),
    // Afterwards nothing of the batch is for sale.
    row("/api/stock/recall", RECALLERS, HIDDEN, |world| {
        let fields =
            [("reason", "quality"), ("notice", "请停止使用。"), ("confirm", "on"), ("key", "stock-6")];
        of_batch(world, &fields)
    }),
    row("/api/stock/refund_recalled", RECALLERS, HIDDEN, |world| of_batch(world, &[("key", "stock-7")])),
    // Another list is asked for afterwards, to be confirmed.
    row("/api/stock/withdraw_recall_refunds", RECALLERS, HIDDEN, |world| {
        of_batch(world, &[("reason", "漏了一单")])
    }),
    row("/api/stock/confirm_recall_refunds", MONEY_RECEIVERS, known_to(&[Who::Seller]), |world| {
        of_batch(world, &[])
    }),
    row("/api/attributes/save_attribute", COUNTY, FORBIDDEN, |world| {
        let fields = [("name", "茶树品种"), ("name_en", "Cultivar"), ("key", "attributes-1")];
        let of = [("category", world.category.to_string()), ("attribute", world.attribute.clone())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/attributes/remove_attribute", COUNTY, FORBIDDEN, |world| {
        vec![("category", world.category.to_string()), ("attribute", world.attribute.clone())]
    }),
    row("/api/categories/save_category", COUNTY, FORBIDDEN, |_| {
        let fields = [("name", "菌菇"), ("name_en", "Mushrooms"), ("key", "categories-1")];
        fields.map(|(name, value)| (name, value.to_owned())).into()
    }),
    row("/api/places/save_town", COUNTY, FORBIDDEN, |_| {
        let fields = [("name", "民主镇"), ("name_en", "Minzhu"), ("key", "places-1")];
        fields.map(|(name, value)| (name, value.to_owned())).into()
    }),
    row("/api/places/save_village", COUNTY, FORBIDDEN, |world| {
        let fields = [
            ("name", "新喜村"),
            ("collective_name", "新喜村股份经济合作社"),
            ("credit_code", "N2610925MF01000018"),
            ("key", "places-2"),
        ];
        let of = [("town", world.town.to_string())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/places/save_team", COUNTY, FORBIDDEN, |world| {
        let fields = [("kind", "industry"), ("name", "茶产业服务队"), ("key", "places-3")];
        let of = [("corps", world.corps.to_string()), ("villages[0]", world.village.to_string())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/places/save_unit", COUNTY, FORBIDDEN, |_| {
        let fields = [
            ("kind", "headquarters"),
            ("name", "某检验院"),
            ("credit_code", "126100004352300A1H"),
            ("key", "places-4"),
        ];
        fields.map(|(name, value)| (name, value.to_owned())).into()
    }),
    row("/api/roles/find_account", COUNTY, FORBIDDEN, |_| {
        vec![("login", "othershopper@access.example".to_owned())]
    }),
    row("/api/roles/grant_role", COUNTY, FORBIDDEN, |world| seller_role(world, "roles-1")),
    row("/api/roles/revoke_role", COUNTY, FORBIDDEN, |world| seller_role(world, "roles-2")),
    row("/api/marks/save_mark", TREASURER, FORBIDDEN, |world| {
        let fields = [("version", "1"), ("name", "渡口"), ("rules", "只用春茶"), ("key", "marks-1")];
        let of = [("collective", world.collective.to_string()), ("mark", world.mark.to_string())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/marks/grant_licence", TREASURER, HIDDEN, |world| {
        let fields = [("product", "own"), ("base_unit", "g"), ("quantity", "9"), ("key", "marks-2")];
        let of = [("collective", world.other_collective.to_string()), ("mark", world.mark.to_string())];
        let until = ("ends_on", "2030-12-31".to_owned());
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).chain([until]).collect()
    }),
    row("/api/marks/withdraw_licence", TREASURER, HIDDEN, |world| {
        let fields = [("reason", "停种"), ("key", "marks-3")];
        let of = [("licence", world.licence.to_string())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/marks/remove_certificate", TREASURER, HIDDEN, |world| vec![("mark", world.mark.to_string())]),
    row("/api/marks/choose_mark", SELLERS, HIDDEN, |world| {
        let of = [("product", world.product.to_string()), ("mark", world.mark.to_string())];
        of.into_iter().chain([("key", "marks-4".to_owned())]).collect()
    }),
    row("/api/freight/save_template", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("name", "按件，省内便宜".to_owned()),
            ("basis", "piece".to_owned()),
            ("rows[0][first_quantity]", "1".to_owned()),
            ("rows[0][first_fee]", "6".to_owned()),
            ("rows[0][step_quantity]", "1".to_owned()),
            ("rows[0][step_fee]", "1".to_owned()),
            ("then", "save".to_owned()),
            ("key", "freight-1".to_owned()),
        ]
    }),
    row("/api/freight/duplicate_template", SELLERS, HIDDEN, |world| {
        vec![("template", world.template.to_string()), ("key", "freight-2".to_owned())]
    }),
    row("/api/freight/change_template", SELLERS, HIDDEN, |world| {
        let id = world.template.to_string();
        vec![("id", id), ("then", "default".to_owned()), ("key", "freight-3".to_owned())]
    }),
    row("/api/freight/save_place", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("name", "县城仓".to_owned()),
            ("region", "610925".to_owned()),
            ("address", "城关镇1号".to_owned()),
            ("phone", "0915-2522001".to_owned()),
            ("key", "freight-4".to_owned()),
        ]
    }),
    row("/api/freight/change_place", SELLERS, HIDDEN, |world| {
        let id = world.place.to_string();
        vec![("id", id), ("then", "default".to_owned()), ("key", "freight-5".to_owned())]
    }),
    row("/api/account/update_profile", SIGNED_IN, FORBIDDEN, |_| {
        vec![("display_name", "新名".to_owned()), ("locale", "zh".to_owned())]
    }),
    row("/api/account/change_password", SIGNED_IN, FORBIDDEN, |_| {
        vec![("old_password", "wrong".to_owned()), ("new_password", "short".to_owned())]
    }),
    row("/api/account/sign_in", EVERYONE, UNKNOWN, none),
    row("/api/account/register", EVERYONE, UNKNOWN, none),
    row("/api/account/sign_out", EVERYONE, UNKNOWN, none),
];
