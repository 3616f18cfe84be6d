"""Names that callers hear, a column a language. Which must be there is the hospital room's."""

from __future__ import annotations

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column


class Named:
    """What has a name. A language whose name is empty hears another one (`prompts.values`)."""

    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    name_ru: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    name_pl: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
