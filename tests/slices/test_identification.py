"""Languages by script and function words, on sentences of each."""

from __future__ import annotations

import pytest

from harness.slices.identification import language_of

SENTENCES = {
    "en": "It was the best film that I have seen this year.",
    "de": "Das ist nicht der beste Film, den ich gesehen habe.",
    "fr": "C'est un film que je ne veux pas revoir dans cette salle.",
    "es": "Es una película que no me gusta, pero el final está muy bien.",
    "it": "Non è il film più bello che ho visto questo anno.",
    "pt": "Não é o filme que você viu, mas é muito bom para uma noite.",
    "nl": "Het is een film die ik niet meer wil zien, maar hij was mooi.",
    "pl": "To nie jest film, który się ogląda dla przyjemności.",
    "tr": "Bu film çok güzel ama biraz uzun bir film.",
    "ru": "Это был лучший фильм, который мы видели.",
    "uk": "Це був найкращий фільм, який я бачив її очима.",
    "el": "Ήταν η καλύτερη ταινία.",
    "ja": "とても良い映画でした。",
    "zh": "这是一部很好的电影。",
    "ko": "정말 좋은 영화였어요.",
    "ar": "كان هذا أفضل فيلم.",
    "hi": "यह बहुत अच्छी फिल्म थी।",
    "": "12345 !!!",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_in_its_language(language: str) -> None:
    assert language_of(SENTENCES[language]) == language


def test_a_word_that_many_languages_have_says_nothing() -> None:
    assert language_of("Zebra") == ""
