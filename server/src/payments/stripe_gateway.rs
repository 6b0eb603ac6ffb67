//! The payment network behind the service's port: hosted checkout pages and refunds at Stripe.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::money::Fen;
use service::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, PaymentError, PaymentGateway, RefundRequest, RefundState,
};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAllowedPaymentMethodTypes as Method,
    CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, CreateCheckoutSessionPaymentMethodOptions,
    CreateCheckoutSessionPaymentMethodOptionsWechatPay,
    CreateCheckoutSessionPaymentMethodOptionsWechatPayClient, ExpireCheckoutSession, ProductData,
    RetrieveCheckoutSession,
};
use stripe_checkout::{
    CheckoutSession, CheckoutSessionLocale, CheckoutSessionMode, CheckoutSessionPaymentStatus,
    CheckoutSessionStatus,
};
use stripe_core::payment_intent::RetrievePaymentIntent;
use stripe_core::refund::{CreateRefund, CreateRefundReason, RetrieveRefund};
use stripe_core::{PaymentIntentStatus, Refund};

/// The shop sells in yuan only.
const CURRENCY: &str = "cny";
/// Stripe refuses pages that close within 30 minutes of its own clock; one minute is for the clocks' difference.
const CLOSES_EARLIEST_MS: i64 = 31 * 60 * 1000;
/// Stripe refuses pages that stay open for more than 24 hours; again with a minute to spare.
const CLOSES_LATEST_MS: i64 = (24 * 60 - 1) * 60 * 1000;
/// Pauses before the second and the third attempt at one call.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// How the network is reached.
#[derive(Clone)]
pub struct GatewayConfig {
    /// Stripe's secret key (`sk_…`), or the key of the look-alike.
    pub secret_key: String,
    /// Where the API is, when it is not Stripe's own: `http://127.0.0.1:4010`.
    pub base_url: Option<String>,
    /// Ways to pay that the page may offer, in Stripe's words.
    pub payment_methods: Vec<String>,
    /// The most that one call may take, retries included.
    pub timeout: Duration,
}

impl GatewayConfig {
    /// Card, Alipay and WeChat Pay; 10 seconds, because a buyer waits for the answer.
    pub fn new(secret_key: impl Into<String>, base_url: Option<String>) -> Self {
        let payment_methods = ["card", "alipay", "wechat_pay"].map(str::to_owned).to_vec();
        Self { secret_key: secret_key.into(), base_url, payment_methods, timeout: Duration::from_secs(10) }
    }
}

impl std::fmt::Debug for GatewayConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of every log.
        formatter
            .debug_struct("GatewayConfig")
            .field("base_url", &self.base_url)
            .field("payment_methods", &self.payment_methods)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The payment network as the service sees it.
pub struct StripeGateway {
    client: Client,
    methods: Vec<Method>,
    timeout: Duration,
    now_ms: Box<dyn Fn() -> i64 + Send + Sync>,
}

impl std::fmt::Debug for StripeGateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("StripeGateway").field("methods", &self.methods).finish_non_exhaustive()
    }
}

impl StripeGateway {
    /// A gateway with its own connections. `now_ms` is the clock that keeps the closing time of a page within
    /// Stripe's bounds: milliseconds since the epoch.
    ///
    /// # Errors
    /// `Refused` with code `configuration` when the key, the base URL or a payment method cannot be used.
    pub fn new(
        config: GatewayConfig,
        now_ms: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Result<Self, PaymentError> {
        let mut builder = ClientBuilder::new(config.secret_key).timeout(config.timeout).app_info(
            "xiangji",
            Some(env!("CARGO_PKG_VERSION").to_owned()),
            None,
        );
        if let Some(base_url) = config.base_url {
            builder = builder.url(format!("{}/", base_url.trim_end_matches('/')));
        }
        let client = builder.build().map_err(|error| misconfigured(error.to_string()))?;
        let methods: Result<Vec<Method>, PaymentError> = config.payment_methods.iter().map(method).collect();
        Ok(Self { client, methods: methods?, timeout: config.timeout, now_ms: Box::new(now_ms) })
    }

    /// Sends one request, again after a short pause where the outcome is unknown or the network asks for it.
    ///
    /// That is safe for everything sent through here: reads change nothing, closing a page twice is closing it
    /// once, and what creates something carries the same idempotency key in every attempt. All attempts share
    /// one time limit.
    async fn send<T, F>(&self, attempt: impl Fn() -> F + Send + Sync) -> Result<T, PaymentError>
    where
        F: Future<Output = Result<T, StripeError>> + Send,
    {
        let mut pauses = PAUSES.into_iter();
        let attempts = async {
            loop {
                let failure = match attempt().await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => payment_error(&error),
                };
                match (failure, pauses.next()) {
                    (PaymentError::Unavailable(_), Some(pause)) => tokio::time::sleep(pause).await,
                    (failure, _) => return Err(failure),
                }
            }
        };
        let in_time = tokio::time::timeout(self.timeout, attempts).await;
        in_time.unwrap_or_else(|_| Err(PaymentError::Unavailable("no answer in time".to_owned())))
    }

    /// The moment a page closes, in seconds, within Stripe's bounds.
    ///
    /// A moment that has to be moved is moved to a round five minutes, so that the same request sent again a
    /// little later under the same idempotency key is still the same request.
    fn closes_at_s(&self, wanted_ms: i64) -> i64 {
        const FIVE_MINUTES_MS: i64 = 5 * 60 * 1000;
        let now_ms = (self.now_ms)();
        let earliest_ms = now_ms + CLOSES_EARLIEST_MS;
        let at_ms = if wanted_ms < earliest_ms {
            (earliest_ms + FIVE_MINUTES_MS).div_euclid(FIVE_MINUTES_MS) * FIVE_MINUTES_MS
        } else {
            wanted_ms.min(now_ms + CLOSES_LATEST_MS)
        };
        at_ms.div_euclid(1000)
    }

    fn checkout(&self, request: &CheckoutRequest) -> Result<CreateCheckoutSession, PaymentError> {
        let names = HashMap::from([
            ("payment_reference".to_owned(), request.payment_reference.clone()),
            ("order_number".to_owned(), request.order_number.clone()),
        ]);
        let mut intent = CreateCheckoutSessionPaymentIntentData::new();
        intent.description = Some(request.order_number.clone());
        intent.metadata = Some(names.clone());
        let mut checkout = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .line_items(vec![line_item(request)?])
            .client_reference_id(request.payment_reference.clone())
            .metadata(names)
            .payment_intent_data(intent)
            .success_url(request.success_url.clone())
            .cancel_url(request.cancel_url.clone())
            .expires_at(self.closes_at_s(request.expires_at_ms))
            .locale(if request.locale == "zh" {
                CheckoutSessionLocale::Zh
            } else {
                CheckoutSessionLocale::En
            })
            .allowed_payment_method_types(self.methods.clone());
        if self.methods.contains(&Method::WechatPay) {
            let mut options = CreateCheckoutSessionPaymentMethodOptions::new();
            let client = CreateCheckoutSessionPaymentMethodOptionsWechatPayClient::Web;
            options.wechat_pay = Some(CreateCheckoutSessionPaymentMethodOptionsWechatPay::new(client));
            checkout = checkout.payment_method_options(options);
        }
        if let Some(email) = &request.customer_email {
            checkout = checkout.customer_email(email.clone());
        }
        Ok(checkout)
    }

    /// What a session says, with a look at its payment where the session alone does not tell.
    async fn state(&self, session: &CheckoutSession) -> Result<CheckoutState, PaymentError> {
        match (&session.status, &session.payment_status) {
            (_, CheckoutSessionPaymentStatus::Paid) => paid(session),
            (Some(CheckoutSessionStatus::Open), _) => Ok(CheckoutState::Open),
            (Some(CheckoutSessionStatus::Expired), _) => Ok(CheckoutState::Expired),
            (Some(CheckoutSessionStatus::Complete), CheckoutSessionPaymentStatus::Unpaid) => {
                let Some(intent) = &session.payment_intent else {
                    return Ok(CheckoutState::Processing);
                };
                let request = RetrievePaymentIntent::new(intent.id().as_str());
                let intent = self.send(|| request.customize().send(&self.client)).await?;
                match intent.status {
                    PaymentIntentStatus::Succeeded => paid(session),
                    // The delayed payment failed: this page never brings money any more.
                    PaymentIntentStatus::RequiresPaymentMethod | PaymentIntentStatus::Canceled => {
                        Ok(CheckoutState::Expired)
                    }
                    _ => Ok(CheckoutState::Processing),
                }
            }
            (status, payment) => Err(incomplete(&format!("status {status:?}, payment status {payment:?}"))),
        }
    }
}

#[async_trait]
impl PaymentGateway for StripeGateway {
    async fn open_checkout(&self, request: &CheckoutRequest) -> Result<CheckoutPage, PaymentError> {
        let strategy = idempotent(&request.idempotency_key)?;
        let checkout = self.checkout(request)?;
        let send = || checkout.customize().request_strategy(strategy.clone()).send(&self.client);
        let session = self.send(send).await?;
        let url = session.url.clone().ok_or_else(|| incomplete("no address of the payment page"))?;
        Ok(CheckoutPage { session_id: session.id.to_string(), url })
    }

    async fn find_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError> {
        let request = RetrieveCheckoutSession::new(known_id(session_id)?);
        let session = self.send(|| request.customize().send(&self.client)).await?;
        self.state(&session).await
    }

    async fn expire_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError> {
        let request = ExpireCheckoutSession::new(known_id(session_id)?);
        match self.send(|| request.customize().send(&self.client)).await {
            Ok(session) => self.state(&session).await,
            // Only an open page can be closed. It may be closed already, or the money came first: look.
            Err(PaymentError::Refused { .. }) => self.find_checkout(session_id).await,
            Err(unavailable) => Err(unavailable),
        }
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundState, PaymentError> {
        let strategy = idempotent(&request.idempotency_key)?;
        let reference = ("refund_reference".to_owned(), request.refund_reference.clone());
        let refund = CreateRefund::new()
            .payment_intent(request.intent_id.clone())
            .amount(request.amount_fen.get())
            .reason(CreateRefundReason::RequestedByCustomer)
            .metadata(HashMap::from([reference]));
        let send = || refund.customize().request_strategy(strategy.clone()).send(&self.client);
        self.send(send).await.map(|refund| refund_state(&refund))
    }

    async fn find_refund(&self, refund_id: &str) -> Result<RefundState, PaymentError> {
        let request = RetrieveRefund::new(known_id(refund_id)?);
        self.send(|| request.customize().send(&self.client)).await.map(|refund| refund_state(&refund))
    }
}

fn line_item(request: &CheckoutRequest) -> Result<CreateCheckoutSessionLineItems, PaymentError> {
    // The payer compares this line with the order: the number belongs on it.
    let name = if request.description.contains(&request.order_number) {
        request.description.clone()
    } else {
        format!("{} {}", request.description, request.order_number).trim().to_owned()
    };
    let mut item = CreateCheckoutSessionLineItems::new();
    item.price_data = Some(CreateCheckoutSessionLineItemsPriceData {
        currency: CURRENCY.parse().map_err(|_| misconfigured(CURRENCY.to_owned()))?,
        product: None,
        product_data: Some(ProductData::new(name)),
        recurring: None,
        tax_behavior: None,
        unit_amount: Some(request.amount_fen.get()),
        unit_amount_decimal: None,
    });
    item.quantity = Some(1);
    Ok(item)
}

fn method(name: &String) -> Result<Method, PaymentError> {
    match name.parse() {
        Ok(Method::Unknown(_)) | Err(_) => Err(misconfigured(format!("unknown payment method {name}"))),
        Ok(method) => Ok(method),
    }
}

fn idempotent(key: &str) -> Result<RequestStrategy, PaymentError> {
    let key = IdempotencyKey::new(key).map_err(|error| misconfigured(error.to_string()))?;
    Ok(RequestStrategy::Idempotent(key))
}

/// An id that may stand in a path. Ids come back from browsers too; one with a slash in it would ask for
/// something else.
fn known_id(id: &str) -> Result<&str, PaymentError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !id.is_empty() && id.len() <= 255 && id.bytes().all(is_plain) {
        return Ok(id);
    }
    Err(PaymentError::Refused { code: "resource_missing".to_owned(), message: "not an id".to_owned() })
}

fn paid(session: &CheckoutSession) -> Result<CheckoutState, PaymentError> {
    let intent =
        session.payment_intent.as_ref().ok_or_else(|| incomplete("paid without a payment intent"))?;
    let amount = session.amount_total.ok_or_else(|| incomplete("paid without an amount"))?;
    let currency = session.currency.as_ref().ok_or_else(|| incomplete("paid without a currency"))?;
    Ok(CheckoutState::Paid {
        intent_id: intent.id().to_string(),
        amount_fen: Fen::new(amount),
        currency: currency.to_string(),
        payment_reference: session.client_reference_id.clone().unwrap_or_default(),
    })
}

fn refund_state(refund: &Refund) -> RefundState {
    let refund_id = refund.id.to_string();
    match refund.status.as_deref() {
        Some("succeeded") => RefundState::Succeeded { refund_id },
        Some(status @ ("failed" | "canceled")) => {
            let code = refund.failure_reason.clone().unwrap_or_else(|| status.to_owned());
            RefundState::Failed { refund_id, code }
        }
        _ => RefundState::Pending { refund_id },
    }
}

/// Whether the answer settles the matter or leaves it open.
fn payment_error(error: &StripeError) -> PaymentError {
    match error {
        StripeError::Stripe(refusal, status) => {
            let message = without_addresses(refusal.message.as_deref().unwrap_or_default());
            // 401 and 403 speak about our key, not about this payment: it is not refused, only not possible now.
            if matches!(status, 401 | 403 | 409 | 424 | 429 | 500..) {
                tracing::error!(status, message, "the payment network did not serve a call");
                return PaymentError::Unavailable(format!("status {status}: {message}"));
            }
            let code = refusal.code.as_ref().map_or_else(|| refusal.type_.as_str(), |code| code.as_str());
            PaymentError::Refused { code: code.to_owned(), message }
        }
        StripeError::ConfigError(message) => misconfigured(message.clone()),
        StripeError::Timeout | StripeError::ClientError(_) | StripeError::JSONDeserialize(_) => {
            PaymentError::Unavailable(error.to_string())
        }
    }
}

/// The network's words, which repeat what it does not like, without the buyer's e-mail address: that is all of a person that
/// it is told, and the words stand in the log.
pub(super) fn without_addresses(message: &str) -> String {
    let words = message.split(' ').map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn misconfigured(message: String) -> PaymentError {
    PaymentError::Refused { code: "configuration".to_owned(), message }
}

fn incomplete(what: &str) -> PaymentError {
    PaymentError::Unavailable(format!("the answer cannot be used: {what}"))
}
