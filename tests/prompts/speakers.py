"""A program that answers as the speaker of Kokoro does, for tests of what watches it: the text says what happens.

    python -m tests.prompts.speakers THREADS
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    print("{}", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        match asked["text"]:
            case "dies":
                os._exit(1)
            case "hangs":
                time.sleep(60)
            case "refuses":
                print(json.dumps({"failed": "it has no words"}), flush=True)
            case text:
                Path(asked["to"]).write_text(f"{os.getpid()} {text}")
                print("{}", flush=True)


if __name__ == "__main__":
    main()
