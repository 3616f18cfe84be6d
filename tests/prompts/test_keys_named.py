"""Which keys a text names, in every language, however it is written."""

from __future__ import annotations

import pytest

from prompts.catalog import Catalog
from prompts.keys_named import keys_named

CASES = [
    ("zh", "预约挂号按1，人工服务按0，重听按星号键。", "1 0 *"),
    ("zh", "请输入密码，按井号键结束。", "#"),
    ("zh", "确认请按一，返回请按零。", "1 0"),
    ("zh", "按 1 或 2 键", "1 2"),
    ("zh", "按１键，按＃号", "1 #"),
    ("zh", "普通门诊请按下1，专家门诊请按数字2", "1 2"),
    ("zh", "按一下星号键", "*"),
    ("zh", "按一定的顺序，按两次，按3次", ""),
    ("zh", "按12转内科", "12"),
    ("zh", "挂{item.name:name}号按{key:key}，", ""),
    ("zh", "要挂几号专家，请按几。", ""),
    ("yue", "確認請撳1，返回撳井字鍵", "1 #"),
    ("en", "To register, press 1. To speak to a person, press 0. To hear this again, press star.", "1 0 *"),
    ("en", "then press the hash key", "#"),
    ("en", "Press one for the clinic, or press key two", "1 2"),
    ("en", "press 1 or 2, press the pound key", "1 2 #"),
    ("en", "press one of the keys, press 2 times, press any key", ""),
    ("en", "For {item.name:name}, press {key:key}.", ""),
    ("en", "Please press the number of the specialist.", ""),
    ("en", "the express 1 and 2 press releases", ""),
    ("en", "press 12", "12"),
    ("ru", "Чтобы записаться, нажмите 1. Чтобы вернуться, нажмите ноль.", "1 0"),
    ("ru", "нажмите один или два, нажмите звёздочку, нажмите решетку", "1 2 * #"),
    ("ru", "нажмите клавишу 5", "5"),
    ("ru", "нажмите два раза", ""),
    ("ru", "нажмите двойку", "2"),
    ("pl", "Aby się zapisać, naciśnij 1. Aby wrócić, naciśnij zero.", "1 0"),
    ("pl", "naciśnij jeden lub dwa, naciśnij gwiazdkę albo krzyżyk", "1 2 * #"),
    ("pl", "wciśnij klawisz 7", "7"),
    ("pl", "naciśnij dwa razy", ""),
    ("eo", "premu 1", ""),
]


@pytest.mark.parametrize(("language", "text", "keys"), CASES)
def test_a_text_names_its_keys(language: str, text: str, keys: str) -> None:
    assert keys_named(language, text) == tuple(keys.split())


def test_the_shipped_texts_name_the_same_keys_in_every_language() -> None:
    texts = Catalog.load()
    for id in texts.ids:
        named = {language: set(keys_named(language, texts.phrase(language, id).text)) for language in texts.languages}
        assert all(keys == named["zh"] for keys in named.values()), (id, named)
