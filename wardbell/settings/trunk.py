"""The trunk: how numbers are dialled, and whose word on callers counts."""

from __future__ import annotations

import re
from ipaddress import ip_address

from wardbell.settings.section import Networks, Section


class Trunk(Section):
    """How numbers are dialled."""

    target: str = "sip:{number}@127.0.0.1:5070"
    """SIP URI of a number at the PBX or the provider."""
    caller_id: str = "1000"
    """Number shown to the called."""
    diversions_from: Networks = ()
    """Addresses or networks that are believed when they say who calls (P-Asserted-Identity, Remote-Party-ID) and that a
    call was forwarded (Diversion, History-Info); empty: the address in `target` only, if it is one in numbers."""

    @property
    def believed(self) -> tuple[str, ...]:
        """Networks whose word on forwarded calls counts."""
        host = re.sub(r"^sips?:[^@]*@|[;?].*$", "", self.target)
        host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        try:
            return self.diversions_from or (str(ip_address(host)),)
        except ValueError:  # a name: what it points to can change, so it must be given in numbers
            return ()
