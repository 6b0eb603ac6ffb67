//! What states, kinds and roles are called.

use domain::food::FoodClass;
use domain::invoice::InvoiceKind;
use domain::locale::Locale;
use domain::order::{OrderKind, OrderStatus};
use domain::parcel::ParcelStatus;
use domain::payment::{PaymentMethod, PaymentStatus, RefundStatus};
use domain::role::Role;

/// What a state is called, and the tone of its chip (a class of `style/`).
pub type Label = (&'static str, &'static str);

/// The state of an order.
#[must_use]
pub const fn order_status(locale: Locale, status: OrderStatus) -> Label {
    match status {
        OrderStatus::AwaitingApproval => (locale.pick("待审批", "Awaiting approval"), "t-wait"),
        OrderStatus::Returned => (locale.pick("已退回", "Returned to the buyer"), "t-bad"),
        OrderStatus::AwaitingPayment => (locale.pick("待付款", "Awaiting payment"), "t-wait"),
        OrderStatus::Paid => (locale.pick("已付款", "Paid"), "t-go"),
        OrderStatus::Cancelled => (locale.pick("已取消", "Cancelled"), "t-neutral"),
        OrderStatus::Expired => (locale.pick("超时关闭", "Expired"), "t-bad"),
        OrderStatus::Refunded => (locale.pick("已退款", "Refunded"), "t-bad"),
        OrderStatus::Completed => (locale.pick("已完成", "Completed"), "t-go"),
    }
}

/// The state of a parcel.
#[must_use]
pub const fn parcel_status(locale: Locale, status: ParcelStatus) -> Label {
    match status {
        ParcelStatus::AwaitingPayment => (locale.pick("待付款", "Awaiting payment"), "t-neutral"),
        ParcelStatus::ToPack => (locale.pick("待发货", "To be packed"), "t-wait"),
        ParcelStatus::Shipped => (locale.pick("已发货", "Shipped"), "t-go"),
        ParcelStatus::Received => (locale.pick("已签收", "Received"), "t-go"),
        ParcelStatus::Cancelled => (locale.pick("已取消", "Cancelled"), "t-neutral"),
    }
}

/// The state of a payment.
#[must_use]
pub const fn payment_status(locale: Locale, status: PaymentStatus) -> Label {
    match status {
        PaymentStatus::Open => (locale.pick("待付款", "Open"), "t-wait"),
        PaymentStatus::Processing => (locale.pick("处理中", "Processing"), "t-wait"),
        PaymentStatus::Captured => (locale.pick("已到账", "Captured"), "t-go"),
        PaymentStatus::Failed => (locale.pick("付款失败", "Failed"), "t-bad"),
        PaymentStatus::Expired => (locale.pick("已过期", "Expired"), "t-bad"),
    }
}

/// The state of a refund.
#[must_use]
pub const fn refund_status(locale: Locale, status: RefundStatus) -> Label {
    match status {
        RefundStatus::Requested => (locale.pick("退款中", "Refund on its way"), "t-wait"),
        RefundStatus::Succeeded => (locale.pick("已退款", "Refunded"), "t-go"),
        RefundStatus::Failed => (locale.pick("退款未成功", "Refund failed"), "t-bad"),
    }
}

/// How an order is paid.
#[must_use]
pub const fn payment_method(locale: Locale, method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Online => locale.pick("在线支付", "Online payment"),
        PaymentMethod::BankTransfer => locale.pick("银行转账", "Bank transfer"),
    }
}

/// Who ordered.
#[must_use]
pub const fn order_kind(locale: Locale, kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Retail => locale.pick("个人订单", "Personal order"),
        OrderKind::Unit => locale.pick("单位订单", "Unit order"),
    }
}

/// What a role is called, without what it is held of.
#[must_use]
pub const fn role(locale: Locale, role: Role) -> &'static str {
    match role {
        Role::SellerOf(_) => locale.pick("带货干部", "Cadre seller"),
        Role::CaptainOf(_) => locale.pick("队长", "Team captain"),
        Role::TreasurerOf(_) => locale.pick("村集体会计", "Collective treasurer"),
        Role::UnitBuyer(_) => locale.pick("单位采购员", "Unit buyer"),
        Role::UnitApprover(_) => locale.pick("单位审批人", "Unit approver"),
        Role::UnitFinance(_) => locale.pick("单位财务", "Unit finance"),
        Role::TownAdmin(_) => locale.pick("镇服务团管理员", "Town corps administrator"),
        Role::CountyAdmin(_) => locale.pick("县服务团管理员", "County corps administrator"),
        Role::Operator => locale.pick("运维", "Operator"),
    }
}

/// A food class; the words stand beside the class itself.
#[must_use]
pub const fn food_class(locale: Locale, class: FoodClass) -> &'static str {
    class.text(locale)
}

/// A kind of invoice.
#[must_use]
pub const fn invoice_kind(locale: Locale, kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::Ordinary => locale.pick("增值税普通发票", "Ordinary VAT invoice"),
        InvoiceKind::Special => locale.pick("增值税专用发票", "Special VAT invoice"),
    }
}
