//! Tables as definitions see them: columns with their kinds, and relationships between tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Function, Operator};

/// A table under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<TableColumn>,
    /// The column that tells rows apart; needed of a table of profiles and of one that others relate to.
    pub key: Option<String>,
    /// Its ways to other tables: many rows of this one belong to one row of the other.
    pub relationships: Vec<Relationship>,
    /// Conditions that it declares by name, as documents of a group.
    pub conditions: BTreeMap<String, String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Its name, as in the source.
    pub name: String,
    /// What can be asked of it.
    pub kind: Kind,
    /// What it is to people, if that is known.
    pub meaning: Option<Meaning>,
}

/// What can be asked of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text.
    Text,
    /// A number, whole or with a fraction.
    Number,
    /// A day.
    Date,
    /// A day and time without an offset: local to the definition's time zone.
    LocalTime,
    /// A moment, the same everywhere.
    Instant,
    /// True or false.
    Boolean,
    /// A list of texts.
    TextList,
    /// Something of which can be asked only whether it is there.
    Other,
}

/// What a column is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// E-mail address.
    Email,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Phone number.
    Phone,
    /// Company.
    Company,
    /// City.
    City,
    /// Country.
    Country,
    /// Day of birth.
    Birthday,
}

impl Meaning {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Email, "email"),
        (Self::FirstName, "first_name"),
        (Self::LastName, "last_name"),
        (Self::Phone, "phone"),
        (Self::Company, "company"),
        (Self::City, "city"),
        (Self::Country, "country"),
        (Self::Birthday, "birthday"),
    ];

    /// What a column of this name probably is: in English, German, French, Spanish or Romanian, with or without accents.
    #[must_use]
    pub fn guess(column: &str) -> Option<Self> {
        let plain: String =
            column.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(plain).collect();
        Some(match plain.as_str() {
            "email" | "emailaddress" | "mail" | "emailaddress1" | "primaryemail" | "emailadresse"
            | "mailadresse" | "adresseemail" | "adressemail" | "courriel" | "correo"
            | "correoelectronico" | "adresaemail" | "adresadeemail" => Self::Email,
            "firstname" | "givenname" | "forename" | "vorname" | "prenom" | "nombre" | "prenume" => {
                Self::FirstName
            }
            "lastname" | "surname" | "familyname" | "nachname" | "familienname" | "nom" | "nomdefamille"
            | "apellido" | "apellidos" | "nume" | "numedefamilie" => Self::LastName,
            "phone" | "phonenumber" | "mobile" | "mobilephone" | "telephone" | "telephone1" | "telefon"
            | "telefonnummer" | "handy" | "handynummer" | "mobiltelefon" | "telephoneportable"
            | "numerodetelephone" | "telefono" | "numerodetelefono" | "movil" | "celular"
            | "telefonmobil" | "numardetelefon" | "numartelefon" | "nrtelefon" => Self::Phone,
            "company" | "companyname" | "account" | "accountname" | "organisation" | "organization"
            | "firma" | "firmenname" | "unternehmen" | "entreprise" | "societe" | "empresa" | "compania"
            | "companie" | "societate" => Self::Company,
            "city" | "town" | "stadt" | "ort" | "wohnort" | "ville" | "ciudad" | "oras" | "localitate" => {
                Self::City
            }
            "country" | "countryname" | "land" | "pays" | "pais" | "tara" => Self::Country,
            "birthday" | "birthdate" | "dateofbirth" | "dob" | "geburtstag" | "geburtsdatum"
            | "datedenaissance" | "fechadenacimiento" | "datanasterii" | "datadenastere" => Self::Birthday,
            _ => return None,
        })
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(meaning, _)| *meaning == self).map_or("", |(_, word)| word)
    }
}

/// A letter without its accent. Romanian is also written with the cedillas of Turkish.
fn plain(letter: char) -> char {
    match letter {
        'ä' | 'á' | 'à' | 'â' | 'ă' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'î' | 'ï' => 'i',
        'ö' | 'ó' | 'ô' => 'o',
        'ü' | 'ú' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        'ș' | 'ş' => 's',
        'ț' | 'ţ' => 't',
        other => other,
    }
}

/// Many rows of one table belong to one row of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// Its name; `table.column` unless told otherwise.
    pub name: String,
    /// The column of the many.
    pub column: String,
    /// The table of the one.
    pub to_table: String,
    /// The column there that the many refer to.
    pub to_column: String,
}

impl Kind {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Text, "text"),
        (Self::Number, "number"),
        (Self::Date, "date"),
        (Self::LocalTime, "time"),
        (Self::Instant, "moment"),
        (Self::Boolean, "boolean"),
        (Self::TextList, "list of text"),
        (Self::Other, "other"),
    ];

    /// Its name for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// What can be asked of a column of this kind.
    #[must_use]
    pub fn operators(self) -> &'static [Operator] {
        use Operator as O;
        match self {
            Self::Text => &[
                O::Is,
                O::IsNot,
                O::OneOf,
                O::NoneOf,
                O::Contains,
                O::DoesNotContain,
                O::StartsWith,
                O::EndsWith,
                O::Matches,
                O::IsEmpty,
            ],
            Self::Number => &[
                O::Is,
                O::IsNot,
                O::LessThan,
                O::AtMost,
                O::MoreThan,
                O::AtLeast,
                O::Between,
                O::OneOf,
                O::NoneOf,
                O::IsEmpty,
            ],
            Self::Date | Self::LocalTime | Self::Instant => &[
                O::On,
                O::Before,
                O::After,
                O::Between,
                O::InLast,
                O::NotInLast,
                O::InNext,
                O::ToDate,
                O::MonthOf,
                O::DayOf,
                O::IsEmpty,
            ],
            Self::Boolean => &[O::Is, O::IsNot, O::IsEmpty],
            Self::TextList => &[O::ContainsAny, O::ContainsAll, O::ContainsNone, O::IsEmpty],
            Self::Other => &[O::IsEmpty],
        }
    }

    /// Whether values of this kind have an order that a person expects.
    #[must_use]
    pub fn is_ordered(self) -> bool {
        matches!(self, Self::Number | Self::Date | Self::LocalTime | Self::Instant)
    }
}

impl Table {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The first column that is this to people.
    #[must_use]
    pub fn meaning(&self, meaning: Meaning) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.meaning == Some(meaning))
    }
}

impl Function {
    /// The kind of what it computes from values of a kind; none if it cannot.
    #[must_use]
    pub fn result(self, of: Option<Kind>) -> Option<Kind> {
        match (self, of) {
            (Self::Count, None) => Some(Kind::Number),
            (Self::CountDistinct, Some(kind)) if kind != Kind::Other && kind != Kind::TextList => {
                Some(Kind::Number)
            }
            (Self::Sum | Self::Average, Some(Kind::Number)) => Some(Kind::Number),
            (Self::Min | Self::Max, Some(kind)) if kind.is_ordered() || kind == Kind::Text => Some(kind),
            (Self::First | Self::Latest, Some(kind)) if kind != Kind::Other && kind != Kind::TextList => {
                Some(kind)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_guessed_by_their_names_in_several_languages() {
        for (meaning, names) in [
            (Meaning::Email, "E-Mail EmailAddress E-Mail-Adresse courriel"),
            (Meaning::FirstName, "first_name Vorname Prenume Prénom nombre"),
            (Meaning::LastName, "Surname Nachname NUME nom Apellidos nume_de_familie"),
            (Meaning::Phone, "mobile Telefon Téléphone teléfono Număr_telefon nr.telefon"),
            (Meaning::Company, "company Firma Societe Compañía companie"),
            (Meaning::City, "City Ort Ville ciudad Oraș Oraş"),
            (Meaning::Country, "country Land pays PAÍS țară ţara"),
            (Meaning::Birthday, "dob Geburtsdatum date_de_naissance Data_nașterii"),
        ] {
            for name in names.split(' ') {
                assert_eq!(Meaning::guess(name), Some(meaning), "{name}");
            }
        }
        for other in ["name", "numar", "id", "total", "last_order"] {
            assert_eq!(Meaning::guess(other), None, "{other}");
        }
    }
}
