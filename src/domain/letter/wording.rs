//! The same words in every language that letters are written in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::language::Language;
use crate::domain::rules::Category;
use crate::domain::urgency::Urgency;

/// The same words in every language: `{{ office.it }}`, `{{ office.fr }}`. None is ever missing, so
/// that a template may name any of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wording(BTreeMap<Language, String>);

impl Default for Wording {
    fn default() -> Self {
        Self::same("")
    }
}

impl Wording {
    /// Italian and English; every other language says it in English.
    #[must_use]
    pub fn new(it: &str, en: &str) -> Self {
        Self::each(|language| if language == Language::It { it } else { en }.to_owned())
    }

    /// A name that is the same in every language.
    #[must_use]
    pub fn same(name: &str) -> Self {
        Self::each(|_| name.to_owned())
    }

    /// What a function says in each language.
    #[must_use]
    pub fn each(say: impl Fn(Language) -> String) -> Self {
        Self(Language::ALL.into_iter().map(|language| (language, say(language))).collect())
    }

    /// The same with the words of some languages in the place of what was said in them.
    #[must_use]
    pub fn with(mut self, words: &BTreeMap<Language, String>) -> Self {
        self.0.extend(words.iter().map(|(language, said)| (*language, said.clone())));
        self
    }

    /// In one language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        self.0.get(&language).map_or("", String::as_str)
    }

    /// A category in plain words, as the middle of a sentence.
    #[must_use]
    pub fn category(category: Category) -> Self {
        Self::table(match category {
            Category::Building => [
                "edifici comunali",
                "municipal buildings",
                "bâtiments communaux",
                "edificios municipales",
                "kommunale Gebäude",
                "clădiri ale primăriei",
                "ndërtesa të bashkisë",
                "مباني البلدية",
                "муніципальні будівлі",
                "市政建筑",
            ],
            Category::Infrastructure => [
                "strade e marciapiedi",
                "roads and pavements",
                "routes et trottoirs",
                "calles y aceras",
                "Straßen und Gehwege",
                "străzi și trotuare",
                "rrugë dhe trotuare",
                "الطرق والأرصفة",
                "дороги й тротуари",
                "道路和人行道",
            ],
            Category::Plant => [
                "impianti (illuminazione, riscaldamento, acqua, ascensori)",
                "technical systems (lighting, heating, water, lifts)",
                "installations techniques (éclairage, chauffage, eau, ascenseurs)",
                "instalaciones (alumbrado, calefacción, agua, ascensores)",
                "technische Anlagen (Beleuchtung, Heizung, Wasser, Aufzüge)",
                "instalații (iluminat, încălzire, apă, lifturi)",
                "impiante (ndriçim, ngrohje, ujë, ashensorë)",
                "التجهيزات (الإنارة والتدفئة والمياه والمصاعد)",
                "інженерні мережі (освітлення, опалення, вода, ліфти)",
                "设备设施（照明、供暖、供水、电梯）",
            ],
            Category::GreenSpace => [
                "verde pubblico e parchi",
                "public green spaces and parks",
                "espaces verts et parcs",
                "zonas verdes y parques",
                "Grünflächen und Parks",
                "spații verzi și parcuri",
                "hapësira të gjelbra dhe parqe",
                "المساحات الخضراء والحدائق",
                "зелені зони та парки",
                "公共绿地和公园",
            ],
        })
    }

    /// An urgency in one word.
    #[must_use]
    pub fn urgency(urgency: Urgency) -> Self {
        Self::table(match urgency {
            Urgency::Emergency => [
                "emergenza",
                "emergency",
                "urgence absolue",
                "emergencia",
                "Notfall",
                "urgență",
                "emergjencë",
                "حالة طارئة",
                "надзвичайна",
                "紧急",
            ],
            Urgency::High => [
                "alta",
                "high",
                "élevée",
                "alta",
                "hoch",
                "ridicată",
                "e lartë",
                "عالية",
                "висока",
                "高",
            ],
            Urgency::Normal => [
                "normale",
                "normal",
                "normale",
                "normal",
                "normal",
                "normală",
                "normale",
                "عادية",
                "звичайна",
                "普通",
            ],
            Urgency::Low => [
                "bassa",
                "low",
                "faible",
                "baja",
                "niedrig",
                "scăzută",
                "e ulët",
                "منخفضة",
                "низька",
                "低",
            ],
        })
    }

    /// Words in the order of [`Language::ALL`].
    fn table(words: [&str; Language::ALL.len()]) -> Self {
        Self(Language::ALL.into_iter().zip(words.map(str::to_owned)).collect())
    }
}
