//! What a buyer has typed so far, wherever it is kept: in a refused form, in a draft, in a returned order.

use std::sync::Arc;

use domain::address::AddressForm;
use domain::failure::FieldError;
use domain::invoice::{InvoiceKind, InvoiceWish};
use domain::money::Fen;
use leptos::server_fn::ServerFn;
use service::flash::{self, FlashContent};
use service::units::{SubmitUnitOrder, UnitOrderPage, UnitRow, lines_as_text};
use service::{ServiceError, Services, Viewer};

use super::api::{BulkOrderForm, SubmitBulkOrder};
use crate::AppError;
use crate::form::{Answer, FormState, Then, UploadForm, submit_upload};
use crate::routes::paths;

/// Where a list is uploaded to.
pub const SHEET_PATH: &str = "/upload/unit-sheet";
/// The parameter that names a draft. A draft stays where it is for half an hour, so that a reload loses nothing.
pub const DRAFT_PARAMETER: &str = "draft";

/// The form's fields as names and texts.
pub fn values(form: &BulkOrderForm) -> Vec<(String, String)> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(form) else { return Vec::new() };
    let text = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    fields.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// Keeps what was typed and answers the address of the page that shows it checked.
///
/// # Errors
/// Guarded: the buyer of the unit that the values name.
pub async fn keep_draft(
    services: &Services,
    viewer: &Viewer,
    values: Vec<(String, String)>,
) -> service::Result<String> {
    let unit =
        values.iter().find(|(name, _)| name == "unit").map(|(_, unit)| unit.clone()).unwrap_or_default();
    service::units::require_buying_unit(services, viewer, &unit).await?;
    let content = FlashContent { form: SubmitBulkOrder::PATH.to_owned(), values, ..FlashContent::default() };
    let token = flash::keep(services, viewer, &content).await?;
    Ok(format!("{}?{DRAFT_PARAMETER}={token}#check", paths::unit_buy(unit)))
}

/// Reads an uploaded list into the list's field; everything else that was typed goes along.
pub async fn upload_sheet(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, form| async move {
        // Nobody's file is unpacked but a buyer's.
        service::units::require_buying_unit(&services, &viewer, form.value("unit")).await?;
        let UploadForm { mut values, files, .. } = form;
        let sheet = files.into_iter().find(|file| file.field == "sheet").map(|file| file.bytes);
        let lines = service::units::read_uploaded_sheet(sheet.unwrap_or_default()).await?;
        values.retain(|(name, _)| name != "lines" && name != "sheet");
        values.push(("lines".to_owned(), lines.clone()));
        let to = keep_draft(&services, &viewer, values).await?;
        Ok(Then::go(to, lines).unsaved())
    })
    .await
}

/// What the form asks for.
pub fn command(form: BulkOrderForm, expected_total_fen: Fen) -> SubmitUnitOrder {
    let kind = InvoiceKind::parse(&form.invoice_kind).ok();
    let invoice = match kind {
        None => InvoiceWish::None,
        Some(kind) => InvoiceWish::Unit {
            kind,
            title: form.invoice_title,
            tax_number: form.invoice_tax_number,
            email: form.email.clone(),
            phone: form.invoice_phone,
            address: form.invoice_address,
            bank: form.invoice_bank,
            account: form.invoice_account,
        },
    };
    SubmitUnitOrder {
        key: form.key,
        lines: form.lines,
        address: AddressForm { name: form.name, phone: form.phone, region: form.region, detail: form.detail },
        email: form.email,
        note: form.note,
        invoice,
        expected_total_fen,
        agreed_terms: form.agreed_terms,
        replaces: form.replaces,
    }
}

/// The service's names of fields as this form's: `invoice.title` stands in `invoice_title`, the invoice's e-mail is the
/// order's, and the list is named once however many rows are wrong (the page shows each row's own problem).
pub fn with_form_names(error: ServiceError) -> ServiceError {
    let ServiceError::Invalid(errors) = error else { return error };
    let mut named: Vec<FieldError> = Vec::with_capacity(errors.len());
    for error in errors {
        let field = match error.field.as_str() {
            "invoice.email" => "email".to_owned(),
            field if field.starts_with("lines") => "lines".to_owned(),
            field => field.replace('.', "_"),
        };
        if !named.iter().any(|known| known.field == field) {
            named.push(FieldError::new(field, error.problem));
        }
    }
    ServiceError::Invalid(named)
}

/// What stands in the form's fields.
#[derive(Debug, Clone)]
pub struct Typed {
    pub state: FormState,
    pub action: String,
    draft: Option<Arc<FlashContent>>,
    stored: Vec<(&'static str, String)>,
}

impl Typed {
    /// A refused form comes first, then the draft, then what is known from elsewhere.
    pub fn new(draft: Option<FlashContent>, stored: Vec<(&'static str, String)>) -> Self {
        let main = FormState::of::<SubmitBulkOrder>();
        let upload = FormState::of_path(SHEET_PATH);
        let action = main.action();
        let state = if upload.is_refused() { upload } else { main };
        Self { state, action, draft: draft.map(Arc::new), stored }
    }

    /// What is known of a field beside a refused form.
    pub fn stored(&self, field: &str) -> String {
        if let Some(draft) = &self.draft {
            return draft.value(field).to_owned();
        }
        self.stored.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// What stands in a field.
    pub fn value(&self, field: &str) -> String {
        self.state.value_or(field, &self.stored(field))
    }
}

/// What a new order starts with: the unit's invoice header and, from an earlier order, where it goes. A returned order
/// that is edited brings its lines and its note as well.
pub fn starting_values(
    unit: &UnitRow,
    earlier: Option<&UnitOrderPage>,
    is_edited: bool,
) -> Vec<(&'static str, String)> {
    let mut stored = vec![
        ("invoice_kind", InvoiceKind::Ordinary.as_str().to_owned()),
        ("invoice_title", unit.name.clone()),
        ("invoice_tax_number", unit.credit_code.clone()),
    ];
    let Some(earlier) = earlier else { return stored };
    let order = &earlier.page.order;
    stored.extend([
        ("name", order.recipient_name.clone()),
        ("phone", order.recipient_phone.clone()),
        ("region", order.region_name.clone()),
        ("detail", order.address.clone()),
        ("email", order.email.clone()),
    ]);
    if is_edited {
        stored.extend([
            ("replaces", order.number.clone()),
            ("lines", lines_as_text(&earlier.page.lines)),
            ("note", order.note.clone()),
        ]);
    }
    match serde_json::from_str::<InvoiceWish>(&order.invoice) {
        Ok(InvoiceWish::Unit { kind, title, tax_number, phone, address, bank, account, .. }) => {
            stored.retain(|(name, _)| !name.starts_with("invoice_"));
            stored.extend([
                ("invoice_kind", kind.as_str().to_owned()),
                ("invoice_title", title),
                ("invoice_tax_number", tax_number),
                ("invoice_phone", phone),
                ("invoice_address", address),
                ("invoice_bank", bank),
                ("invoice_account", account),
            ]);
        }
        Ok(InvoiceWish::None) if is_edited => {
            stored.retain(|(name, _)| *name != "invoice_kind");
            stored.push(("invoice_kind", "none".to_owned()));
        }
        _ => {}
    }
    stored
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::failure::Problem;

    #[test]
    fn the_service_s_fields_are_the_form_s() {
        let errors =
            ["invoice.title", "email", "invoice.email", "lines", "lines", "lines.0.quantity", "region"]
                .map(|field| FieldError::new(field, Problem::Missing));
        let ServiceError::Invalid(named) = with_form_names(ServiceError::Invalid(errors.to_vec())) else {
            panic!("still invalid");
        };
        let fields: Vec<&str> = named.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["invoice_title", "email", "lines", "region"]);
    }

    #[test]
    fn a_draft_keeps_every_field() {
        let form =
            BulkOrderForm { unit: "canteen".to_owned(), lines: "T-1 5".to_owned(), ..Default::default() };
        let values = values(&form);
        assert_eq!(values.len(), 20);
        assert!(values.contains(&("lines".to_owned(), "T-1 5".to_owned())));
    }

    #[test]
    fn an_invoice_is_only_wished_for_by_its_kind() {
        let form = |kind: &str| BulkOrderForm {
            invoice_kind: kind.to_owned(),
            invoice_title: "某大学".to_owned(),
            ..Default::default()
        };
        assert_eq!(command(form("none"), Fen::ZERO).invoice, InvoiceWish::None);
        let InvoiceWish::Unit { kind, title, .. } = command(form("special"), Fen::ZERO).invoice else {
            panic!("a unit's invoice");
        };
        assert_eq!((kind, title.as_str()), (InvoiceKind::Special, "某大学"));
    }
}
