"""The portal's version, as reports name it; CHANGELOG.md says what each has."""

VERSION = "0.1.0"
