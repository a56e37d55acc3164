"""`python -m libs.cli` is `tandem`."""

from libs.cli.main import app

if __name__ == "__main__":
    app()
