//! The grammar of `Authentication-Results` (RFC 8601 section 2.2): comments and quoted strings are told apart
//! before anything is compared, because a sender's own words stand in both.

/// One method's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    /// `dmarc`, `spf`, … in lower case, without its version.
    pub(super) method: String,
    /// `pass`, `fail`, `none`, … in lower case.
    pub(super) result: String,
    /// The domains given as `header.from`, in lower case.
    pub(super) header_from: Vec<String>,
}

/// A piece of a field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Letters as they stand.
    Word(String),
    /// A quoted string, its quotes and backslashes taken off: a value and never a sign.
    Quoted(String),
    /// `;` or `=`.
    Sign(char),
}

/// The results of a field when the server `authserv_id` wrote it, whatever its case; none when another did.
pub(super) fn of_server(field: &str, authserv_id: &str) -> Option<Vec<Outcome>> {
    let tokens = tokens(field);
    let mut statements = tokens.split(|token| *token == Token::Sign(';'));
    // Behind the server's name may stand the number of the grammar's version; any other word is none of its.
    let (Token::Word(id) | Token::Quoted(id), version) = statements.next()?.split_first()? else {
        return None;
    };
    let numbered = match version {
        [] => true,
        [Token::Word(version)] => version.bytes().all(|digit| digit.is_ascii_digit()),
        _ => false,
    };
    let ours = numbered && !id.is_empty() && id.eq_ignore_ascii_case(authserv_id.trim());
    ours.then(|| statements.filter_map(outcome).collect())
}

/// `dmarc/1=pass reason="…" header.from=comune.example policy.dmarc=reject`.
fn outcome(statement: &[Token]) -> Option<Outcome> {
    let mut pairs = pairs(statement).into_iter();
    let (method, result) = pairs.next()?;
    let method = method.split('/').next().unwrap_or_default().to_owned();
    let header_from =
        pairs.filter(|(name, _)| name == "header.from").map(|(_, value)| domain(&value)).collect();
    Some(Outcome { method, result, header_from })
}

/// `name = value`, in lower case. A name may be spread over words (`header . from`), a value is one.
fn pairs(statement: &[Token]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut name = String::new();
    let mut tokens = statement.iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => name.push_str(word),
            // No name is quoted: what it was part of is none.
            Token::Quoted(_) => name.push('"'),
            Token::Sign(_) => {
                if let Some(Token::Word(value) | Token::Quoted(value)) = tokens.next() {
                    pairs.push((name.to_ascii_lowercase(), value.to_ascii_lowercase()));
                }
                name.clear();
            }
        }
    }
    pairs
}

/// The domain of a value that may be a whole address.
fn domain(value: &str) -> String {
    let domain = value.rsplit('@').next().unwrap_or_default();
    domain.trim_end_matches('.').to_owned()
}

/// Where the reader of a value stands.
enum Within {
    Words,
    Quotes,
    /// This many comments deep; they nest.
    Comment(usize),
}

fn tokens(field: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut word, mut within) = (String::new(), Within::Words);
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match (&mut within, c) {
            (Within::Quotes, '\\') => word.extend(chars.next()),
            (Within::Quotes, '"') => {
                found.push(Token::Quoted(std::mem::take(&mut word)));
                within = Within::Words;
            }
            (Within::Quotes, _) => word.push(c),
            (Within::Comment(_), '\\') => drop(chars.next()),
            (Within::Comment(depth), '(') => *depth = depth.saturating_add(1),
            (Within::Comment(1), ')') => within = Within::Words,
            (Within::Comment(depth), ')') => *depth = depth.saturating_sub(1),
            (Within::Comment(_), _) => {}
            (Within::Words, _) => {
                let sign = matches!(c, ';' | '=');
                if sign || c.is_whitespace() || matches!(c, '"' | '(') {
                    close(&mut found, &mut word);
                } else {
                    word.push(c);
                }
                match c {
                    '"' => within = Within::Quotes,
                    '(' => within = Within::Comment(1),
                    _ if sign => found.push(Token::Sign(c)),
                    _ => {}
                }
            }
        }
    }
    // A string or comment that never ends swallows the rest: nothing is read out of it.
    if matches!(within, Within::Words) {
        close(&mut found, &mut word);
    }
    found
}

fn close(found: &mut Vec<Token>, word: &mut String) {
    if !word.is_empty() {
        found.push(Token::Word(std::mem::take(word)));
    }
}
