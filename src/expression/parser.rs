//! Tokens to graph, by recursive descent.
//!
//! ```text
//! sum      = product (('+' | '-') product)*
//! product  = signed (('*' | '/') signed)*
//! signed   = ('-' | '+') signed | power
//! power    = atom (('^' | '**') signed)?            right-associative, tighter than a sign on its left
//! atom     = number | 'pi' | variable | function '(' sum (',' sum)* ')' | '(' sum ')'
//! ```

use std::ops::Range;

use super::error::{ExpressionError, ExpressionProblem as Problem};
use super::graph::{Binary, Graph, NodeId, Unary};
use super::names::{self, Function};
use super::tokens::{Token, TokenKind, tokenise};

/// Largest depth of parentheses, signs and powers: far above any formula, far below the stack's end.
pub(super) const DEPTH_LIMIT: usize = 200;

type Outcome<T> = Result<T, ExpressionError>;

/// Reads a text whose variables are `variables`; returns its graph and the node of the whole.
///
/// # Errors
/// On any text outside the grammar.
pub(super) fn parse(text: &str, variables: &[&str]) -> Outcome<(Graph, NodeId)> {
    let tokens = tokenise(text)?;
    if tokens.is_empty() {
        return Err(ExpressionError::new(Problem::Empty, text, 0..text.len()));
    }
    let mut parser = Parser {
        text,
        variables,
        tokens,
        next: 0,
        depth: 0,
        graph: Graph::default(),
    };
    let root = parser.sum()?;
    match parser.peek() {
        None => Ok((parser.graph, root)),
        Some(_) => Err(parser.unexpected_follower()),
    }
}

struct Parser<'t> {
    text: &'t str,
    variables: &'t [&'t str],
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    graph: Graph,
}

impl Parser<'_> {
    fn sum(&mut self) -> Outcome<NodeId> {
        let mut left = self.product()?;
        loop {
            let function = match self.peek() {
                Some(TokenKind::Plus) => Binary::Add,
                Some(TokenKind::Minus) => Binary::Subtract,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = self.product()?;
            left = self.graph.binary(function, left, right);
        }
    }

    fn product(&mut self) -> Outcome<NodeId> {
        let mut left = self.signed()?;
        loop {
            let function = match self.peek() {
                Some(TokenKind::Times) => Binary::Multiply,
                Some(TokenKind::Divide) => Binary::Divide,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = self.signed()?;
            left = self.graph.binary(function, left, right);
        }
    }

    fn signed(&mut self) -> Outcome<NodeId> {
        match self.peek() {
            Some(TokenKind::Minus) => {
                let operand = self.deeper(|parser| {
                    parser.next += 1;
                    parser.signed()
                })?;
                Ok(self.graph.unary(Unary::Negate, operand))
            }
            Some(TokenKind::Plus) => self.deeper(|parser| {
                parser.next += 1;
                parser.signed()
            }),
            _ => self.power(),
        }
    }

    fn power(&mut self) -> Outcome<NodeId> {
        let base = self.atom()?;
        if self.peek() != Some(TokenKind::Power) {
            return Ok(base);
        }
        let exponent = self.deeper(|parser| {
            parser.next += 1;
            parser.signed()
        })?;
        Ok(self.graph.binary(Binary::Power, base, exponent))
    }

    fn atom(&mut self) -> Outcome<NodeId> {
        match self.peek() {
            Some(TokenKind::Number(value)) => {
                self.next += 1;
                Ok(self.graph.constant(value))
            }
            Some(TokenKind::Name) => self.named(),
            Some(TokenKind::Open) => {
                let inner = self.arguments()?;
                match inner[..] {
                    [only] => Ok(only),
                    _ => Err(self.error(Problem::StrayComma, self.next - 1)),
                }
            }
            _ => Err(self.missing_operand()),
        }
    }

    fn named(&mut self) -> Outcome<NodeId> {
        let at = self.next;
        let name = &self.text[self.tokens[at].span.clone()];
        self.next += 1;
        if let Some(index) = self.variables.iter().position(|variable| *variable == name) {
            return Ok(self.graph.variable(index));
        }
        if let Some(value) = names::constant(name) {
            return Ok(self.graph.constant(value));
        }
        let called = self.peek() == Some(TokenKind::Open);
        match names::function(name) {
            Some(function) if called => self.call(name.to_owned(), function, at),
            Some(_) => Err(self.error(
                Problem::MissingArguments {
                    function: name.to_owned(),
                },
                at,
            )),
            None => {
                let (role, allowed) = if called {
                    ("function", names::function_list())
                } else {
                    ("name", names::variable_list(self.variables))
                };
                let meant = names::closest(name, self.variables);
                Err(self.error(
                    Problem::UnknownName {
                        role,
                        name: name.to_owned(),
                        allowed,
                        meant,
                    },
                    at,
                ))
            }
        }
    }

    fn call(&mut self, name: String, function: Function, at: usize) -> Outcome<NodeId> {
        let arguments = self.arguments()?;
        match (function, &arguments[..]) {
            (Function::One(function), &[operand]) => Ok(self.graph.unary(function, operand)),
            (Function::Many(function), &[_, _, ..]) => Ok(self.combined(function, arguments)),
            _ => {
                let expected = match function {
                    Function::One(_) => "one argument",
                    Function::Many(_) => "two or more arguments",
                };
                let problem = Problem::ArgumentCount {
                    function: name,
                    expected,
                    found: arguments.len(),
                };
                let span = self.tokens[at].span.start..self.tokens[self.next - 1].span.end;
                Err(ExpressionError::new(problem, self.text, span))
            }
        }
    }

    /// Pairs, pairs of pairs and so on: what many arguments are compared with stays short.
    fn combined(&mut self, function: Binary, mut arguments: Vec<NodeId>) -> NodeId {
        while arguments.len() > 1 {
            arguments = arguments
                .chunks(2)
                .map(|pair| match *pair {
                    [left, right] => self.graph.binary(function, left, right),
                    _ => pair[0],
                })
                .collect();
        }
        arguments[0]
    }

    /// `'(' sum (',' sum)* ')'`, the opening parenthesis being next.
    fn arguments(&mut self) -> Outcome<Vec<NodeId>> {
        self.deeper(|parser| {
            let open = parser.next;
            parser.next += 1;
            if parser.peek() == Some(TokenKind::Close) {
                let span = parser.tokens[open].span.start..parser.tokens[parser.next].span.end;
                return Err(ExpressionError::new(
                    Problem::EmptyParentheses,
                    parser.text,
                    span,
                ));
            }
            let mut arguments = vec![parser.sum()?];
            while parser.peek() == Some(TokenKind::Comma) {
                parser.next += 1;
                arguments.push(parser.sum()?);
            }
            match parser.peek() {
                Some(TokenKind::Close) => {
                    parser.next += 1;
                    Ok(arguments)
                }
                None => Err(parser.error(Problem::Unclosed, open)),
                Some(_) => Err(parser.unexpected_follower()),
            }
        })
    }

    fn peek(&self) -> Option<TokenKind> {
        self.tokens.get(self.next).map(|token| token.kind)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.error(Problem::TooDeep { limit: DEPTH_LIMIT }, self.next));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn error(&self, problem: Problem, token: usize) -> ExpressionError {
        ExpressionError::new(problem, self.text, self.span(token))
    }

    fn span(&self, token: usize) -> Range<usize> {
        self.tokens
            .get(token)
            .map_or(self.text.len()..self.text.len(), |token| token.span.clone())
    }

    /// The token that follows a complete operand is no operator.
    fn unexpected_follower(&self) -> ExpressionError {
        let token = self.text[self.span(self.next)].to_owned();
        let problem = match self.peek() {
            Some(TokenKind::Close) => Problem::Unopened,
            Some(TokenKind::Comma) => Problem::StrayComma,
            _ => Problem::MissingOperator { token },
        };
        self.error(problem, self.next)
    }

    /// An operand should start here; names the operator, comma or parenthesis beside the gap.
    fn missing_operand(&self) -> ExpressionError {
        let (place, at) = match self.next.checked_sub(1) {
            Some(before) if self.tokens[before].kind != TokenKind::Open => ("after", before),
            // An opening parenthesis at the very end is better reported as never closed.
            Some(before) if self.peek().is_none() => return self.error(Problem::Unclosed, before),
            _ => ("before", self.next),
        };
        if self.next == 0 && self.peek() == Some(TokenKind::Close) {
            return self.error(Problem::Unopened, 0);
        }
        let token = self.text[self.span(at)].to_owned();
        self.error(Problem::MissingOperand { place, token }, at)
    }
}
