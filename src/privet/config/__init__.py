"""The files a person writes: YAML with line numbers in, the words of the house out.

A file passes three stages: `yaml_document` (text to plain values that know their line), a *form*
(a pydantic model: which keys there are, and of what type), and a reader that turns the form into
`privet.model`. Every complaint on the way is a `ConfigError` that names file, line and key, says
what kind of thing was found, and shows no value.
"""
