"""`python -m campaign.local`: the whole newsroom on this machine.

`… manage COMMAND` is manage.py with its settings and servers; `… reset` empties its data.
"""

import os
import shutil
import sys

from campaign.local import newsroom
from campaign.local.guard import guarded


def reset() -> int:
    """Removes everything that `make run` keeps; refuses while a newsroom uses it."""
    try:
        data = newsroom.Newsroom(os.environ).data
        if data != newsroom.ROOT / "var" and not (data / newsroom.SECRETS).exists():
            print(f"{data} holds no newsroom; nothing was removed.", file=sys.stderr)
            return 1
        with newsroom.lock(data):
            for path in data.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
    except newsroom.Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"{data} is empty.")
    return 0


def main() -> int:
    if sys.argv[1:] == ["reset"]:
        return reset()
    if sys.argv[1:2] == ["manage"]:
        return newsroom.manage(os.environ, sys.argv[2:])
    if sys.argv[1:]:
        print("usage: python -m campaign.local [reset | manage COMMAND]", file=sys.stderr)
        return 2
    return guarded(lambda: newsroom.run(os.environ))


if __name__ == "__main__":
    sys.exit(main())
