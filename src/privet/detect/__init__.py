"""What personal data is where: spans in text, verdicts on columns; never holding a value.

`kinds` says what there is to find, `text` finds it in strings, `columns` judges whole columns.
"""
