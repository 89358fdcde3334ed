"""What goes wrong when something is checked without any solver."""

from games.errors import FirstmoverError


class CertificateError(FirstmoverError):
    """A certificate or a fact is malformed, or its proof does not hold."""
