//! Made-up customers in several languages, with the faults that real tables have.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// One row of the demo's table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Customer {
    number: u32,
    first_name: &'static str,
    last_name: &'static str,
    pub(crate) email: String,
    phone: String,
    country: &'static str,
    pub(crate) lifetime_value: f64,
    tier: &'static str,
}

pub(crate) const HEADER: &str = "Number,FirstName,LastName,Email,Phone,Country,LifetimeValue,Tier\n";

struct Language {
    country: &'static str,
    domain: &'static str,
    dial: &'static str,
    first: &'static [&'static str],
    last: &'static [&'static str],
}

const LANGUAGES: &[Language] = &[
    Language {
        country: "Brazil",
        domain: "example.com.br",
        dial: "+55 11",
        first: &["João", "Luís", "Beatriz", "Conceição", "Antônio"],
        last: &["Gonçalves", "Araújo", "da Silva", "Magalhães"],
    },
    Language {
        country: "Germany",
        domain: "example.de",
        dial: "+49 30",
        first: &["Jürgen", "Käthe", "Björn", "Anneliese", "Max"],
        last: &["Müller", "Groß", "Schröder", "von der Heide"],
    },
    Language {
        country: "Japan",
        domain: "example.co.jp",
        dial: "+81 3",
        first: &["美咲", "翔太", "さくら", "健"],
        last: &["佐藤", "鈴木", "高橋", "田中"],
    },
    Language {
        country: "Poland",
        domain: "example.pl",
        dial: "+48 22",
        first: &["Łukasz", "Małgorzata", "Żaneta", "Grzegorz"],
        last: &["Wójcik", "Kowalski", "Dąbrowska"],
    },
    Language {
        country: "Ireland",
        domain: "example.ie",
        dial: "+353 1",
        first: &["Siobhán", "Pádraig", "Mary", "Liam"],
        last: &["O'Brien", "O’Neill", "Murphy", "Mac \"Mick\" Carthy"],
    },
    Language {
        country: "Greece",
        domain: "example.gr",
        dial: "+30 21",
        first: &["Ελένη", "Γιώργος", "Νίκος"],
        last: &["Παπαδόπουλος", "Οικονόμου"],
    },
    Language {
        country: "Saudi Arabia",
        domain: "example.sa",
        dial: "+966 11",
        first: &["محمد", "فاطمة", "عبد الله"],
        last: &["الأحمد", "السعيد"],
    },
];

const BAD_ADDRESSES: &[&str] =
    &["", "unknown", "n/a", "two words@example.com", "someone@example", "a@b@example.com", "@example.com"];

/// Makes up customers; the same seed makes the same ones.
pub(crate) fn make(count: u32, seed: u64) -> Vec<Customer> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut customers: Vec<Customer> = Vec::new();
    for number in 1..=count {
        let mut customer = one(number, &mut random);
        match random.random_range(0..100) {
            0 => {
                BAD_ADDRESSES.choose(&mut random).copied().unwrap_or_default().clone_into(&mut customer.email)
            }
            1 if !customers.is_empty() => {
                // The same person once more, as forms and shops write it.
                let twin = random.random_range(0..customers.len());
                customer.email = customers[twin].email.to_uppercase();
            }
            2 => customer.email = format!(" {} ", customer.email),
            _ => {}
        }
        customers.push(customer);
    }
    customers
}

fn one(number: u32, random: &mut StdRng) -> Customer {
    let language = &LANGUAGES[random.random_range(0..LANGUAGES.len())];
    let pick = |names: &'static [&'static str], random: &mut StdRng| {
        names.choose(random).copied().unwrap_or_default()
    };
    Customer {
        number,
        first_name: pick(language.first, random),
        last_name: pick(language.last, random),
        email: format!("customer.{number}@{}", language.domain),
        phone: format!("{} {:07}", language.dial, random.random_range(0..10_000_000)),
        country: language.country,
        lifetime_value: f64::from(random.random_range(0..200_000_u32)) / 100.0,
        tier: ["gold", "silver", "bronze", ""][random.random_range(0..4)],
    }
}

/// A customer as a row of CSV.
pub(crate) fn row(customer: &Customer) -> String {
    let Customer { number, first_name, last_name, email, phone, country, lifetime_value, tier } = customer;
    let last_name = last_name.replace('"', "\"\"");
    format!("{number:06},{first_name},\"{last_name}\",{email},{phone},{country},{lifetime_value:.2},{tier}\n")
}

/// Changes one in a hundred.
pub(crate) fn change(customers: &mut [Customer]) {
    for customer in customers.iter_mut().step_by(100) {
        customer.lifetime_value += 100.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_customers() {
        assert_eq!(make(500, 1), make(500, 1));
        assert_ne!(make(500, 1), make(500, 2));
    }
}
