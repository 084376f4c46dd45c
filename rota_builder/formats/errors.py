"""What a reader says of a file that is not what it should be."""


class FormatError(ValueError):
    """The file is not what it should be; the message names the place and says what was expected."""
