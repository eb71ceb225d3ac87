"""What is generated and committed is what would be generated now."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_reports_are_not_stale():
    done = subprocess.run([sys.executable, "scripts/reports", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
