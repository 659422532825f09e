//! The closed list of signs, each with its sentence for staff.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)+) => {
        /// Why a mail is of its kind. A code in snake case by serde, a clause by [`KindReason::text`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum KindReason {
            $($(#[$doc])* #[doc = concat!("It is so because ", $text, ".")] $name,)+
        }

        impl KindReason {
            /// Every reason, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// One English clause for staff and admins.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

reasons! {
    // Filed.
    OwnLoopMarker => "it carries our own loop marker: a letter of ours that came back",
    PecReceiptHeader => "the certified mail system wrote it: a receipt about a letter of ours",
    DeliveryReport => "it is a delivery report (RFC 3464)",
    MailerDaemon => "a mail server wrote it to say what became of a letter",
    BounceText => "its words are those of a delivery failure",
    ReadReceipt => "it is a read receipt (RFC 8098)",
    FeedbackReport => "it is a spam or abuse feedback report (RFC 5965)",
    DmarcReport => "it is a DMARC aggregate report (RFC 7489)",
    TlsReport => "it is a TLS report (RFC 8460)",
    AutoReplied => "its headers say that a program answered (RFC 3834)",
    AbsenceNotice => "it is an absence notice",
    ForeignReceipt => "it is the receipt of another ticket system",
    CalendarAnswer => "it is the answer of a calendar to an invitation",
    SpamVerdict => "the spam filter in front of us marked it as spam",
    MailingList => "it came through a mailing list",
    Newsletter => "it is a newsletter or bulk mail",
    MachineOutput => "a program wrote it and nobody reports anything in it",
    // A ticket without acknowledgement.
    ListedController => "it comes from a controller listed in the rules",
    ControllerAlarm => "a machine reports an alarm or a fault",
    Unreadable => "neither author nor text could be read",
    NullReturnPath => "its return path is empty: the sender wants no answer (RFC 3834)",
    AutoSubmitted => "a program sent it with a person's words in it",
    ResponseSuppressed => "its sender asks for no automatic answers",
    Precedence => "its precedence is that of bulk or list mail",
    ListHeader => "it carries list headers",
    MassMailHeader => "it carries headers of mass mailing",
    LoopHeader => "it carries a loop header of some program",
    TicketSystem => "another ticket system sent it",
    TooManyHops => "it went through too many servers",
    DeliveredTwice => "it passed our own mailbox before",
    NoSender => "it has no usable sender",
    RobotSender => "its sender is an address that nobody reads",
    OwnMailbox => "its sender is our own mailbox",
    AutomaticWords => "its words look like an automatic answer",
    ForeignTicket => "its subject carries the number of another ticket system",
    BounceSubject => "its subject looks like a delivery failure",
    ReadReceiptSubject => "its subject looks like a read receipt",
    NewsletterWords => "its words are those of a newsletter",
    SpamSubject => "its subject was marked as spam",
    ReceiptSubject => "its subject looks like a receipt of the certified mail system",
    CalendarPart => "it carries an invitation or a calendar answer",
    UnconfirmedReceipt => "it claims to be a receipt of the certified mail system without proof",
    // A person.
    StaffCommand => "a member of staff orders something",
    Conversation => "a person answers in a conversation",
    PersonWrote => "a person wrote it",
}
