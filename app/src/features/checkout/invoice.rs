//! The part of the checkout form that asks for an invoice. Which fields are shown follows the choice by style alone;
//! without styles all of them stand there, and the service reads only those of the choice.

use domain::invoice::InvoiceKind;
use leptos::prelude::*;

use crate::context::{locale, t};
use crate::form::FormState;
use crate::text::invoice_kind;
use crate::ui::{Field, choice_field, text_field};

/// Folded away until somebody wants an invoice, or something about it is wrong.
pub(super) fn invoice_fold(state: &FormState) -> AnyView {
    let header = state.value_or("invoice.header", "none");
    let is_wrong = state.errors().iter().any(|error| error.field.starts_with("invoice."));
    let is_open = is_wrong || matches!(header.as_str(), "person" | "unit");
    view! {
        <details class="fold" open=is_open>
            <summary>{t("需要发票", "I need an invoice")}</summary>
            <div class="stack invoice">{headers(state)}{basic(state)}{special(state)}</div>
        </details>
    }
    .into_any()
}

fn headers(state: &FormState) -> AnyView {
    let option = |value: &str, label: &str| (value.to_owned(), label.to_owned(), String::new());
    let options = [
        option("none", t("不需要", "None")),
        option("person", t("个人", "Person")),
        option("unit", t("单位", "Unit")),
    ];
    choice_field(state, &Field::new("invoice.header", t("抬头类型", "Made out to")).stored("none"), &options)
}

fn basic(state: &FormState) -> AnyView {
    let title = Field::new("invoice.title", t("发票抬头", "Name on the invoice")).max_length(100);
    let number = Field::new("invoice.tax_number", t("税号", "Tax number"))
        .hint(t("单位抬头必填，15 到 20 位", "Needed for a unit, 15 to 20 characters"))
        .autocomplete("off");
    let email = Field::new("invoice.email", t("接收邮箱", "Send it to"))
        .optional()
        .kind("email")
        .autocomplete("email");
    view! {
        <div class="invoice__person">{text_field(state, &title)}</div>
        <div class="invoice__unit">{text_field(state, &number)}</div>
        <div class="invoice__person">{text_field(state, &email)}</div>
    }
    .into_any()
}

fn special(state: &FormState) -> AnyView {
    let kind = |kind: InvoiceKind| {
        (kind.as_str().to_owned(), invoice_kind(locale(), kind).to_owned(), String::new())
    };
    let kinds = [kind(InvoiceKind::Ordinary), kind(InvoiceKind::Special)];
    let field = |name: &'static str, label: &'static str| text_field(state, &Field::new(name, label));
    view! {
        <div class="invoice__unit">
            {choice_field(
                state,
                &Field::new("invoice.kind", t("发票种类", "Kind of invoice")).stored(InvoiceKind::Ordinary.as_str()),
                &kinds,
            )}
        </div>
        <div class="invoice__unit">
            <div class="invoice__special">
                <div class="stack">
                    <p class="small muted">{t("以下四项专用发票必填", "The following are needed for a special VAT invoice")}</p>
                    <div class="fields">
                        {field("invoice.address", t("注册地址", "Registered address"))}
                        {field("invoice.phone", t("注册电话", "Registered phone"))}
                    </div>
                    <div class="fields">
                        {field("invoice.bank", t("开户银行", "Bank and branch"))}
                        {field("invoice.account", t("银行账号", "Account number"))}
                    </div>
                </div>
            </div>
        </div>
    }
    .into_any()
}
