//! The rows of the uploads.

use super::parts::{TALKERS, TREASURER, case, of_batch};
use super::{FORBIDDEN, HIDDEN, Row, UNKNOWN, known_to, row};
use crate::access::{MEMBERS, SELLERS, Who};

pub const UPLOADS: &[Row] = &[
    row("/upload/photos", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "access-4".to_owned())]
    }),
    row("/upload/photo-piece", SELLERS, FORBIDDEN, |world| {
        let fields =
            [("digest", "a5".repeat(32)), ("length", "40000".to_owned()), ("offset", "0".to_owned())];
        fields.into_iter().chain([("team", world.team.to_string())]).collect()
    }),
    row("/upload/listing", SELLERS, HIDDEN, |world| {
        vec![("product", world.product.to_string()), ("version", "1".to_owned()), ("name", "改".to_owned())]
    }),
    row("/upload/goods-sheet", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "access-6".to_owned())]
    }),
    row("/upload/tracking-list", SELLERS, FORBIDDEN, |world| {
        let kind = ("kind", "numbers".to_owned());
        vec![("team", world.team.to_string()), ("key", "access-desk-4".to_owned()), kind]
    }),
    row("/upload/after-sale", MEMBERS, UNKNOWN, |world| {
        let fields = [("kind", "refund_unshipped"), ("reason", "late"), ("key", "access-8")];
        let parcel = ("parcel", world.claimed.parcel.to_string());
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain([parcel]).collect()
    }),
    row("/upload/after-sale-message", TALKERS, UNKNOWN, case),
    row("/upload/after-sale-postage", MEMBERS, UNKNOWN, |world| {
        case(world).into_iter().chain([("amount", "1".to_owned())]).collect()
    }),
    row("/upload/certificate", SELLERS, HIDDEN, |world| of_batch(world, &[("key", "stock-8")])),
    row("/upload/mark-picture", TREASURER, HIDDEN, |world| {
        vec![("mark", world.mark.to_string()), ("key", "marks-5".to_owned())]
    }),
    row("/upload/mark-certificate", TREASURER, HIDDEN, |world| {
        vec![("mark", world.mark.to_string()), ("key", "marks-6".to_owned())]
    }),
    row("/upload/unit-sheet", &[Who::Buyer], known_to(&[Who::Approver, Who::Finance]), |world| {
        vec![("unit", world.unit.to_owned())]
    }),
];
