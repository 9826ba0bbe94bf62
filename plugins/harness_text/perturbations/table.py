"""One table of all perturbations of texts: where each comes from, and on which texts those are tried that need others.

What they are made for and whether they keep the label stands at each of them, as traits. `docs/perturbations.md` is
written from both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """The source of a perturbation; why, if it changes fewer than half of film reviews, and texts it changes."""

    source: str
    few: str = ""
    on: tuple[str, ...] = ()


_NUMBERS = ("7 of 10 people waited 45 minutes", "room 12 cost 130 dollars", "in 1999 there were 3 of them")
_GERMAN = (
    "Das Hotel war sehr sch\u00f6n, aber das Fr\u00fchst\u00fcck war viel zu teuer.",
    "Ich wei\u00df nicht, ob wir wieder in diese Stadt fahren.",
    "Man muss leider sagen, dass die Zimmer mehr als schmutzig waren.",
)
_FRENCH = (
    "C'est un film magnifique, o\u00f9 l'on rit et o\u00f9 l'on pleure.",
    "L'h\u00f4tel \u00e9tait propre, mais le petit d\u00e9jeuner trop cher.",
    "Ces acteurs ont jou\u00e9 leur r\u00f4le \u00e0 merveille.",
)
_SPANISH = (
    "La habitaci\u00f3n estaba muy sucia y el ba\u00f1o ol\u00eda mal.",
    "Es una pel\u00edcula que hay que ver, aunque es muy larga.",
    "Haber le\u00eddo el libro antes ayuda bastante.",
)
_HINDI = (
    "\u092f\u0939 \u092b\u093f\u0932\u094d\u092e \u092c\u0939\u0941\u0924 \u0905\u091a\u094d\u091b\u0940 \u0939\u0948",
    (
        "\u092e\u0941\u091d\u0947 \u0915\u0939\u093e\u0928\u0940 "
        "\u092a\u0938\u0902\u0926 \u0928\u0939\u0940\u0902 \u0906\u0908"
    ),
    (
        "\u0939\u094b\u091f\u0932 \u0938\u093e\u092b \u0914\u0930 "
        "\u0938\u0938\u094d\u0924\u093e \u0925\u093e, \u0932\u0947\u0915\u093f\u0928 \u0926\u0942\u0930"
    ),
)
_ARABIC = (
    (
        "\u0643\u0627\u0646 \u0627\u0644\u0641\u064a\u0644\u0645 "
        "\u0631\u0627\u0626\u0639\u0627 \u0648\u0627\u0644\u0642\u0635\u0629 \u0645\u0624\u062b\u0631\u0629"
    ),
    "\u0627\u0644\u063a\u0631\u0641\u0629 \u0646\u0638\u064a\u0641\u0629 \u0625\u0644\u0649 \u062d\u062f \u0645\u0627",
    (
        "\u0644\u0645 \u064a\u0639\u062c\u0628\u0646\u064a "
        "\u0623\u062f\u0627\u0621 \u0627\u0644\u0645\u0645\u062b\u0644\u064a\u0646"
    ),
)
_CHINESE = (
    "\u8fd9\u5bb6\u9152\u5e97\u7684\u670d\u52a1\u975e\u5e38\u597d\uff0c\u623f\u95f4\u5f88\u5e72\u51c0\u3002",
    "\u5916\u5356\u9001\u5f97\u592a\u6162\uff0c\u5230\u7684\u65f6\u5019\u5df2\u7ecf\u51b7\u4e86\u3002",
    "\u7535\u5f71\u8fd8\u53ef\u4ee5\uff0c\u4f46\u662f\u7ed3\u5c40\u8ba9\u4eba\u5931\u671b\u3002",
)
_IN_CHINESE = "texts in Chinese characters only"

TABLE: Mapping[str, Row] = {
    "abbreviations": Row("langtest add_abbreviation; NL-Augmenter abbreviation_transformation"),
    "add_diacritics": Row("TextFlint and TextAttack, visual swaps"),
    "agreement_errors": Row("NUCLE, Dahlmeier et al. 2013"),
    "arabic_spelling": Row("QALB, Zaghouani et al. 2014", "texts in Arabic only", _ARABIC),
    "article_errors": Row("NUCLE, Dahlmeier et al. 2013"),
    "british_american": Row(
        "langtest american_to_british, british_to_american",
        "few words are spelled in two ways",
        ("the colour of the theatre", "I realize that the dialogue is gray", "a favorite of my neighbours"),
    ),
    "change_case": Row("HELM lowercase; TextFlint Case"),
    "change_numbers": Row("CheckList change_number, Ribeiro et al. 2020", "only texts with numbers", _NUMBERS),
    "chinese_homophones": Row("TextFlint and TextAttack, Chinese homophones; pypinyin", _IN_CHINESE, _CHINESE),
    "chinese_shapes": Row("SIGHAN, Wu et al. 2013", _IN_CHINESE, _CHINESE),
    "chinese_splitting": Row("RoCBert, Su et al. 2022", _IN_CHINESE, _CHINESE),
    "chinese_variants": Row("OpenCC", _IN_CHINESE, _CHINESE),
    "contractions": Row(
        "CheckList contractions, Ribeiro et al. 2020",
        "only texts with a contraction or what can be contracted",
        ("it's a film that you don't forget", "I am glad, you are not", "they can't say what it is about"),
    ),
    "dates": Row(
        "NL-Augmenter date_format_transformation",
        "only texts with a whole date",
        ("seen on 12 March 2020", "the order of March 3, 2021 is late", "since 2019-12-31 nothing came"),
    ),
    "delete_letters": Row("WildNLP, Rychalska et al. 2019"),
    "dialect": Row("HELM dialect, Ziems et al. 2022"),
    "double_letters": Row("Mitton 1987"),
    "drop_vowels": Row("NL-Augmenter disemvowel"),
    "drop_words": Row("EDA, Wei & Zou 2019"),
    "emoji_words": Row("NL-Augmenter emojify"),
    "emojis": Row("NL-Augmenter emojify"),
    "emoticons": Row("TextFlint TwitterType"),
    "filler_words": Row("NL-Augmenter filler_word_augmentation; HELM"),
    "french_spelling": Row("school grammars; rates ours", "texts in French only", _FRENCH),
    "fullwidth": Row("Unicode, fullwidth forms"),
    "german_spelling": Row("Duden, frequent errors; rates ours", "texts in German only", _GERMAN),
    "hashtags": Row("TextFlint TwitterType"),
    "hindi_spelling": Row("Hindi spell checkers; rates ours", "texts in Hindi only", _HINDI),
    "homoglyphs": Row("Boucher et al. 2022; Unicode TR39"),
    "homophones": Row("langtest add_speech_to_text_typo; NL-Augmenter close_homophones"),
    "html_remnants": Row("scraped sets such as IMDb"),
    "insert_letters": Row("nlpaug RandomCharAug; WildNLP, Rychalska et al. 2019"),
    "injections": Row("Perez & Ribeiro 2022"),
    "irrelevant_sentence": Row("Naik et al. 2018"),
    "join_words": Row("TextFlint SpaceError"),
    "keyboard_typos": Row("Belinkov & Bisk 2018"),
    "leetspeak": Row("NL-Augmenter leet_letters"),
    "line_wrap": Row("texts copied from pages"),
    "markdown": Row("CommonMark"),
    "masked_letters": Row("HateCheck, R\u00f6ttger et al. 2021"),
    "mentions": Row("CheckList random handles, Ribeiro et al. 2020"),
    "misspellings": Row("nlpaug SpellingAug"),
    "mixed_case": Row("NL-Augmenter random_upper_transformation"),
    "mojibake": Row(
        "ftfy, Speer 2019",
        "only texts with quotation marks, apostrophes, dashes, dots or letters beyond ASCII",
        ("it's good", 'a "fine" film', "caf\u00e9 cr\u00e8me"),
    ),
    "negation": Row("CheckList add_negation, remove_negation, Ribeiro et al. 2020"),
    "number_style": Row(
        "CLDR",
        "only texts with numbers that can be written in another style",
        ("it cost 12,000 dollars", "2.5 stars of 5", "about 40000 people"),
    ),
    "number_words": Row(
        "langtest number_to_word",
        "only texts with small numbers",
        ("7 of 10 people waited", "two of three stars", "the first 20 minutes"),
    ),
    "ocr": Row("nlpaug OcrAug; TextFlint Ocr"),
    "organisation_names": Row(
        "langtest swap_entities",
        "only texts that name one of the list",
        ("a laptop by Dell", "as the BBC says", "shot for Disney and HBO"),
    ),
    "person_names": Row(
        "CheckList change_names, Ribeiro et al. 2020",
        "only texts that name one of the list",
        ("Mary and John are great", "as played by Tom", "my friend Olga left"),
    ),
    "place_names": Row(
        "CheckList change_location, Ribeiro et al. 2020",
        "only texts that name one of the list",
        ("a trip to London", "shot in New York", "from Germany to Japan"),
    ),
    "politeness": Row("phrases ours"),
    "preposition_errors": Row("NUCLE, Dahlmeier et al. 2013"),
    "pronouns": Row(
        "WinoBias, Zhao et al. 2018",
        "only texts with a pronoun of the third person",
        ("she gave him her book", "he says so himself", "I saw her"),
    ),
    "punctuation": Row("WildNLP, Rychalska et al. 2019"),
    "quote_words": Row("posts; rates ours"),
    "repeat_letters": Row("Brody & Diakopoulos 2011"),
    "repeat_words": Row("slips of the pen; rates ours"),
    "replace_letters": Row("nlpaug RandomCharAug"),
    "sentence_order": Row(
        "NL-Augmenter sentence_reordering",
        "only texts of several sentences",
        ("It rained. We left.", "Good food! Bad rooms. Never again.", "Why? Because. I say so."),
    ),
    "shuffle_words": Row("Pham et al. 2021; Sinha et al. 2021"),
    "slang": Row("langtest add_slangs"),
    "sound_spelling": Row("langtest dyslexia_word_swap"),
    "spaced_letters": Row("HateCheck, R\u00f6ttger et al. 2021"),
    "spanish_spelling": Row("RAE, Ortograf\u00eda; rates ours", "texts in Spanish only", _SPANISH),
    "split_words": Row("nlpaug SplitAug"),
    "strip_diacritics": Row(
        "NL-Augmenter diacritic_removal", "only texts with accents", (*_GERMAN[:2], *_FRENCH, *_SPANISH)
    ),
    "stutter": Row("NL-Augmenter, disfluencies"),
    "styled_letters": Row("Unicode, mathematical alphabets"),
    "swap_letters": Row("Belinkov & Bisk 2018"),
    "tense": Row("CheckList and TextFlint, tense swaps"),
    "title_case": Row("langtest titlecase"),
    "tokenized": Row("Penn Treebank, Marcus et al. 1993"),
    "transcript": Row("langtest strip_punctuation, lowercase"),
    "truncation": Row("tokenizers that cut"),
    "typography": Row(
        "SmartyPants",
        "only texts with quotation marks, apostrophes, dashes or dots",
        ("it's good", 'a "fine" film', "well... no -- yes"),
    ),
    "units": Row(
        "NL-Augmenter unit_converter",
        "only texts with a unit or money",
        ("5 km from the beach", "it cost $12", "20% off, 30 minutes late"),
    ),
    "urls": Row("CheckList random URLs, Ribeiro et al. 2020"),
    "whitespace": Row("NL-Augmenter whitespace_perturbation; HELM"),
    "zero_width": Row("Boucher et al. 2022"),
}
