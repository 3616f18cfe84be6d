"""What the classes of charges are called, as a bill and the line say them."""

from __future__ import annotations

from collections.abc import Mapping

from hospital.fees.scheme import Class, Names


def _names(zh: str, en: str, ru: str, pl: str) -> Names:
    return {"zh": zh, "en": en, "ru": ru, "pl": pl}


CLASS_NAMES: Mapping[Class, Names] = {
    Class.BED: _names("床位费", "Bed", "место в палате", "łóżko"),
    Class.CARE: _names("护理费", "Nursing care", "уход", "opieka pielęgniarska"),
    Class.DRUG: _names("药品费", "Drugs", "лекарства", "leki"),
    Class.EXAM: _names("检查费", "Examinations", "обследования", "badania obrazowe"),
    Class.LAB: _names("化验费", "Laboratory tests", "анализы", "badania laboratoryjne"),
    Class.TREATMENT: _names("治疗费", "Treatment", "процедуры", "zabiegi"),
    Class.SURGERY: _names("手术费", "Surgery", "операции", "operacje"),
    Class.MATERIAL: _names("材料费", "Materials", "расходные материалы", "materiały medyczne"),
    Class.MEALS: _names("伙食费", "Meals", "питание", "posiłki"),
    Class.OTHER: _names("其他费用", "Other", "прочее", "inne"),
}
