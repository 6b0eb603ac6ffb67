//! The seller's way from an empty draft to the shop, on a real database.

use std::io::Cursor;

use bytes::Bytes;
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{ProductId, TeamId, UserId};
use domain::locale::Locale;
use domain::role::Role;
use domain::time::HOUR_MS;
use sqlx_free::execute;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::photos::{load_rendition, upload_photo};
use crate::search::find_products;
use crate::viewer::SignedIn;

const TEAM: TeamId = TeamId::from_i64(6);
/// With a right check digit.
const SC: &str = "SC10161092500017";
