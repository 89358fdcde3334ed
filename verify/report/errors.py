"""Errors of the report."""

from games.errors import FirstmoverError


class ReportError(FirstmoverError):
    """A result that is not of the schema, a folder that cannot be written, or a tool that is not installed."""
