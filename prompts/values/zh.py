"""Mandarin: 幺 for the digit 1 of a number that is dialled or read off a card."""

from __future__ import annotations

from prompts.values.chinese import Chinese

ZH = Chinese(
    code="zh",
    number_rules="spellout-cardinal",
    quantity_rules="spellout-cardinal-alternate2",
    units={
        "CNY": ("元", ("角", "分")),
        "EUR": ("欧元", ("欧分",)),
        "RUB": ("卢布", ("戈比",)),
        "PLN": ("兹罗提", ("格罗希",)),
        "USD": ("美元", ("美分",)),
    },
    signs=dict(zip("0123456789", "零幺二三四五六七八九", strict=True)),
    periods=((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上")),
    lengths=("天", "小时", "分钟", "秒"),
    minus="负",
    o_clock="点",
    star="星号",
    hash="井号",
    two="两",
    measures="个|次|天|位|元|点|小时|分钟|秒|种|名|层|张|岁|片|粒|瓶|项|条|份|遍",
    year_one="一",
    instead=("yue", "en", "pl", "ru"),
).language()
