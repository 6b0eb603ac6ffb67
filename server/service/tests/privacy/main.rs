//! Letters, lost passwords, the audit log, roles, and what people may do with their own data.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod deletion;
mod letters;
mod log;
mod photos;
mod reset;
mod roles;

use domain::address::AddressForm;
use domain::device::Device;
use domain::ids::OrderId;
use domain::locale::Locale;
use service::accounts::{NewSession, Register, SignIn, load_viewer, register, sign_in};
use service::checkout::{PlaceOrder, PlacedOrder, place_order, preview_checkout};
use service::mail::send_due;
use service::payments::{ComeBack, check_payment, start_payment};
use service::ports::Mail;
use service::testing::{TestShop, Town};
use service::{Result, ServiceError, Viewer, carts, worker};
use store::orders::OrderRow;

const EMAIL: &str = "lin@buyer.example";
const PASSWORD: &str = "first flush 26";
const NEW_PASSWORD: &str = "second flush 27";
const HOME: &str = "10.0.0.1";

async fn viewer_of(shop: &TestShop, session: &NewSession) -> Viewer {
    load_viewer(&shop.services, Some(&session.token), Locale::Zh).await.unwrap()
}

/// A new account, signed in.
async fn registered(shop: &TestShop, login: &str) -> Viewer {
    let command =
        Register { login: login.to_owned(), password: PASSWORD.to_owned(), display_name: "林".to_owned() };
    let session = register(&shop.services, &Viewer::default(), command, HOME).await.unwrap();
    viewer_of(shop, &session).await
}

async fn signed_in(shop: &TestShop, login: &str, password: &str) -> Result<NewSession> {
    let command = SignIn { login: login.to_owned(), password: password.to_owned() };
    let step = sign_in(&shop.services, &Viewer::default(), command, HOME).await?;
    Ok(step.session().unwrap())
}

/// Signs in from a device with this name.
async fn signed_in_from(shop: &TestShop, login: &str, user_agent: &str) -> NewSession {
    let command = SignIn { login: login.to_owned(), password: PASSWORD.to_owned() };
    let viewer = Viewer { device: Some(Device::from_user_agent(user_agent)), ..Viewer::default() };
    sign_in(&shop.services, &viewer, command, HOME).await.unwrap().session().unwrap()
}

/// Sends what waits and takes the letters out.
async fn post(shop: &TestShop) -> Vec<Mail> {
    while send_due(&shop.services).await.unwrap() > 0 {}
    shop.mailer.take()
}

/// What a link of a letter opens.
fn token_of(mail: &Mail) -> String {
    let at = mail.text.find("token=").unwrap() + "token=".len();
    mail.text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

fn kinds(letters: &[Mail]) -> Vec<&'static str> {
    letters.iter().map(|mail| mail.kind).collect()
}

/// A tea for this viewer, with an address for letters.
async fn order(shop: &TestShop, viewer: &Viewer, email: &str) -> PlacedOrder {
    carts::set_quantity(&shop.services, viewer, shop.tea.variant(), 1).await.unwrap();
    let draft = preview_checkout(&shop.services, viewer, Some(Town::NEAR)).await.unwrap();
    let form = PlaceOrder {
        key: shop.services.new_token(),
        address: AddressForm {
            name: "林小满".to_owned(),
            phone: "13800138642".to_owned(),
            region: Town::NEAR.to_owned(),
            detail: "示范路1号2单元".to_owned(),
        },
        email: email.to_owned(),
        expected_total_fen: draft.total_fen(),
        ..PlaceOrder::default()
    };
    place_order(&shop.services, viewer, form).await.unwrap()
}

/// Pays online, to the notice.
async fn pay(shop: &TestShop, viewer: &Viewer, id: OrderId) {
    let come_back = ComeBack { paid_path: "/paid".to_owned(), unpaid_path: "/unpaid".to_owned() };
    start_payment(&shop.services, viewer, id, &come_back).await.unwrap();
    let payments = {
        let mut conn = shop.services.db.read().await.unwrap();
        store::payments::list_order_payments(&mut conn, id).await.unwrap()
    };
    let session = payments[0].session_id.clone().unwrap();
    assert!(shop.gateway.pay(&session));
    let reference = shop.gateway.request_of(&session).payment_reference;
    check_payment(&shop.services, &reference).await.unwrap();
}

async fn find_order(shop: &TestShop, id: OrderId) -> OrderRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::orders::get_order(&mut conn, id).await.unwrap()
}

async fn run_worker(shop: &TestShop) {
    while worker::run_due(&shop.services).await.unwrap() > 0 {}
}

/// The only field that was refused.
fn refused_field<T: std::fmt::Debug>(answer: Result<T>) -> String {
    match answer {
        Err(ServiceError::Invalid(errors)) => errors[0].field.clone(),
        other => panic!("a field was expected: {other:?}"),
    }
}
