//! What can be wrong with a request, as codes with typed data: the view turns them into words of the reader's
//! language, so no text of ours ever travels through the layers.

use serde::{Deserialize, Serialize};

use crate::after_sale::Refusal;
use crate::money::Fen;
use crate::time::Date;

/// One field of a form and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The form's name for the field, for example `phone` or `variants.0.price`.
    pub field: String,
    pub problem: Problem,
}

impl FieldError {
    pub fn new(field: impl Into<String>, problem: Problem) -> Self {
        Self { field: field.into(), problem }
    }
}

/// What is wrong with one typed value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    Missing,
    TooLong {
        max: i64,
    },
    TooShort {
        min: i64,
    },
    NotANumber,
    /// A comma or a blank in a number that parts no thousands.
    WrongGrouping,
    OutOfRange {
        min: i64,
        max: i64,
    },
    /// Quantities go from `min` in steps of `step`.
    WrongStep {
        min: i64,
        step: i64,
    },
    NotMoney,
    /// An amount that must lie between two others.
    AmountOutOfRange {
        least_fen: Fen,
        most_fen: Fen,
    },
    NotADate,
    /// No day of a season, or one with a year beside one without.
    NotADay,
    /// A day that must lie later (or earlier) than another one.
    WrongOrder,
    /// From one day to another are so many at most, both of them counted.
    TooManyDays {
        max: i64,
    },
    NotAPhone,
    NotAnEmail,
    NotPhoneOrEmail,
    NotARegion,
    PasswordCommon,
    PasswordLikeLogin,
    /// The new password is the one that is to be replaced.
    PasswordUnchanged,
    /// Login name and password do not belong together; which of the two is wrong is not told.
    WrongCredentials,
    /// The present password, asked for once more, is another one.
    WrongPassword,
    /// The code is wrong, too old, or was used before.
    WrongCode,
    TaxNumberLength,
    TaxNumberCharacter,
    TaxNumberCheckDigit,
    ScNumberFormat,
    ScNumberCheckDigit,
    /// Ordinary food may not be said to heal.
    HealthClaim {
        word: String,
    },
    Expired,
    /// Later than the shelf life of the product lets it be; `last` is the last day that would do.
    BeyondShelfLife {
        last: Date,
    },
    /// It has passed its last day, and other days do not bring it back into the shop.
    ExpiredStays,
    /// Goods of several villages are in the batch: what each of them gave of what came in must be said.
    SeveralVillages,
    /// What the villages gave and what came in of it cannot both be kilograms.
    WeightsDisagree {
        given_g: i64,
        came_in_g: i64,
    },
    /// Someone else has it already.
    Taken,
    /// Of two fields one is to be filled in, not both and not neither.
    OneOfTwo,
    UnknownCode,
    /// A name among others that means no region.
    UnknownRegion {
        name: String,
    },
    /// A name that is none of those it could be; `fits` are some of them, in both languages.
    UnknownName {
        name: String,
        fits: Vec<(String, String)>,
    },
    /// A name that several have; `fits` tells them apart, in both languages.
    AmbiguousName {
        name: String,
        fits: Vec<(String, String)>,
    },
    /// No length × width × height.
    NotASize,
    /// Freight by volume needs the size of what is sent; so many variants in the shop have none.
    SizesMissing {
        count: i64,
    },
    /// A template that delivers nowhere.
    NoDeliveryAnywhere,
    /// It is offered no longer: choose another one.
    Retired,
    /// So many products have it: it cannot be taken away.
    InUse {
        products: i64,
    },
    /// The unit that stock is counted in cannot change once something was counted in it.
    UnitInUse,
    /// The same thing was named in an earlier row.
    DuplicateOfRow {
        row: i64,
    },
    /// Only so many pieces are left.
    OnlyLeft {
        left: i64,
    },
    /// The same of what is weighed.
    OnlyLeftG {
        left_g: i64,
    },
    NotForSale,
    /// It can be ordered again from that day on; `None` when its season is over for good.
    OutOfSeason {
        opens_on: Option<Date>,
    },
    /// The captain has to see it first.
    NotReviewed,
    /// Words only: no address of a page or a mailbox, nothing hidden.
    WordsOnly,
    /// A photo is needed before publishing.
    PhotoMissing,
    PhotoHeic,
    PhotoUnsupported,
    PhotoBroken,
    PhotoTooLarge,
    PhotoTooSmall,
    SheetUnreadable,
    /// Text in another encoding than UTF-8, as spreadsheets of some systems save it.
    SheetEncoding,
    /// The first row does not say what stands below it.
    SheetColumns,
    /// A sheet may have so many rows.
    TooManyRows {
        max: i64,
    },
    /// A cell computes something in place of saying it.
    Formula,
    /// A piece weighs less than was agreed.
    TooLight {
        least_g: i64,
    },
    /// A piece weighs so much more than was agreed that it is a slip.
    TooHeavy {
        most_g: i64,
    },
    /// So many pieces are weighed, and not so many.
    PieceCount {
        wanted: i64,
        given: i64,
    },
    /// Only what is counted in pieces is sold by weight.
    PiecesOnly,
    /// There is no batch whose stock could be corrected.
    NoBatch,
    /// Goods of the batch left or came in while it was counted.
    ChangedMeanwhile,
    /// The batch lies at another place now.
    LiesElsewhere {
        place: String,
    },
    /// Orders wait for more than that.
    OrdersWait,
    /// A gift box holds two pieces or more.
    BoxTooSmall,
    /// A gift box is bought as one thing only.
    BoxHasOneVariant,
    /// A gift box holds so many different things at most.
    TooManyParts {
        max: i64,
    },
    /// A gift box is so cheap that a piece in it would earn less than a fen.
    PriceBelowParts,
    /// A gift box costs what its parts cost.
    PriceFromParts,
    /// A line that is not what its place asks for.
    Unreadable,
    Unknown,
}

/// Why a well-formed request cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conflict {
    CartEmpty,
    /// A line asks for more than there is; `left` pieces can be had.
    OutOfStock {
        name: String,
        left: i64,
    },
    NotForSale {
        name: String,
    },
    /// It can be ordered again from that day on; `None` when its season is over for good.
    OutOfSeason {
        name: String,
        opens_on: Option<Date>,
    },
    NotDeliverable {
        name: String,
    },
    /// No other batch has enough to take the place of goods that cannot be sent; `left` pieces could.
    NoOtherBatch {
        name: String,
        left: i64,
    },
    /// Goods of this batch were recalled and must not leave.
    Recalled {
        code: String,
    },
    /// Goods of this batch are past their last day and must not leave.
    Expired {
        code: String,
        expires_on: Date,
    },
    /// Pieces of this are sold by weight and must be weighed before they leave.
    Unweighed {
        name: String,
    },
    /// The price the buyer saw is no longer the price.
    PriceChanged {
        total_fen: Fen,
    },
    /// What pieces sold by weight may weigh, or what is in a gift box, is no longer what the buyer saw.
    TermsChanged,
    /// Too many unpaid orders hold goods for this buyer.
    TooManyUnpaid {
        max: i64,
    },
    /// Too many orders that nobody paid came from this address lately; it may order again after `wait_seconds`.
    TooManyUnpaidHere {
        wait_seconds: i64,
    },
    HoldExpired,
    /// The thing has moved on: reload and look.
    StateChanged,
    /// The sign-in was begun too long ago, or the password was changed since: begin anew.
    SignInOver,
    /// The form was shown for another link than the one that this browser followed last: follow its own link again.
    OtherLink,
    /// The secret is no longer shown: begin setting up anew.
    SetupOver,
    /// What proves the owner was sealed with a key that the server has no longer, so no authenticator's code can be
    /// checked: recovery codes can.
    SealedOtherwise,
    /// Someone else saved in between.
    VersionChanged,
    /// Products in the shop are sent from this place or by this template.
    StillUsed {
        count: i64,
    },
    /// The same key came with other content.
    KeyReused,
    AlreadyPaid,
    /// The order was given up or paid back before, and not for the reason that is given now.
    ClosedOtherwise,
    RefundExceedsPayment,
    PaymentDeclined,
    WrongAmount {
        expected_fen: Fen,
    },
    /// An approver may not approve an own order.
    OwnOrder,
    /// Nobody gives a role to themselves: rules that need two people would hold for nobody who gives roles.
    OwnRole,
    /// What was asked for after the sale cannot be had; see [`Refusal`].
    AfterSale(Refusal),
    /// The buyer wants (part of) this parcel's money back: answer that first.
    AfterSaleOpen,
    /// Something was asked about this parcel after the sale, so it stays one parcel with the goods that are in it.
    ParcelInAfterSale,
    /// Only parcels of one order that wait at one place for one team go together.
    ParcelsDiffer,
    /// A list with wrong rows is not applied as a whole.
    ListNotRight,
    /// Whoever agreed to an amount may not be the one who confirms it, and nobody answers an own request.
    SecondPersonNeeded,
    /// So much money goes back on two people's word only: offered by one, confirmed by another.
    LargeRefund,
    /// Orders, refunds or roles of the account are open, so it cannot be deleted yet.
    AccountInUse,
}
