//! A payment network that does what the test says, and remembers like the real one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use domain::money::Fen;

use crate::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, PaymentError, PaymentGateway, RefundRequest, RefundState,
};

/// What the network says to the next refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefundAnswer {
    #[default]
    Succeed,
    /// Sent later, see [`FakeGateway::settle_refund`].
    Wait,
    /// Accepted, but it comes back: the card is closed.
    Fail,
    /// Not accepted at all.
    Refuse,
}

/// Pages and refunds by their ids, and how badly the line is.
#[derive(Debug, Default)]
pub struct FakeGateway {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    pages: BTreeMap<String, Page>,
    refunds: BTreeMap<String, Refund>,
    /// The first answer to each key of a refund, given again as the real network does.
    answers: BTreeMap<String, RefundState>,
    refund_answer: RefundAnswer,
    silent_calls: u32,
    lost_answers: u32,
}

#[derive(Debug)]
struct Page {
    key: String,
    request: CheckoutRequest,
    state: CheckoutState,
}

#[derive(Debug)]
struct Refund {
    intent_id: String,
    amount_fen: Fen,
    state: RefundState,
}

impl FakeGateway {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The page of a payment, by the payment's shown id.
    pub fn session_of(&self, payment_reference: &str) -> Option<String> {
        let state = self.state();
        let page = state.pages.iter().find(|(_, page)| page.request.payment_reference == payment_reference);
        page.map(|(session, _)| session.clone())
    }

    /// How many pages were opened.
    pub fn page_count(&self) -> usize {
        self.state().pages.len()
    }

    /// What was asked when this page was opened.
    pub fn request_of(&self, session: &str) -> CheckoutRequest {
        self.state().pages[session].request.clone()
    }

    /// The buyer pays what the page asks. False when the page is closed.
    pub fn pay(&self, session: &str) -> bool {
        let paid = self.paid_state(session);
        let mut state = self.state();
        let page = state.pages.get_mut(session).expect("a page that was opened");
        let payable = matches!(page.state, CheckoutState::Open | CheckoutState::Processing);
        if payable {
            page.state = paid;
        }
        payable
    }

    /// What the network says of this page once it is paid.
    pub fn paid_state(&self, session: &str) -> CheckoutState {
        let request = self.request_of(session);
        CheckoutState::Paid {
            intent_id: format!("pi_{session}"),
            amount_fen: request.amount_fen,
            currency: "cny".to_owned(),
            payment_reference: request.payment_reference,
        }
    }

    /// Puts a page into any state, also one that it could not get into by itself.
    pub fn set(&self, session: &str, to: CheckoutState) {
        self.state().pages.get_mut(session).expect("a page that was opened").state = to;
    }

    /// The next `calls` calls are not heard.
    pub fn go_silent(&self, calls: u32) {
        self.state().silent_calls = calls;
    }

    /// The next `calls` calls do their work, but their answers get lost.
    pub fn lose_answers(&self, calls: u32) {
        self.state().lost_answers = calls;
    }

    /// What refunds asked from now on are answered.
    pub fn answer_refunds(&self, answer: RefundAnswer) {
        self.state().refund_answer = answer;
    }

    /// Waiting refunds are sent, or come back.
    pub fn settle_refunds(&self, succeeded: bool) {
        for (id, refund) in &mut self.state().refunds {
            if matches!(refund.state, RefundState::Pending { .. }) {
                refund.state = if succeeded { succeeded_refund(id) } else { failed_refund(id) };
            }
        }
    }

    /// Money that has really gone back.
    pub fn sent_back_fen(&self) -> Fen {
        let state = self.state();
        let sent = state.refunds.values().filter(|one| matches!(one.state, RefundState::Succeeded { .. }));
        sent.map(|refund| refund.amount_fen).sum()
    }

    /// The same for the money of one page.
    pub fn sent_back_of(&self, session: &str) -> Fen {
        let state = self.state();
        let intent_id = format!("pi_{session}");
        let sent = state.refunds.values().filter(|refund| {
            refund.intent_id == intent_id && matches!(refund.state, RefundState::Succeeded { .. })
        });
        sent.map(|refund| refund.amount_fen).sum()
    }

    /// How a page stands, over a line that never breaks.
    pub fn find(&self, session: &str) -> CheckoutState {
        self.state().pages[session].state.clone()
    }

    /// Refunds that the network was made to try.
    pub fn refund_count(&self) -> usize {
        self.state().refunds.len()
    }

    /// Whether this call is heard.
    fn hear(&self) -> Result<MutexGuard<'_, State>, PaymentError> {
        let mut state = self.state();
        if state.silent_calls > 0 {
            state.silent_calls -= 1;
            return Err(PaymentError::Unavailable("no answer".to_owned()));
        }
        Ok(state)
    }
}

fn answer<T>(state: &mut State, what: T) -> Result<T, PaymentError> {
    if state.lost_answers > 0 {
        state.lost_answers -= 1;
        return Err(PaymentError::Unavailable("the answer was lost".to_owned()));
    }
    Ok(what)
}

fn succeeded_refund(id: &str) -> RefundState {
    RefundState::Succeeded { refund_id: id.to_owned() }
}

fn failed_refund(id: &str) -> RefundState {
    RefundState::Failed { refund_id: id.to_owned(), code: "expired_or_canceled_card".to_owned() }
}

#[async_trait]
impl PaymentGateway for FakeGateway {
    async fn open_checkout(&self, request: &CheckoutRequest) -> Result<CheckoutPage, PaymentError> {
        let mut state = self.hear()?;
        let known = state.pages.iter().find(|(_, page)| page.key == request.idempotency_key);
        let session_id = known.map_or_else(|| format!("cs_{}", state.pages.len()), |(id, _)| id.clone());
        state.pages.entry(session_id.clone()).or_insert_with(|| Page {
            key: request.idempotency_key.clone(),
            request: request.clone(),
            state: CheckoutState::Open,
        });
        let url = format!("https://pay.example/{session_id}");
        answer(&mut state, CheckoutPage { session_id, url })
    }

    async fn find_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError> {
        let mut state = self.hear()?;
        let found = state.pages[session_id].state.clone();
        answer(&mut state, found)
    }

    async fn expire_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError> {
        let mut state = self.hear()?;
        let page = state.pages.get_mut(session_id).expect("a page that was opened");
        if page.state == CheckoutState::Open {
            page.state = CheckoutState::Expired;
        }
        let found = page.state.clone();
        answer(&mut state, found)
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundState, PaymentError> {
        let mut state = self.hear()?;
        if let Some(first) = state.answers.get(&request.idempotency_key).cloned() {
            return answer(&mut state, first);
        }
        let id = format!("re_{}", state.refunds.len());
        let said = match state.refund_answer {
            RefundAnswer::Succeed => succeeded_refund(&id),
            RefundAnswer::Wait => RefundState::Pending { refund_id: id.clone() },
            RefundAnswer::Fail => failed_refund(&id),
            RefundAnswer::Refuse => {
                return Err(PaymentError::Refused {
                    code: "balance_insufficient".to_owned(),
                    message: "not enough on the account".to_owned(),
                });
            }
        };
        state.answers.insert(request.idempotency_key.clone(), said.clone());
        let refund = Refund {
            intent_id: request.intent_id.clone(),
            amount_fen: request.amount_fen,
            state: said.clone(),
        };
        state.refunds.insert(id, refund);
        answer(&mut state, said)
    }

    async fn find_refund(&self, refund_id: &str) -> Result<RefundState, PaymentError> {
        let mut state = self.hear()?;
        let found = state.refunds[refund_id].state.clone();
        answer(&mut state, found)
    }
}
