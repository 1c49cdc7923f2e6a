"""Adapters of models against the libraries themselves, with models made here: no download."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from typing import Any

import pytest

from privet.model.errors import Unavailable, UsageError
from privet.ports.span_model import ModelSpan, SpanModel

LIBRARIES = {
    "spacy": "spacy",
    "presidio": "presidio_analyzer",
    "transformers": "transformers",
    "gliner": "gliner",
}
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "ana", "novak", "called", "from", "ulm")
TEXTS = ["ana novak called from ulm", "", "ana"]


def _needs(*libraries: str) -> None:
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} is not installed")


def _sane(model: SpanModel, texts: list[str]) -> list[list[ModelSpan]]:
    """One answer for each text, its places within it, the same each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = [list(spans) for spans in model.detect_batch(texts)]
        assert answers == [list(spans) for spans in model.detect_batch(texts)]
    assert len(answers) == len(texts)
    for text, spans in zip(texts, answers, strict=True):
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(span.score is None or type(span.score) is float for span in spans)
    return answers


@pytest.mark.parametrize("extra", LIBRARIES)
def test_what_is_not_installed_is_named_with_its_extra(extra):
    if importlib.util.find_spec(LIBRARIES[extra]) is not None:
        pytest.skip(f"{LIBRARIES[extra]} is installed")
    module = importlib.import_module(f"privet.adapters.models.{extra}")
    load: Any = module.load
    with pytest.raises(Unavailable, match="is not installed") as caught:
        load(**({} if extra == "presidio" else {"name": "x"}))
    assert caught.value.hint == f'Install it: pip install "privet[{extra}]"'


@pytest.fixture(scope="module")
def analyzer() -> Any:
    _needs("presidio_analyzer", "spacy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import spacy
        from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.blank("en")}

    badges = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"\bB-[0-9]{4}\b", 0.8)])
    names = PatternRecognizer("PERSON", deny_list=["ana novak"])
    registry = RecognizerRegistry(recognizers=[badges, names], supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])


def test_presidio_says_what_its_recognisers_find(analyzer):
    from privet.adapters.models.presidio import PresidioModel

    text = "ana novak showed B-1234"
    model = PresidioModel(analyzer)
    assert model.name == "presidio:en"
    assert sorted(_sane(model, [text])[0], key=lambda span: span.start) == [
        ModelSpan(0, 9, "PERSON", 1.0),
        ModelSpan(17, 23, "BADGE", 0.8),
    ]
    only = PresidioModel(analyzer, entities=["BADGE"])
    assert [span.label for span in _sane(only, [text])[0]] == ["BADGE"]


def _tokenizer(longest: int) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({w: n for n, w in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=longest,
    )


def _encoder(size: int) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=size,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=128,
    )


@pytest.fixture(scope="module")
def classifier() -> Any:
    """A token classifier of random weights."""
    _needs("torch", "transformers")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from transformers import BertForTokenClassification, pipeline

        torch.manual_seed(3)
        config = _encoder(len(WORDS))
        config.id2label = {0: "O", 1: "B-PER", 2: "B-LOC"}
        config.label2id = {label: number for number, label in config.id2label.items()}
        model = BertForTokenClassification(config).eval()
        return pipeline(
            "token-classification",
            model=model,
            tokenizer=_tokenizer(32),
            aggregation_strategy="simple",
        )


def test_a_token_classifier_names_places_in_its_text(classifier):
    from privet.adapters.models.transformers import TransformersModel

    model = TransformersModel(classifier)
    found = _sane(model, TEXTS)
    assert {span.label for spans in found for span in spans} <= {"PER", "LOC"}
    assert found[0]
    assert model.name.startswith("transformers:")


def test_a_text_of_more_tokens_than_the_model_takes_is_read_to_its_end(classifier):
    from privet.adapters.models.transformers import TransformersModel

    text = "ana novak called from ulm " * 40
    found = _sane(TransformersModel(classifier), [text])[0]
    assert max(span.end for span in found) > len(text) - 30


def test_a_tokenizer_without_places_is_refused(classifier, monkeypatch):
    from privet.adapters.models.transformers import TransformersModel

    monkeypatch.setattr(type(classifier.tokenizer), "is_fast", property(lambda _: False))
    with pytest.raises(UsageError, match="does not say where its tokens stand"):
        TransformersModel(classifier)


def test_gliner_is_asked_for_labels():
    _needs("torch", "transformers", "gliner")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from gliner.config import UniEncoderSpanConfig
        from gliner.model import UniEncoderSpanGLiNER

        from privet.adapters.models.gliner import GlinerModel

        torch.manual_seed(3)
        tokenizer = _tokenizer(128)
        tokenizer.add_tokens(["<<ENT>>", "<<SEP>>"])
        size = len(tokenizer)
        config = UniEncoderSpanConfig(
            model_name="tiny",
            hidden_size=16,
            encoder_config=_encoder(size).to_dict(),
            max_width=3,
            vocab_size=size,
            class_token_index=size - 2,
            dropout=0.0,
        )
        made = UniEncoderSpanGLiNER(config, tokenizer=tokenizer).eval()
    model = GlinerModel(made, labels=["person", "location"], threshold=0.1)
    found = _sane(model, TEXTS)
    assert {span.label for spans in found for span in spans} <= {"person", "location"}
    assert found[0]
    assert model.name == "gliner:tiny"
    assert _sane(GlinerModel(made, threshold=0.999), TEXTS) == [[], [], []]
