"""Small real films for the tests."""

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg


def film(*, seconds: float, size: str = "320x240") -> bytes:
    """An MP4 with picture and sound, its header first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        subprocess.run(
            [
                imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error",
                "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration={seconds}",
                "-f", "lavfi", "-i", f"sine=duration={seconds}",
                "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac",
                "-movflags", "+faststart", str(path),
            ],
            check=True,
        )  # fmt: skip
        return path.read_bytes()
