//! The texts that come with the program.

/// Pairs a language's templates with the files that hold them.
macro_rules! embedded {
    ($($language:literal: $($template:literal)+;)+) => {
        &[$($((
            $language,
            $template,
            include_str!(concat!(
                "../../../config/templates/", $language, "/", $template, ".txt"
            )),
        ),)+)+]
    };
}

/// Language, template, source.
pub(in crate::render) const EMBEDDED: &[(&str, &str, &str)] = embedded! {
    "it":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled"
        "work_order" "order_reminder" "order_retracted" "approval" "staff_notice" "order_copy"
        "order_news" "command_answer" "claim_notice" "on_call" "digest" "confirmation"
        "acknowledgement_internal" "progress_internal" "closing_internal" "follow_up"
        "delivery_failed" "alarm" "unanswered";
    "en":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled"
        "work_order" "order_reminder" "order_retracted" "approval" "staff_notice" "order_copy"
        "order_news" "command_answer" "claim_notice" "on_call" "digest" "confirmation"
        "acknowledgement_internal" "progress_internal" "closing_internal" "alarm";
    "fr":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "es":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "de":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "ro":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "sq":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "ar":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "uk":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
    "zh":
        "acknowledgement" "closing" "answer" "feedback" "question" "referred" "scheduled";
};
