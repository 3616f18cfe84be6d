"""Cantonese in traditional characters, as a hospital announces it: 元 and not 蚊, 请按 and not 撳.
The digit 1 is 一 everywhere: 幺 is Mandarin."""

from __future__ import annotations

from prompts.values.chinese import Chinese

YUE = Chinese(
    code="yue",
    number_rules="spellout-numbering",
    quantity_rules="spellout-cardinal-alternate2",
    units={
        "CNY": ("元", ("角", "分")),
        "EUR": ("歐元", ("歐分",)),
        "RUB": ("盧布", ("戈比",)),
        "PLN": ("茲羅提", ("格羅希",)),
        "USD": ("美元", ("美分",)),
    },
    signs=dict(zip("0123456789", "零一二三四五六七八九", strict=True)),
    periods=((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上")),
    lengths=("日", "小時", "分鐘", "秒"),
    minus="負",
    o_clock="點",
    star="星號",
    hash="井號",
    two="兩",
    measures="個|次|日|位|元|點|小時|分鐘|秒|種|名|層|張|歲|粒|樽|項|條|份|遍",
    year_one="一",
    instead=("zh", "en", "pl", "ru"),
).language()
